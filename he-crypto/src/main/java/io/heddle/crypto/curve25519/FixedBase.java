// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

/**
 * Multiples of one point by many secret numbers of 256 bits: the point's multiples by 0 to 15 times
 * every power of 16, of which one multiplication adds up 64. Time and memory access do not depend
 * on the numbers: each of the 16 is looked at, and the neutral element is added like any other. 120
 * KiB; safe for several threads.
 */
final class FixedBase {
  private static final int BITS = 4;
  private static final int ENTRIES = 1 << BITS;
  private static final int DIGITS = 8 * Curve25519.POINT_BYTES / BITS;

  private final long[] table = new long[DIGITS * ENTRIES * Addend.LONGS];

  /**
   * Of the point (u, v), whose order is neither 1, 2 nor 4.
   *
   * @param u carried
   */
  FixedBase(long[] u, long[] v) {
    Edwards sum = new Edwards();
    sum.set(u, v);
    long[] flat = new long[(ENTRIES + 1) * Addend.LONGS];
    Addend.writeAll(EdwardsPoints.of(sum), flat, 0);
    Addend power = new Addend();
    power.read(flat, 0);
    for (int digit = 0; digit < DIGITS; digit++) {
      EdwardsPoints multiples = new EdwardsPoints(ENTRIES + 1);
      sum.setNeutral();
      for (int i = 0; i < multiples.count(); i++) {
        multiples.set(i, sum);
        sum.add(power);
      }
      Addend.writeAll(multiples, flat, 0);
      System.arraycopy(flat, 0, table, at(digit), ENTRIES * Addend.LONGS);
      power.read(flat, ENTRIES * Addend.LONGS);
    }
  }

  private static int at(int digit) {
    return digit * ENTRIES * Addend.LONGS;
  }

  /**
   * Adds the point times a number.
   *
   * @param scalars little-endian numbers of 32 bytes
   * @param from where the number begins
   * @param free overwritten
   */
  void addMultiple(byte[] scalars, int from, Edwards sum, Addend free) {
    for (int digit = 0; digit < DIGITS; digit++) {
      int value = (scalars[from + (digit >>> 1)] >>> (BITS * (digit & 1))) & (ENTRIES - 1);
      free.select(table, at(digit), ENTRIES, value);
      sum.add(free);
    }
  }
}
