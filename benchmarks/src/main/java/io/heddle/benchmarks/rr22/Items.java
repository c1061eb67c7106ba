// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import io.heddle.crypto.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * Ids as keys and values: the halves of SHA-256 under the coin of the run.
 *
 * @param keys two words for each id
 * @param values the same
 */
record Items(long[] keys, long[] values) {
  private static final byte[] NAME = "heddle rr22 trial".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGEST_BYTES = 32;

  static Items of(List<byte[]> ids, byte[] coin) {
    // With this and an id of up to 39 bytes SHA-256 takes one round.
    byte[] prefix = Arrays.copyOf(Sha256.of(NAME, coin), Words.BYTES);
    MessageDigest sha256 = Sha256.newDigest();
    byte[] digest = new byte[DIGEST_BYTES];
    Items items = new Items(new long[2 * ids.size()], new long[2 * ids.size()]);
    for (int i = 0; i < ids.size(); i++) {
      sha256.update(prefix);
      sha256.update(ids.get(i));
      try {
        sha256.digest(digest, 0, DIGEST_BYTES);
      } catch (DigestException e) {
        throw new AssertionError("SHA-256 has 32 bytes", e);
      }
      Words.fromBytes(digest, 0, items.keys, 2 * i, 2);
      Words.fromBytes(digest, Words.BYTES, items.values, 2 * i, 2);
    }
    return items;
  }
}
