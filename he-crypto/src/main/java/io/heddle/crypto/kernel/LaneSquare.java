// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static io.heddle.crypto.kernel.VectorLanes.LANES;
import static io.heddle.crypto.kernel.VectorLanes.LIMB_BITS;
import static io.heddle.crypto.kernel.VectorLanes.PAD;

import java.math.BigInteger;

/** {@link VectorLanes#LANES} residues side by side, each as a {@link LanePair}. */
final class LaneSquare extends PrimeSquare {
  private final LaneModulus whole;
  private final LaneModulus digit;
  private final BigInteger multiplierInverse;
  private final LanePair one;
  private final double[] unit;
  private final double[][] downLow;
  private final double[][] downHigh;
  private final long[] downBias;
  private final long[] downHighBias;
  private final double[] up;

  LaneSquare(BigInteger prime, LaneModulus whole) {
    super(prime);
    this.whole = whole;
    this.digit = new LaneModulus(prime);
    this.multiplierInverse = digit.multiple().divide(prime).modInverse(prime);
    this.one = pair(digit.radix());
    this.unit = digit.broadcast(BigInteger.ONE);
    int parts = (whole.limbs() + partLimbs() - 1) / partLimbs();
    if (parts > LaneBias.MOST) {
      throw new IllegalArgumentException(
          "Invalid prime of " + prime.bitLength() + " bits: too short for " + whole);
    }
    this.downLow = new double[parts][];
    this.downHigh = new double[parts][];
    BigInteger out = whole.radix().modInverse(value()).multiply(digit.radix().pow(2));
    for (int part = 0; part < parts; part++) {
      LanePair constant = pair(out.shiftLeft(LIMB_BITS * partLimbs() * part));
      downLow[part] = constant.low();
      downHigh[part] = constant.high();
    }
    this.downBias = digit.bias().products(parts).reduction().columns();
    this.downHighBias = digit.bias().products(parts).number(0, digit.rows()).reduction().columns();
    this.up =
        whole.broadcast(
            digit
                .radix()
                .modInverse(value())
                .multiply(whole.radix().pow(2))
                .multiply(unit(whole))
                .mod(whole.value()));
  }

  /** Limbs of a number modulo the multiple that are taken at a time: far below N'. */
  private int partLimbs() {
    return digit.limbs() - 1;
  }

  LaneModulus digit() {
    return digit;
  }

  LanePair one() {
    return one;
  }

  /** The same number in all lanes. */
  LanePair pair(BigInteger number) {
    BigInteger low = number.mod(prime());
    BigInteger high = low.subtract(number).divide(prime()).multiply(multiplierInverse).mod(prime());
    return new LanePair(digit.broadcast(low), digit.broadcast(high));
  }

  /** Takes over a number per lane. */
  private void down(LaneScratch scratch, double[] numbers, int first, int size, LanePair into) {
    double[][] parts = new double[downLow.length][];
    for (int part = 0; part < parts.length; part++) {
      parts[part] = scratch.newNumbers();
      int from = part * partLimbs();
      int limbs = Math.min(partLimbs(), whole.limbs() - from);
      for (int lane = 0; lane < LANES; lane++) {
        int at = Math.min(first + lane, size - 1) * whole.limbs() + from;
        for (int k = 0; k < limbs; k++) {
          parts[part][(k + PAD) * LANES + lane] = numbers[at + k];
        }
      }
    }
    scratch.start(downBias);
    scratch.reduceProducts(parts, downLow, into.low());
    scratch.start(downHighBias);
    scratch.addQuotients();
    scratch.reduceProducts(parts, downHigh, into.high());
  }

  @Override
  public BigInteger[] powers(Residues bases, BigInteger exponent) {
    double[] numbers = whole.limbsOf(bases);
    int size = bases.size();
    BigInteger[] powers = new BigInteger[size];
    LaneScratch scratch = new LaneScratch(digit);
    PairScratch pairs = new PairScratch(digit);
    LanePower<LanePair> power = new LanePower<>(pairs, exponent, one);
    LanePair result = pairs.newNumbers();
    double[] joined = newJoined();
    double[] number = new double[2 * digit.limbs()];
    for (int i = 0; i < size; i += LANES) {
      down(scratch, numbers, i, size, power.base());
      pairs.copy(power.power(), result);
      pairs.multiply(result, unit);
      pairs.join(result, joined);
      for (int lane = 0; lane < Math.min(LANES, size - i); lane++) {
        storeJoined(joined, lane, number, 0);
        powers[i + lane] = LimbFormat.integer(number).mod(value());
      }
    }
    return powers;
  }

  /** Room for a joined pair in each lane. */
  double[] newJoined() {
    return new double[2 * (digit.limbs() + PAD) * LANES];
  }

  /** Copies a joined pair out of a lane. */
  void storeJoined(double[] joined, int lane, double[] into, int at) {
    for (int k = 0; k < 2 * digit.limbs(); k++) {
      into[at + k] = joined[(k + PAD) * LANES + lane];
    }
  }

  @Override
  Powers prepare(BigInteger base, int exponentBits, long maxTableBytes) {
    LaneSquareTable table = new LaneSquareTable(this, base, exponentBits, maxTableBytes);
    return (exponents, width) ->
        whole.block(whole.timesConstant(table.powers(exponents, width, whole.limbs()), up));
  }
}
