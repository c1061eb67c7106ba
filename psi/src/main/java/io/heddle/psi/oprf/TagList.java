// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.crypto.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
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
   * Looks for tags in this list.
   *
   * @param asked {@code key.width()} bytes each
   * @param binding what only this step of this session has
   */
  Common find(byte[] asked, byte[] binding) {
    int width = key.width();
    Index index = new Index(asked, width);
    int[] positions = new int[asked.length / width];
    Arrays.fill(positions, -1);
    int count = 0;
    for (int i = 0; i < key.ids(); i++) {
      int found = index.find(bytes, at + i * width);
      // A list may hold a tag twice; an id is common once.
      if (found >= 0 && positions[found] < 0) {
        positions[found] = i;
        count++;
      }
    }
    byte[][] order = new byte[positions.length][];
    MessageDigest sha256 = Sha256.newDigest();
    for (int i = 0; i < positions.length; i++) {
      if (positions[i] >= 0) {
        sha256.update(ORDER_TAG);
        sha256.update(binding);
        sha256.update(asked, i * width, width);
        order[i] = sha256.digest();
      }
    }
    int[] common =
        IntStream.range(0, positions.length)
            .filter(i -> positions[i] >= 0)
            .boxed()
            .sorted(Comparator.comparing(i -> order[i], Arrays::compareUnsigned))
            .mapToInt(Integer::intValue)
            .toArray();
    if (common.length != count) {
      throw new AssertionError("Every common id has a place");
    }
    return new Common(common, Arrays.stream(common).map(i -> positions[i]).toArray());
  }

  /** The receiver's own tags by their first bytes, which are those of a hash. */
  private static final class Index {
    private final byte[] flat;
    private final int width;
    private final int[] slots;
    private final int mask;

    Index(byte[] flat, int width) {
      this.flat = flat;
      this.width = width;
      int count = flat.length / width;
      int size = Math.max(2, Integer.highestOneBit(Math.max(1, count)) << 2);
      slots = new int[size];
      mask = size - 1;
      for (int i = 0; i < count; i++) {
        int slot = slot(flat, i * width);
        while (slots[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        slots[slot] = i + 1;
      }
    }

    private int slot(byte[] bytes, int at) {
      return ((bytes[at] & 0xff)
              | ((bytes[at + 1] & 0xff) << 8)
              | ((bytes[at + 2] & 0xff) << 16)
              | (bytes[at + 3] << 24))
          & mask;
    }

    /** Which of the own tags a foreign one is; -1 for none. */
    int find(byte[] bytes, int at) {
      for (int slot = slot(bytes, at); slots[slot] != 0; slot = (slot + 1) & mask) {
        int own = slots[slot] - 1;
        if (Arrays.equals(flat, own * width, (own + 1) * width, bytes, at, at + width)) {
          return own;
        }
      }
      return -1;
    }
  }
}
