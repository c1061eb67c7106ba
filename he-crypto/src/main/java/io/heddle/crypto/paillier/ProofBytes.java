// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.number.FixedWidth;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;

/**
 * The bytes of a proof, written or read from front to back: a version, the key size in two bytes,
 * then numbers in big-endian order, each as wide as the key size says. Whole length first, so that
 * nothing is allocated for bytes of another one.
 */
final class ProofBytes {
  private static final byte VERSION = 1;
  private static final int HEADER_BYTES = 3;

  private final byte[] bytes;
  private final int keyBits;
  private int position = HEADER_BYTES;

  private ProofBytes(byte[] bytes, int keyBits) {
    this.bytes = bytes;
    this.keyBits = keyBits;
  }

  static ProofBytes forWriting(int keyBits, int bodyBytes) {
    byte[] bytes = new byte[HEADER_BYTES + bodyBytes];
    ByteBuffer.wrap(bytes).put(VERSION).putShort((short) keyBits);
    return new ProofBytes(bytes, keyBits);
  }

  /**
   * Starts to read a peer's bytes.
   *
   * @param name what they are, for the error
   * @param bodyBytes how many must follow the header at a key size
   * @throws ProtocolException if version, key size or length are not allowed
   */
  static ProofBytes forReading(byte[] bytes, String name, IntUnaryOperator bodyBytes) {
    if (bytes.length < HEADER_BYTES) {
      throw new ProtocolException(
          "Invalid " + name + " of " + bytes.length + " bytes: must be at least " + HEADER_BYTES);
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    byte version = header.get();
    if (version != VERSION) {
      throw new ProtocolException(
          "Invalid " + name + " version " + version + ": must be " + VERSION);
    }
    int keyBits = Short.toUnsignedInt(header.getShort());
    if (keyBits != 2048 && keyBits != 3072 && keyBits != 4096) {
      throw new ProtocolException("Invalid key size " + keyBits + ": must be 2048, 3072 or 4096");
    }
    int expected = HEADER_BYTES + bodyBytes.applyAsInt(keyBits);
    if (bytes.length != expected) {
      throw new ProtocolException(
          "Invalid " + name + " of " + bytes.length + " bytes: must be " + expected);
    }
    return new ProofBytes(bytes, keyBits);
  }

  int keyBits() {
    return keyBits;
  }

  void put(int bits, BigInteger... numbers) {
    for (BigInteger number : numbers) {
      FixedWidth.put(number, bytes, position, bits / Byte.SIZE);
      position += bits / Byte.SIZE;
    }
  }

  BigInteger get(int bits) {
    BigInteger number = FixedWidth.get(bytes, position, bits / Byte.SIZE);
    position += bits / Byte.SIZE;
    return number;
  }

  /** All that was written. */
  byte[] toBytes() {
    requireEnd();
    return bytes;
  }

  void requireEnd() {
    if (position != bytes.length) {
      throw new AssertionError("Stopped at byte " + position + " of " + bytes.length);
    }
  }
}
