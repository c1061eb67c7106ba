// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.TagTable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * A sender's tags as they came.
 *
 * @param key under which they stand
 * @param bytes in which they are; not copied
 * @param at where the first begins
 */
record TagList(KeyTerms key, byte[] bytes, int at) {
  private static final byte[] ORDER_TAG =
      "HEDDLE-OPRF-V01-ORDER".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH_BYTES = 32;

  byte[] tags() {
    return Arrays.copyOfRange(bytes, at, at + key.ids() * key.width());
  }

  /**
   * What two lists have in common, in the alignment's order: that of hashes over tags and binding,
   * which tells nothing of either list.
   *
   * @param asked positions in the receiver's list of questions
   * @param listed positions in the sender's list
   */
  record Common(int[] asked, int[] listed) {}

  /**
   * Where each of these tags stands, for {@link #find}.
   *
   * @param sender who made them
   * @throws io.heddle.error.ProtocolException if they are not random
   */
  TagTable table(PartyId sender) {
    return new TagTable(sender, tags(), key.width());
  }

  /**
   * Looks for tags in this list.
   *
   * @param table of this list
   * @param asked {@code key.width()} bytes each
   * @param binding what only this step of this session has
   */
  Common find(TagTable table, byte[] asked, byte[] binding) {
    int width = key.width();
    int[] positions = new int[asked.length / width];
    BitSet listed = new BitSet(key.ids());
    int count = 0;
    for (int i = 0; i < positions.length; i++) {
      positions[i] = table.position(asked, i * width);
      if (positions[i] < 0) {
        continue;
      }
      // Of two ids with one tag, which a sender cannot bring about without breaking the hash, one
      // is common.
      if (listed.get(positions[i])) {
        positions[i] = -1;
        continue;
      }
      listed.set(positions[i]);
      count++;
    }
    int[] found = IntStream.range(0, positions.length).filter(i -> positions[i] >= 0).toArray();
    byte[] hashes = new byte[count * HASH_BYTES];
    MessageDigest sha256 = Sha256.newDigest();
    for (int i = 0; i < count; i++) {
      sha256.update(ORDER_TAG);
      sha256.update(binding);
      sha256.update(asked, found[i] * width, width);
      System.arraycopy(sha256.digest(), 0, hashes, i * HASH_BYTES, HASH_BYTES);
    }
    int[] order = IdList.of(hashes, HASH_BYTES).order().rows();
    int[] common = Arrays.stream(order).map(i -> found[i]).toArray();
    return new Common(common, Arrays.stream(common).map(i -> positions[i]).toArray());
  }
}
