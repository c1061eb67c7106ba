// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.crypto.Sha256;
import io.heddle.vole.Elements;
import io.heddle.vole.FixedFactor;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Tags of items: SHA-256 over what an item's key finds, the key, and what only this partition of
 * this run has. Over all cores.
 */
final class Tags {
  private static final int WORDS = Elements.WORDS;
  private static final int DIGEST_BYTES = 32;
  private static final int PIECE = 4096;

  private Tags() {}

  /**
   * All tags, one after the other, in the order of the ids.
   *
   * @param factor what the items' values count for, which the sender adds to what they find
   * @param binding 16 bytes: with them SHA-256 takes one round
   * @param width bytes of each
   */
  static byte[] of(
      Okvs.Decoder decoder, Items items, @Nullable FixedFactor factor, byte[] binding, int width) {
    int count = items.size();
    byte[] tags = new byte[Math.multiplyExact(count, width)];
    IntStream.range(0, (count + PIECE - 1) / PIECE)
        .parallel()
        .forEach(
            piece -> {
              int from = piece * PIECE;
              int to = Math.min(count, from + PIECE);
              long[] found = new long[WORDS * (to - from)];
              decoder.decode(items, from, to, found);
              if (factor != null) {
                factor.addProducts(items.values(), WORDS * from, found, 0, to - from);
              }
              hash(found, items, from, to, binding, tags, width);
            });
    return tags;
  }

  private static void hash(
      long[] found, Items items, int from, int to, byte[] binding, byte[] tags, int width) {
    long[] keys = items.keys();
    MessageDigest sha256 = Sha256.newDigest();
    byte[] input = new byte[2 * Elements.BYTES + binding.length];
    System.arraycopy(binding, 0, input, 2 * Elements.BYTES, binding.length);
    byte[] digest = new byte[DIGEST_BYTES];
    for (int i = from; i < to; i++) {
      int at = WORDS * (i - from);
      Elements.put(input, 0, found[at]);
      Elements.put(input, Long.BYTES, found[at + 1]);
      Elements.put(input, Elements.BYTES, keys[WORDS * i]);
      Elements.put(input, Elements.BYTES + Long.BYTES, keys[WORDS * i + 1]);
      sha256.update(input, 0, input.length);
      try {
        sha256.digest(digest, 0, DIGEST_BYTES);
      } catch (DigestException e) {
        throw new AssertionError("SHA-256 has 32 bytes", e);
      }
      System.arraycopy(digest, 0, tags, items.id(i) * width, width);
    }
  }
}
