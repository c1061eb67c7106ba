// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * For tests: docs/protocol.md, section 9, written down a second time, number by number and bit by
 * bit, with none of the code that it is compared with.
 */
final class NaiveOt {
  private static final BigInteger P =
      BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger A24 = BigInteger.valueOf(121665);

  private NaiveOt() {}

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] sha256(byte[]... parts) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(join(parts));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] binding(byte[] salt, int attempt, String path, String part) {
    return sha256(
        text("heddle ot binding v1"),
        number(salt.length),
        salt,
        number(attempt),
        number(path.length()),
        text(path),
        number(part.length()),
        text(part));
  }

  static BigInteger littleEndian(byte[] bytes) {
    byte[] turned = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      turned[i] = bytes[bytes.length - 1 - i];
    }
    return new BigInteger(1, turned);
  }

  static byte[] littleEndian(BigInteger value) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < 32; i++) {
      bytes[i] = value.shiftRight(8 * i).byteValue();
    }
    return bytes;
  }

  static byte[] cut(byte[] flat, int index, int width) {
    return Arrays.copyOfRange(flat, index * width, (index + 1) * width);
  }

  /** The u coordinate of a multiple, on whichever of curve and twist u lies. (RFC 7748, 5.) */
  static BigInteger multiply(BigInteger scalar, BigInteger u) {
    BigInteger x2 = BigInteger.ONE;
    BigInteger z2 = BigInteger.ZERO;
    BigInteger x3 = u;
    BigInteger z3 = BigInteger.ONE;
    for (int i = scalar.bitLength() - 1; i >= 0; i--) {
      boolean odd = scalar.testBit(i);
      BigInteger xa = odd ? x3 : x2;
      BigInteger za = odd ? z3 : z2;
      BigInteger xb = odd ? x2 : x3;
      BigInteger zb = odd ? z2 : z3;
      BigInteger plus = xa.add(za);
      BigInteger minus = xa.subtract(za);
      BigInteger da = xb.subtract(zb).multiply(plus);
      BigInteger cb = xb.add(zb).multiply(minus);
      BigInteger aa = plus.multiply(plus);
      BigInteger bb = minus.multiply(minus);
      BigInteger e = aa.subtract(bb);
      BigInteger sumX = da.add(cb).pow(2).mod(P);
      BigInteger sumZ = u.multiply(da.subtract(cb).pow(2)).mod(P);
      BigInteger twiceX = aa.multiply(bb).mod(P);
      BigInteger twiceZ = e.multiply(aa.add(A24.multiply(e))).mod(P);
      x2 = odd ? sumX : twiceX;
      z2 = odd ? sumZ : twiceZ;
      x3 = odd ? twiceX : sumX;
      z3 = odd ? twiceZ : sumZ;
    }
    return x2.multiply(z2.modInverse(P)).mod(P);
  }

  static BigInteger clamp(byte[] scalar) {
    BigInteger number = littleEndian(scalar).clearBit(255).setBit(254);
    return number.shiftRight(3).shiftLeft(3);
  }

  /** H of the base transfers, set against a string. */
  static byte[] unmask(byte[] prefix, int transfer, int choice, byte[] own, byte[] other) {
    BigInteger mask =
        littleEndian(
                sha256(prefix, new byte[1], number(transfer), new byte[] {(byte) choice}, other))
            .clearBit(255);
    return littleEndian(littleEndian(own).xor(mask));
  }

  static byte[] key(byte[] prefix, int transfer, int choice, byte[] both, BigInteger shared) {
    byte[] place = join(new byte[] {1}, number(transfer), new byte[] {(byte) choice});
    return Arrays.copyOf(sha256(prefix, place, both, littleEndian(shared)), 16);
  }

  /** Both keys of a base transfer, from the sender's scalar and what the receiver sent. */
  static byte[][] senderKeys(
      byte[] binding, byte[] points, BigInteger scalar, byte[] answers, int transfer) {
    byte[] prefix = sha256(text("heddle base ot v1"), binding, points);
    byte[] both = cut(answers, transfer, 64);
    byte[][] keys = new byte[2][];
    for (int choice = 0; choice < 2; choice++) {
      byte[] point =
          unmask(prefix, transfer, choice, cut(both, choice, 32), cut(both, 1 - choice, 32));
      BigInteger shared = multiply(scalar, littleEndian(point));
      keys[choice] = key(prefix, transfer, choice, both, shared);
    }
    return keys;
  }

  static byte[] aes(byte[] key, byte[] block) {
    try {
      Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
      return cipher.doFinal(block);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** One row's bit of the column of a seed. */
  static boolean streamBit(byte[] seed, int partition, long row) {
    byte[] counter = ByteBuffer.allocate(16).putInt(partition).putInt(0).putLong(row / 128).array();
    return BitSet.valueOf(aes(seed, counter)).get((int) (row % 128));
  }

  /** A row of bits from a column for each seed. */
  static BitSet streamRow(byte[][] seeds, int partition, long row) {
    BitSet bits = new BitSet();
    for (int column = 0; column < seeds.length; column++) {
      bits.set(column, streamBit(seeds[column], partition, row));
    }
    return bits;
  }

  static byte[] bytes(BitSet bits, int count) {
    return Arrays.copyOf(bits.toByteArray(), count);
  }

  /** The code word of an item. */
  static BitSet code(byte[] coin, byte[] item) {
    byte[] keys = hkdf(coin, text("heddle kkrt code v1"), 64);
    ByteArrayOutputStream word = new ByteArrayOutputStream();
    for (int k = 0; k < 4; k++) {
      word.writeBytes(aes(cut(keys, k, 16), item));
    }
    return BitSet.valueOf(Arrays.copyOf(word.toByteArray(), 56));
  }

  static byte[] tag(byte[] row, byte[] binding, int partition, int number, int width) {
    byte[] hash = sha256(row, Arrays.copyOf(binding, 16), number(partition), number(number));
    return Arrays.copyOf(hash, width);
  }

  private static byte[] hkdf(byte[] secret, byte[] info, int bytes) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
      byte[] key = mac.doFinal(secret);
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] all = new byte[0];
      byte[] last = new byte[0];
      for (int i = 1; all.length < bytes; i++) {
        last = mac.doFinal(join(last, info, new byte[] {(byte) i}));
        all = join(all, last);
      }
      return Arrays.copyOf(all, bytes);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
