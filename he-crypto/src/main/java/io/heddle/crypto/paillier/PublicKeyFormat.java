// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.Sha256;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/** The bytes of a public key, and what a received one must fulfil. */
final class PublicKeyFormat {
  private static final int HEADER_BYTES = 3;

  private PublicKeyFormat() {}

  static byte[] toBytes(PaillierKeyType type, BigInteger n, BigInteger hs) {
    int width = n.bitLength() / 8;
    byte[] bytes = new byte[HEADER_BYTES + 3 * width];
    ByteBuffer.wrap(bytes).put((byte) type.code()).putShort((short) n.bitLength());
    FixedWidth.put(n, bytes, HEADER_BYTES, width);
    FixedWidth.put(hs, bytes, HEADER_BYTES + width, 2 * width);
    return bytes;
  }

  static byte[] fingerprint(PaillierKeyType type, BigInteger n, BigInteger hs) {
    return Sha256.of(toBytes(type, n, hs));
  }

  /** Reads a key from a peer. */
  static PaillierPublicKey fromBytes(byte[] bytes) {
    return read(bytes, true);
  }

  /** Reads a key that this party has checked before. */
  static PaillierPublicKey parse(byte[] bytes) {
    return read(bytes, false);
  }

  private static PaillierPublicKey read(byte[] bytes, boolean foreign) {
    if (bytes.length < HEADER_BYTES) {
      throw new ProtocolException(
          "Invalid public key of " + bytes.length + " bytes: must be at least " + HEADER_BYTES);
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    PaillierKeyType type = PaillierKeyType.ofCode(header.get());
    int keyBits = Short.toUnsignedInt(header.getShort());
    if (keyBits != 2048 && keyBits != 3072 && keyBits != 4096) {
      throw new ProtocolException("Invalid key size " + keyBits + ": must be 2048, 3072 or 4096");
    }
    int width = keyBits / 8;
    if (bytes.length != HEADER_BYTES + 3 * width) {
      throw new ProtocolException(
          "Invalid public key of "
              + bytes.length
              + " bytes: must be "
              + (HEADER_BYTES + 3 * width)
              + " at "
              + keyBits
              + " bits");
    }
    BigInteger n = FixedWidth.get(bytes, HEADER_BYTES, width);
    BigInteger hs = FixedWidth.get(bytes, HEADER_BYTES + width, 2 * width);
    if (foreign) {
      ModulusChecks.check(n, keyBits);
      ModulusChecks.checkGenerator(n, hs);
    }
    return new PaillierPublicKey(type, n, hs);
  }
}
