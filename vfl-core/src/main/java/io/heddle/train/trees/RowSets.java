// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.error.ProtocolException;
import java.util.Arrays;

/** Rows of nodes, and one bit for each that says where it goes. */
final class RowSets {
  private RowSets() {}

  static int[] all(int rows) {
    int[] all = new int[rows];
    Arrays.setAll(all, i -> i);
    return all;
  }

  /** Those of the rows whose bit is that value, in order. */
  static int[] part(int[] rows, boolean[] left, boolean value) {
    int[] part = new int[rows.length];
    int count = 0;
    for (int i = 0; i < rows.length; i++) {
      if (left[i] == value) {
        part[count++] = rows[i];
      }
    }
    return Arrays.copyOf(part, count);
  }

  static boolean isSet(byte[] bits, int at) {
    return isSet(bits, 0, at);
  }

  private static boolean isSet(byte[] bits, int from, int at) {
    return (bits[from + at / 8] >> (at % 8) & 1) == 1;
  }

  static void set(byte[] bits, int at) {
    set(bits, 0, at);
  }

  /** Of the bits that begin with a byte. */
  static void set(byte[] bits, int from, int at) {
    bits[from + at / 8] |= (byte) (1 << (at % 8));
  }

  static int bytes(int rows) {
    return (rows + 7) / 8;
  }

  /** Writes bits from a byte on, the first in the lowest bit; returns where the next byte is. */
  static int write(boolean[] bits, byte[] into, int at) {
    for (int i = 0; i < bits.length; i++) {
      if (bits[i]) {
        set(into, at, i);
      }
    }
    return at + bytes(bits.length);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws ProtocolException if bits are set beyond the last row
   */
  static boolean[] read(byte[] from, int at, int rows) {
    boolean[] bits = new boolean[rows];
    for (int i = 0; i < rows; i++) {
      bits[i] = isSet(from, at, i);
    }
    if (rows % 8 != 0 && (from[at + rows / 8] & 0xff) >>> (rows % 8) != 0) {
      throw new ProtocolException("Bits of a node are set beyond its " + rows + " rows");
    }
    return bits;
  }
}
