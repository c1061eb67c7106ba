// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.tasks;

import java.nio.ByteBuffer;

/**
 * The sum of keyed hashes modulo 2^256: the same in any order and cut, and another one for other
 * ids. Nobody without the key can choose ids for a sum. Not safe for several threads.
 */
public final class IdSum {
  private static final int WORDS = 8;
  private static final long WORD = 0xffff_ffffL;

  private final long[] words = new long[WORDS];

  /**
   * Adds one hash, or another sum.
   *
   * @param number 32 bytes
   */
  public void add(byte[] number) {
    ByteBuffer bytes = ByteBuffer.wrap(number);
    long carry = 0;
    for (int i = WORDS - 1; i >= 0; i--) {
      long sum = words[i] + Integer.toUnsignedLong(bytes.getInt(i * Integer.BYTES)) + carry;
      words[i] = sum & WORD;
      carry = sum >>> Integer.SIZE;
    }
  }

  /** 32 bytes, the highest first. */
  public byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(WORDS * Integer.BYTES);
    for (long word : words) {
      bytes.putInt((int) word);
    }
    return bytes.array();
  }
}
