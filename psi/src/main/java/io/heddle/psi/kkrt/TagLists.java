// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.crypto.Sha256;
import io.heddle.psi.shared.Shuffle;
import java.nio.ByteBuffer;

/**
 * What the sender gives the receiver of a partition: three lists of tags, each in its own order.
 */
final class TagLists {
  private static final int HASHES = KkrtSizes.HASHES;
  private static final byte[] NOTHING = {};

  private TagLists() {}

  /**
   * One of the three.
   *
   * @param hash which, from 0
   * @param tags three for each of the sender's ids
   */
  static byte[] list(int partition, int hash, byte[] tags, Partitions partitions, KkrtRun run) {
    int number = HASHES * partition + hash;
    int width = partitions.tagWidth();
    return shuffled(
        padded(tags, hash, width, partitions.senderIds(), number, run), width, number, run);
  }

  /** All tags in one of the three rows of their id, and random ones behind, up to a size. */
  private static byte[] padded(
      byte[] tags, int hash, int width, int size, int number, KkrtRun run) {
    int count = tags.length / (HASHES * width);
    byte[] list = new byte[size * width];
    for (int i = 0; i < count; i++) {
      System.arraycopy(tags, (i * HASHES + hash) * width, list, i * width, width);
    }
    byte[] padding = new byte[(size - count) * width];
    run.own("psi/kkrt padding", NOTHING).fill(number, padding);
    System.arraycopy(padding, 0, list, count * width, padding.length);
    return list;
  }

  /** A list in an order that follows from what is in it. */
  private static byte[] shuffled(byte[] list, int width, int number, KkrtRun run) {
    byte[] digest = Sha256.of(list);
    byte[] input =
        ByteBuffer.allocate(Integer.BYTES + digest.length).putInt(number).put(digest).array();
    return new Shuffle(list.length / width, run.own("psi/kkrt shuffle", input)).apply(list, width);
  }
}
