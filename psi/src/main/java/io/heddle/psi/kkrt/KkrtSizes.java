// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.ot.KkrtSender;

/** How much there is of everything, which both parties compute from what they have declared. */
public final class KkrtSizes {
  /** A receiver with fewer ids takes a table for so many: in a smaller one they might not fit. */
  public static final int FEWEST_IDS = 4096;

  /**
   * The most ids of a party: of up to so many in three rows each, all differ from the row's item in
   * 128 places of the code, but for a probability of 2^-40. Partitions change nothing of that.
   */
  public static final int MOST_IDS = 1 << 24;

  /** Bins that an id may be in. */
  static final int HASHES = 3;

  /** Bits by which whatever is random has room, beyond what the numbers of items take. */
  private static final int SECURITY_BITS = 40;

  static final int MIN_TAG_WIDTH = 7;
  static final int MAX_TAG_WIDTH = 12;
  static final int MIN_NAME_WIDTH = 5;
  static final int MAX_NAME_WIDTH = 11;

  private KkrtSizes() {}

  /** Bins of a table of the receiver, and rows of the function: 1.27 for each id, rounded up. */
  static int bins(int receiverIds) {
    return (int) ((127L * Math.max(FEWEST_IDS, receiverIds) + 99) / 100);
  }

  /**
   * Whether the ids of a run are dealt into several partitions.
   *
   * @param partitionIds about how many of the larger set one has
   */
  public static boolean hasPartitions(int receiverIds, int senderIds, int partitionIds) {
    return Partitions.of(receiverIds, senderIds, partitionIds).count() > 1;
  }

  /** Bytes that the receiver sends for its tables. */
  public static long rowBytes(int receiverIds, int senderIds, int partitionIds) {
    return KkrtSender.ROW_BYTES * Partitions.of(receiverIds, senderIds, partitionIds).rows();
  }

  /**
   * Bytes of a tag, such that in all partitions no two of different ids are equal, but for a
   * probability of 2^-40: of one in each row and all of the sender's, and of two of the sender's in
   * one list.
   *
   * @param senderIds of each partition
   * @param bins of each partition
   */
  static int tagWidth(int partitions, int senderIds, int bins) {
    long ids = Math.max(1, senderIds);
    return bytes(SECURITY_BITS + log2((long) partitions * HASHES * ids * Math.max(ids, bins)));
  }

  /** Bytes of all tags. */
  public static long tagBytes(int senderIds, int receiverIds, int partitionIds) {
    Partitions partitions = Partitions.of(receiverIds, senderIds, partitionIds);
    return partitions.tags() * partitions.tagWidth();
  }

  /**
   * Bytes of a name, such that no two of the sender's ids have the same, but for a probability of
   * 2^-40. No wider: were a name ever to be that of an id which the sender does not have, it should
   * not tell which.
   */
  public static int nameWidth(int senderIds) {
    return bytes(SECURITY_BITS - 1 + 2 * log2(Math.max(1, senderIds)));
  }

  private static int bytes(int bits) {
    return (bits + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** Rounded up. */
  private static int log2(long number) {
    return Long.SIZE - Long.numberOfLeadingZeros(number - 1);
  }
}
