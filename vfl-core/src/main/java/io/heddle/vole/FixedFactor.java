// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

/**
 * Multiplies by one element of GF(2^128) = GF(2)[x] / (x^128 + x^7 + x^2 + x + 1): a table of 256
 * products for each byte of the other factor, 64 KiB. Where it reads depends on the other factor,
 * not on this one. Safe for several threads.
 */
public final class FixedFactor {
  private static final int VALUES = 256;
  private static final int ROW = VALUES * Elements.WORDS;
  private static final long REDUCTION = 0x87;

  private final long[] products = new long[Elements.BYTES * ROW];

  FixedFactor(long high, long low) {
    long[] power = {high, low};
    for (int bit = 0; bit < Elements.BITS; bit++) {
      int row = bit / Byte.SIZE * ROW;
      int value = 1 << (bit % Byte.SIZE);
      for (int rest = 0; rest < value; rest++) {
        int to = row + (value + rest) * Elements.WORDS;
        products[to] = products[row + rest * Elements.WORDS] ^ power[0];
        products[to + 1] = products[row + rest * Elements.WORDS + 1] ^ power[1];
      }
      timesX(power, 0);
    }
  }

  /** Multiplies an element by x. */
  static void timesX(long[] element, int at) {
    long high = element[at];
    long low = element[at + 1];
    element[at] = (high << 1) | (low >>> (Long.SIZE - 1));
    element[at + 1] = (low << 1) ^ (REDUCTION & (high >> (Long.SIZE - 1)));
  }

  /**
   * Adds the products of elements to others.
   *
   * @param from the word where the first factor begins
   * @param to the word where the first sum begins
   */
  public void addProducts(long[] factors, int from, long[] sums, int to, int elements) {
    long[] table = products;
    for (int i = 0; i < elements * Elements.WORDS; i += Elements.WORDS) {
      long upper = factors[from + i];
      long lower = factors[from + i + 1];
      long high = sums[to + i];
      long low = sums[to + i + 1];
      for (int k = 0; k < Long.BYTES; k++) {
        int one = k * ROW + ((int) (lower >>> (k * Byte.SIZE)) & 0xff) * Elements.WORDS;
        int two =
            (k + Long.BYTES) * ROW + ((int) (upper >>> (k * Byte.SIZE)) & 0xff) * Elements.WORDS;
        high ^= table[one] ^ table[two];
        low ^= table[one + 1] ^ table[two + 1];
      }
      sums[to + i] = high;
      sums[to + i + 1] = low;
    }
  }

  @Override
  public String toString() {
    return "FixedFactor[secret]";
  }
}
