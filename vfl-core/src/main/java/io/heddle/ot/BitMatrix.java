// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

/** Turns columns of bits into rows. Time and memory access do not depend on the bits. */
final class BitMatrix {
  private static final int SIDE = 64;

  private BitMatrix() {}

  /** Bit c of word r becomes bit r of word c. (Warren, Hacker's Delight, section 7-3.) */
  static void transpose(long[] words) {
    long mask = 0x00000000ffffffffL;
    for (int half = SIDE / 2; half > 0; half >>>= 1) {
      for (int group = 0; group < SIDE; group += 2 * half) {
        for (int i = group; i < group + half; i++) {
          long crossed = ((words[i] >>> half) ^ words[i + half]) & mask;
          words[i] ^= crossed << half;
          words[i + half] ^= crossed;
        }
      }
      mask ^= mask << (half >>> 1);
    }
  }

  /**
   * The rows of a matrix that lies in columns.
   *
   * @param columns bits of rows 0, 1 and so on, for every column; up to 63 rows behind the last are
   *     read
   * @param stride bytes from the beginning of a column to that of the next
   * @param width columns, a multiple of 64
   * @param into {@code width / 64} words for each row, and for up to 63 rows behind the last
   */
  static void toRows(byte[] columns, int stride, int width, int rows, long[] into) {
    int words = width / SIDE;
    long[] square = new long[SIDE];
    for (int row = 0; row < rows; row += SIDE) {
      for (int word = 0; word < words; word++) {
        int from = word * SIDE * stride + row / Byte.SIZE;
        for (int i = 0; i < SIDE; i++) {
          square[i] = LittleEndian.get(columns, from + i * stride);
        }
        transpose(square);
        int to = row * words + word;
        for (int i = 0; i < SIDE; i++) {
          into[to + i * words] = square[i];
        }
      }
    }
  }
}
