// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.crypto.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The hashes of base transfers, bound to the use and to the sender's points; each transfer and each
 * choice has its own. Not safe for several threads.
 */
final class BaseOtHash {
  /** Bytes of a transferred key. */
  static final int KEY_BYTES = SeededColumns.SEED_BYTES;

  /** Bytes of a string of 255 bits. */
  static final int STRING_BYTES = 32;

  private static final byte[] NAME = "heddle base ot v1".getBytes(StandardCharsets.US_ASCII);
  private static final byte MASK = 0;
  private static final byte KEY = 1;

  private final MessageDigest sha256 = Sha256.newDigest();
  private final ByteBuffer place = ByteBuffer.allocate(1 + Integer.BYTES + 1);
  private final byte[] prefix;

  BaseOtHash(byte[] binding, byte[] points) {
    prefix = Sha256.of(NAME, binding, points);
  }

  private void begin(byte use, int transfer, int choice) {
    sha256.update(prefix);
    sha256.update(
        place.put(0, use).putInt(1, transfer).put(1 + Integer.BYTES, (byte) choice).array());
  }

  /**
   * The 255 bits that one string of a transfer sets against the other.
   *
   * @param choice which of the two the bits are for
   * @param strings where the other one lies
   */
  byte[] mask(int transfer, int choice, byte[] strings, int at) {
    begin(MASK, transfer, choice);
    sha256.update(strings, at, STRING_BYTES);
    byte[] mask = sha256.digest();
    mask[STRING_BYTES - 1] &= 0x7f;
    return mask;
  }

  /**
   * Writes the key of one choice.
   *
   * @param answers the strings of all transfers
   * @param products where the shared point lies
   */
  void key(int transfer, int choice, byte[] answers, byte[] products, int at, byte[] keys) {
    begin(KEY, transfer, choice);
    sha256.update(answers, 2 * transfer * STRING_BYTES, 2 * STRING_BYTES);
    sha256.update(products, at, STRING_BYTES);
    System.arraycopy(sha256.digest(), 0, keys, transfer * KEY_BYTES, KEY_BYTES);
  }
}
