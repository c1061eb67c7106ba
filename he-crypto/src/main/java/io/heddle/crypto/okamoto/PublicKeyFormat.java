// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.okamoto;

import io.heddle.crypto.number.FixedWidth;
import io.heddle.crypto.number.ForeignModulus;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/** The bytes of a public key, and what a received one must fulfil. */
final class PublicKeyFormat {
  /** Other schemes' keys begin otherwise: Paillier's with 1 or 2. */
  static final int CODE = 16;

  private static final int HEADER_BYTES = 3;

  private PublicKeyFormat() {}

  static boolean offers(int keyBits) {
    return keyBits == 2048 || keyBits == 3072 || keyBits == 4096;
  }

  static byte[] toBytes(BigInteger n, BigInteger g) {
    int width = n.bitLength() / 8;
    byte[] bytes = new byte[HEADER_BYTES + 2 * width];
    ByteBuffer.wrap(bytes).put((byte) CODE).putShort((short) n.bitLength());
    FixedWidth.put(n, bytes, HEADER_BYTES, width);
    FixedWidth.put(g, bytes, HEADER_BYTES + width, width);
    return bytes;
  }

  /** Reads a key from a peer. */
  static OkamotoUchiyamaPublicKey fromBytes(byte[] bytes) {
    return read(bytes, true);
  }

  /** Reads a key that this party has checked before. */
  static OkamotoUchiyamaPublicKey parse(byte[] bytes) {
    return read(bytes, false);
  }

  private static OkamotoUchiyamaPublicKey read(byte[] bytes, boolean foreign) {
    if (bytes.length < HEADER_BYTES) {
      throw new ProtocolException(
          "Invalid public key of " + bytes.length + " bytes: must be at least " + HEADER_BYTES);
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    int code = header.get();
    if (code != CODE) {
      throw new ProtocolException("Invalid public key version " + code + ": must be " + CODE);
    }
    int keyBits = Short.toUnsignedInt(header.getShort());
    if (!offers(keyBits)) {
      throw new ProtocolException("Invalid key size " + keyBits + ": must be 2048, 3072 or 4096");
    }
    int width = keyBits / 8;
    if (bytes.length != HEADER_BYTES + 2 * width) {
      throw new ProtocolException(
          "Invalid public key of "
              + bytes.length
              + " bytes: must be "
              + (HEADER_BYTES + 2 * width)
              + " at "
              + keyBits
              + " bits");
    }
    BigInteger n = FixedWidth.get(bytes, HEADER_BYTES, width);
    BigInteger g = FixedWidth.get(bytes, HEADER_BYTES + width, width);
    if (foreign) {
      ForeignModulus.check(n, keyBits);
      checkGenerator("g", n, g);
    }
    OkamotoUchiyamaPublicKey key = new OkamotoUchiyamaPublicKey(n, g);
    if (foreign) {
      checkGenerator("h", n, key.h());
    }
    return key;
  }

  private static void checkGenerator(String name, BigInteger n, BigInteger generator) {
    if (generator.signum() == 0 || generator.compareTo(n) >= 0) {
      throw new ProtocolException("Invalid " + name + ": must be above 0 and below n");
    }
    if (!generator.gcd(n).equals(BigInteger.ONE)) {
      throw new ProtocolException("Invalid " + name + ": must have no factor in common with n");
    }
    BigInteger square = generator.multiply(generator).subtract(BigInteger.ONE);
    if (!square.gcd(n).equals(BigInteger.ONE)) {
      throw new ProtocolException(
          "Invalid " + name + ": must not be 1 or -1 modulo n or a factor of n");
    }
  }
}
