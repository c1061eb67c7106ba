// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.crypto.Sha256;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;

/**
 * Breaks the correlation of rows: SHA-256 over a row, the use, the partition and the row's number.
 * Not safe for several threads.
 */
final class RowHash {
  /** The widest tag: a whole hash. */
  static final int MAX_WIDTH = 32;

  // With these a row of 56 bytes takes two rounds of SHA-256, one of 16 bytes a single one.
  private static final int BINDING_BYTES = 16;

  private final MessageDigest sha256 = Sha256.newDigest();
  private final byte[] digest = new byte[MAX_WIDTH];
  private final byte[] input;
  private final ByteBuffer numbers;
  private final int numbersAt;

  /**
   * @param rowBytes bytes of a row, a multiple of 8
   */
  RowHash(int rowBytes, byte[] binding) {
    numbersAt = rowBytes + BINDING_BYTES;
    input = new byte[numbersAt + 2 * Integer.BYTES];
    numbers = ByteBuffer.wrap(input);
    System.arraycopy(binding, 0, input, rowBytes, BINDING_BYTES);
  }

  /** Sets a word of the row that is hashed next. */
  void set(int word, long value) {
    LittleEndian.put(input, word * Long.BYTES, value);
  }

  /** Writes the first bytes of the hash. */
  void hash(int partition, int row, byte[] into, int at, int width) {
    numbers.putInt(numbersAt, partition).putInt(numbersAt + Integer.BYTES, row);
    sha256.update(input, 0, input.length);
    try {
      sha256.digest(digest, 0, MAX_WIDTH);
    } catch (DigestException e) {
      throw new AssertionError("SHA-256 has 32 bytes", e);
    }
    System.arraycopy(digest, 0, into, at, width);
  }

  static int checkWidth(int width) {
    if (width < 1 || width > MAX_WIDTH) {
      throw new IllegalArgumentException(
          "Invalid tag width " + width + ": must be 1 to " + MAX_WIDTH);
    }
    return width;
  }
}
