// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static io.heddle.crypto.kernel.VectorLanes.LANES;
import static io.heddle.crypto.kernel.VectorLanes.PAD;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Powers by sliding windows of five bits (Handbook of Applied Cryptography, 14.85).
 *
 * @param <T> a residue per lane
 */
final class LanePower<T> {
  private static final int WINDOW = 5;

  private final LaneArithmetic<T> arithmetic;
  private final T one;
  private final List<T> odd = new ArrayList<>();
  private final T result;
  // Square so often, then multiply by this odd power, or by none.
  private final List<int[]> steps = new ArrayList<>();

  /**
   * Prepares powers with one exponent.
   *
   * @param one the number 1 in each lane
   */
  LanePower(LaneArithmetic<T> arithmetic, BigInteger exponent, T one) {
    if (exponent.signum() < 0) {
      throw new IllegalArgumentException("A negative exponent: must be at least 0");
    }
    this.arithmetic = arithmetic;
    this.one = one;
    this.result = arithmetic.newNumbers();
    for (int k = 0; k < 1 << (WINDOW - 1); k++) {
      odd.add(arithmetic.newNumbers());
    }
    plan(exponent);
  }

  private void plan(BigInteger exponent) {
    int squarings = 0;
    int bit = exponent.bitLength() - 1;
    while (bit >= 0) {
      if (!exponent.testBit(bit)) {
        squarings++;
        bit--;
        continue;
      }
      int low = Math.max(0, bit - WINDOW + 1);
      while (!exponent.testBit(low)) {
        low++;
      }
      int digit = 0;
      for (int i = bit; i >= low; i--) {
        digit = 2 * digit + (exponent.testBit(i) ? 1 : 0);
      }
      steps.add(new int[] {squarings + bit - low + 1, digit / 2});
      squarings = 0;
      bit = low - 1;
    }
    if (squarings > 0) {
      steps.add(new int[] {squarings, -1});
    }
  }

  /** Where the next bases are put. */
  T base() {
    return odd.get(0);
  }

  /** The powers of the {@link #base}; good until the next call. */
  T power() {
    if (steps.isEmpty()) {
      return one;
    }
    arithmetic.square(base(), result);
    for (int k = 1; k < odd.size(); k++) {
      arithmetic.multiply(odd.get(k - 1), result, odd.get(k));
    }
    arithmetic.copy(odd.get(steps.get(0)[1]), result);
    for (int[] step : steps.subList(1, steps.size())) {
      for (int k = 0; k < step[0]; k++) {
        arithmetic.square(result, result);
      }
      if (step[1] >= 0) {
        arithmetic.multiply(result, odd.get(step[1]), result);
      }
    }
    return result;
  }

  /** Powers with an exponent per lane, by fixed windows. */
  static void each(
      LaneModulus modulus,
      double[] bases,
      int first,
      BigInteger[] exponents,
      double[] powers,
      double[] one) {
    int size = first + exponents.length;
    int bits = 0;
    for (BigInteger exponent : exponents) {
      if (exponent.signum() < 0) {
        throw new IllegalArgumentException("A negative exponent: must be at least 0");
      }
      bits = Math.max(bits, exponent.bitLength());
    }
    LaneScratch scratch = new LaneScratch(modulus);
    double[][] table = new double[1 << WINDOW][];
    for (int k = 0; k < table.length; k++) {
      table[k] = scratch.newNumbers();
    }
    for (int lane = 0; lane < LANES; lane++) {
      modulus.load(one, 0, table[0], lane);
    }
    scratch.loadRow(bases, first, size, table[1]);
    for (int k = 2; k < table.length; k++) {
      scratch.multiply(table[k - 1], table[1], table[k]);
    }
    double[] result = table[0].clone();
    for (int bit = (bits + WINDOW - 1) / WINDOW * WINDOW - WINDOW; bit >= 0; bit -= WINDOW) {
      for (int k = 0; k < WINDOW; k++) {
        scratch.square(result, result);
      }
      for (int lane = 0; lane < LANES; lane++) {
        BigInteger exponent = exponents[Math.min(lane, exponents.length - 1)];
        int digit = exponent.shiftRight(bit).intValue() & ((1 << WINDOW) - 1);
        for (int k = 0; k < modulus.limbs(); k++) {
          int at = (k + PAD) * LANES + lane;
          scratch.right[at] = table[digit][at];
        }
      }
      scratch.multiply(result, scratch.right, result);
    }
    scratch.storeRow(result, powers, first, size);
  }
}
