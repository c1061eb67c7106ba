// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

/**
 * Multiplication modulo the square of a prime p in digits of half its length: x = x0 - x1 N', N'
 * the multiple of p by which {@link LaneModulus} reduces.
 *
 * <p>Montgomery's quotient q of x0 y0 is what the low product gives to the high one: x0 y0 + q N' =
 * R u0 makes x y = R u0 - N' (x0 y1 + x1 y0 + q) modulo N'^2. So a product takes five products and
 * reductions of half the length, a square three and a half, where undivided numbers take eight and
 * six.
 *
 * <p>|x0| is at most N' and |x1| at most 2N'. R is at least 4N' and |q| hardly more than R/2, so
 * results stay within: N'^2 / R + N'/2 is at most 3/4 N', and 4N'^2 / R + N'/2 + 1 below 2N'.
 */
final class PairScratch implements LaneArithmetic<LanePair> {
  private final LaneScratch scratch;
  private final int rows;
  private final long[] squareBias;
  private final long[] crossBias;
  private final long[] correctionBias;
  private final long[] joinBias;
  private final double[] minusMultiple;
  private final double[] spare;
  private final double[][] left = new double[2][];
  private final double[][] right = new double[2][];

  PairScratch(LaneModulus modulus) {
    this.scratch = new LaneScratch(modulus);
    this.spare = scratch.newNumbers();
    int limbs = modulus.limbs();
    this.rows = modulus.rows();
    this.squareBias = modulus.bias().products(1).number(0, rows).reduction().columns();
    this.crossBias = modulus.bias().products(2).number(0, rows).reduction().columns();
    this.joinBias = modulus.bias().products(1).number(0, limbs).columns();
    this.minusMultiple = scratch.newNumbers();
    for (int i = 0; i < minusMultiple.length; i++) {
      minusMultiple[i] = -modulus.multipleLanes[i];
    }
    this.correctionBias = modulus.bias().products(1).number(rows, limbs).reduction().columns();
  }

  @Override
  public LanePair newNumbers() {
    return new LanePair(scratch.newNumbers(), scratch.newNumbers());
  }

  @Override
  public void copy(LanePair from, LanePair into) {
    scratch.copy(from.low(), into.low());
    scratch.copy(from.high(), into.high());
  }

  @Override
  public void multiply(LanePair x, LanePair y, LanePair out) {
    scratch.multiply(x.low(), y.low(), spare);
    scratch.start(crossBias);
    scratch.addQuotients();
    left[0] = x.low();
    right[0] = y.high();
    left[1] = x.high();
    right[1] = y.low();
    scratch.reduceProducts(left, right, out.high());
    scratch.copy(spare, out.low());
  }

  @Override
  public void square(LanePair x, LanePair out) {
    scratch.square(x.low(), spare);
    scratch.start(squareBias);
    scratch.addQuotients();
    VectorLanes.twice(x.high(), scratch.right);
    scratch.reduceProduct(x.low(), scratch.right, out.high());
    scratch.copy(spare, out.low());
  }

  /** The product with a number below N', x = x y / R: four products and reductions. */
  void multiply(LanePair x, double[] y) {
    scratch.multiply(x.low(), y, spare);
    scratch.start(squareBias);
    scratch.addQuotients();
    scratch.reduceProduct(x.high(), y, x.high());
    scratch.copy(spare, x.low());
  }

  /**
   * x = x (1 - N' c / R).
   *
   * @param c at most R / 16
   */
  void correct(LanePair x, double[] c) {
    scratch.start(correctionBias);
    scratch.add(x.high(), rows);
    scratch.reduceProduct(x.low(), c, x.high());
  }

  /** out = x0 - x1 N', of twice as many limbs. */
  void join(LanePair x, double[] out) {
    scratch.start(joinBias);
    scratch.add(x.low(), 0);
    scratch.addProduct(x.high(), minusMultiple, out);
  }
}
