// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Pseudo-random bytes of a seed of 16 bytes, once through: AES-128 in counter mode from 0. Not safe
 * for several threads.
 */
final class SeedStream {
  /** Bytes of a seed. */
  static final int SEED_BYTES = 16;

  private static final byte[] ZEROS = new byte[1 << 15];

  private final Cipher cipher;

  /**
   * @param at where the seed lies
   */
  SeedStream(byte[] seeds, int at) {
    try {
      cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(seeds, at, SEED_BYTES, "AES"),
          new IvParameterSpec(new byte[SEED_BYTES]));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has AES-128 in counter mode", e);
    }
  }

  /** The next bytes. */
  void fill(byte[] into, int count) {
    try {
      for (int from = 0; from < count; from += ZEROS.length) {
        int bytes = Math.min(ZEROS.length, count - from);
        if (cipher.update(ZEROS, 0, bytes, into, from) != bytes) {
          throw new AssertionError("AES-CTR keeps bytes back");
        }
      }
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has AES-128 in counter mode", e);
    }
  }

  /** The next words. */
  long[] words(int count) {
    byte[] bytes = new byte[count * Long.BYTES];
    fill(bytes, bytes.length);
    long[] words = new long[count];
    Elements.fromBytes(bytes, 0, words, 0, count);
    return words;
  }
}
