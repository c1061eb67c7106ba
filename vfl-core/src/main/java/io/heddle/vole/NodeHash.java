// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * The children of tree nodes, many at a time: x to AES(x) + x, the form of Davies and Meyer with
 * the node in the message's place, under a key that all know. Each level and side has a key of its
 * own, which follows from a coin that was tossed when the inputs were fixed. Taken as a function
 * whose outcome looks random to who does not know x, which holds if AES is an ideal cipher (Guo,
 * Katz, Wang, Yu, eprint 2019/074, section 4). Not safe for several threads.
 */
final class NodeHash {
  private static final int CHUNK = 1 << 15;

  private final Cipher[] ciphers;
  private final byte[] in = new byte[CHUNK];
  private final byte[] out = new byte[CHUNK];

  /**
   * @param keys 16 bytes for each level and side
   */
  NodeHash(byte[] keys) {
    ciphers = new Cipher[keys.length / SeedStream.SEED_BYTES];
    try {
      for (int i = 0; i < ciphers.length; i++) {
        ciphers[i] =
            i == 0
                ? Cipher.getInstance("AES/ECB/NoPadding")
                : Cipher.getInstance("AES/ECB/NoPadding", ciphers[0].getProvider());
        ciphers[i].init(
            Cipher.ENCRYPT_MODE,
            new SecretKeySpec(keys, i * SeedStream.SEED_BYTES, SeedStream.SEED_BYTES, "AES"));
      }
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has AES-128", e);
    }
  }

  /**
   * Writes the children on one side of some nodes.
   *
   * @param level of the children, from 1
   * @param side 0 or 1
   */
  void hash(int level, int side, long[] from, long[] into, int to, int elements) {
    Cipher cipher = ciphers[2 * (level - 1) + side];
    int words = elements * Elements.WORDS;
    for (int first = 0; first < words; first += CHUNK / Long.BYTES) {
      int count = Math.min(CHUNK / Long.BYTES, words - first);
      for (int i = 0; i < count; i++) {
        Elements.put(in, i * Long.BYTES, from[first + i]);
      }
      encrypt(cipher, count * Long.BYTES);
      for (int i = 0; i < count; i++) {
        into[to + first + i] = Elements.get(out, i * Long.BYTES) ^ from[first + i];
      }
    }
  }

  private void encrypt(Cipher cipher, int bytes) {
    try {
      if (cipher.update(in, 0, bytes, out, 0) != bytes) {
        throw new AssertionError("AES keeps whole blocks back");
      }
    } catch (GeneralSecurityException e) {
      throw new AssertionError("AES refuses whole blocks", e);
    }
  }
}
