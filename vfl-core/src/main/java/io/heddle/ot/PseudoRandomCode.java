// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.crypto.Hkdf;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns items of 128 bits into words of 448 such that two differ in at least 128 places, but for a
 * probability of 2^-66.5: the first bits of AES-128 under four keys, which follow from a coin that
 * was tossed when the items were fixed. Not safe for several threads. (Kolesnikov, Kumaresan,
 * Rosulek, Trieu, eprint 2016/799, section 3.1.)
 */
final class PseudoRandomCode {
  /** Bytes of an item. */
  static final int ITEM_BYTES = 16;

  /** Words of 64 bits of a code word. */
  static final int WORDS = 7;

  /** The most items of one call: what AES is given at a time, 64 KiB. */
  static final int MOST = 4096;

  private static final int KEY_BYTES = 16;
  private static final int KEYS = (WORDS * Long.BYTES + ITEM_BYTES - 1) / ITEM_BYTES;
  private static final byte[] NAME = "heddle kkrt code v1".getBytes(StandardCharsets.US_ASCII);

  private final Cipher[] ciphers = new Cipher[KEYS];
  private final byte[] block = new byte[MOST * ITEM_BYTES];

  PseudoRandomCode(byte[] coin) {
    byte[] keys = Hkdf.derive(coin, new byte[0], NAME, KEYS * KEY_BYTES);
    try {
      for (int k = 0; k < KEYS; k++) {
        ciphers[k] = Cipher.getInstance("AES/ECB/NoPadding");
        ciphers[k].init(
            Cipher.ENCRYPT_MODE, new SecretKeySpec(keys, k * KEY_BYTES, KEY_BYTES, "AES"));
      }
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has AES-128", e);
    }
  }

  /** Writes the code words of items {@code from} to {@code from + count}, {@link #MOST} at most. */
  void encode(byte[] items, int from, int count, long[] into, int at) {
    int bytes = count * ITEM_BYTES;
    for (int k = 0; k < KEYS; k++) {
      try {
        if (ciphers[k].update(items, from * ITEM_BYTES, bytes, block, 0) != bytes) {
          throw new AssertionError("AES keeps whole blocks back");
        }
      } catch (GeneralSecurityException e) {
        throw new AssertionError("AES refuses whole blocks", e);
      }
      for (int i = 0; i < count; i++) {
        int word = at + i * WORDS + 2 * k;
        into[word] = LittleEndian.get(block, i * ITEM_BYTES);
        if (2 * k + 1 < WORDS) {
          into[word + 1] = LittleEndian.get(block, i * ITEM_BYTES + Long.BYTES);
        }
      }
    }
  }
}
