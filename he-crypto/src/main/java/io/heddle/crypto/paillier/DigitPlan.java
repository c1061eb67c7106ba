// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

/**
 * How the values of one column are cut into signed digits, low digit first. A digit of w bits lies
 * between {@code -2^(w-1)} and {@code 2^(w-1)}, so each sign needs {@code 2^(w-1)} buckets.
 *
 * @param width w, bits per digit
 * @param digits how many digits the largest value needs; 0 for a column of zeros
 */
record DigitPlan(int width, int digits) {

  /** The plan with the fewest multiplications for this column and number of slots. */
  static DigitPlan cheapest(short[] column, int slots) {
    int cells = 0;
    int largest = 0;
    for (short value : column) {
      cells += value == 0 ? 0 : 1;
      largest = Math.max(largest, Math.abs(value));
    }
    DigitPlan best = forBits(1, largest);
    for (int width = 2; width <= 17; width++) {
      DigitPlan plan = forBits(width, largest);
      if (plan.cost(cells, slots) < best.cost(cells, slots)) {
        best = plan;
      }
    }
    return best;
  }

  static DigitPlan forBits(int width, int largest) {
    int bits = largest == 0 ? 0 : 1 + bitLength(largest - 1);
    return new DigitPlan(width, (bits + width - 1) / width);
  }

  /**
   * Multiplications for cells and folds: each bucket of either sign costs two. Horner's rule costs
   * every plan the same squarings.
   */
  long cost(int cells, int slots) {
    return digits * (cells + 2L * slots * (1L << width));
  }

  /** The largest magnitude of a digit. */
  int largest() {
    return 1 << (width - 1);
  }

  /** The low digit of what is left of a value; the last digit takes all of it. */
  int lowDigit(int rest, int digit) {
    return digit == digits - 1 ? rest : ((rest + largest()) & ((1 << width) - 1)) - largest();
  }

  /** What is left of a value after its low digit. */
  int withoutLowDigit(int rest, int lowDigit) {
    return (rest - lowDigit) >> width;
  }

  private static int bitLength(int value) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(value);
  }
}
