// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * x to AES(x) + x under a key that all know, for many elements at a time: the reference
 * implementation's choice, without the linear map that eprint 2019/074 asks for where inputs are
 * correlated by a peer. Not safe for several threads.
 */
final class FixedKeyHash {
  private static final int CHUNK = 1 << 15;

  private final Cipher cipher;
  private final byte[] in = new byte[CHUNK];
  private final byte[] out = new byte[CHUNK];

  /**
   * @param number of the function: each has a key of its own
   */
  FixedKeyHash(int number) {
    byte[] key = new byte[Words.BYTES];
    Arrays.fill(key, (byte) number);
    try {
      cipher = Cipher.getInstance("AES/ECB/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has AES-128", e);
    }
  }

  /** Writes the hashes of elements, also in place. */
  void hash(long[] from, int at, long[] into, int to, int elements) {
    int words = elements * Words.EACH;
    for (int first = 0; first < words; first += CHUNK / Long.BYTES) {
      int count = Math.min(CHUNK / Long.BYTES, words - first);
      for (int i = 0; i < count; i++) {
        Words.put(in, i * Long.BYTES, from[at + first + i]);
      }
      try {
        if (cipher.update(in, 0, count * Long.BYTES, out, 0) != count * Long.BYTES) {
          throw new AssertionError("AES-ECB keeps bytes back");
        }
      } catch (GeneralSecurityException e) {
        throw new AssertionError("Every JDK has AES-128", e);
      }
      for (int i = 0; i < count; i++) {
        into[to + first + i] = Words.get(out, i * Long.BYTES) ^ Words.get(in, i * Long.BYTES);
      }
    }
  }
}
