// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.progress.Progress;
import io.heddle.psi.shared.BinomialBound;
import io.heddle.psi.shared.IdProgress;

/**
 * How much there is of everything, which both parties compute from what they have declared. Ids are
 * dealt into partitions, which run one after the other, and within each into clusters, which share
 * one vector OLE and are small enough for the processor's cache.
 *
 * @param partitions how many there are
 * @param clusters how many each partition has
 * @param clusterIds of the receiver in each cluster, rounded up until no cluster has more
 * @param receiverIds of the receiver in all
 * @param senderIds of the sender in each partition, rounded up as those of clusters
 */
record Layout(int partitions, int clusters, int clusterIds, int receiverIds, int senderIds) {
  /**
   * A receiver with fewer ids takes vectors for so many: of shorter ones less is known, and noise
   * would stand in them too closely.
   */
  static final int FEWEST_IDS = 4096;

  /** A partition's number fits into a byte. */
  static final int MOST_PARTITIONS = Byte.MAX_VALUE;

  static final int MIN_TAG_WIDTH = 8;
  static final int MAX_TAG_WIDTH = 12;

  /** Ids of a cluster, about; up to twice as many are not cut. */
  private static final int CLUSTER_BITS = 16;

  /** Bits of the probability that anything goes wrong by chance. */
  private static final int SECURITY_BITS = 40;

  /**
   * That of a run.
   *
   * @param partitionIds of the larger set in one partition, about; up to twice as many are not cut
   */
  static Layout of(int receiverIds, int senderIds, int partitionIds) {
    int larger = Math.max(receiverIds, senderIds);
    int partitions =
        larger <= 2L * partitionIds
            ? 1
            : (int) Math.min(MOST_PARTITIONS, (larger + (long) partitionIds - 1) / partitionIds);
    int clusters = Math.max(1, (receiverIds / partitions) >>> CLUSTER_BITS);
    int most = BinomialBound.of(receiverIds, partitions * clusters, SECURITY_BITS);
    return new Layout(
        partitions,
        clusters,
        Math.max(FEWEST_IDS, most),
        receiverIds,
        BinomialBound.of(senderIds, partitions, SECURITY_BITS));
  }

  /** The key-value store of each partition. */
  Okvs okvs() {
    return new Okvs(
        clusters,
        clusterIds,
        Okvs.expansion(clusterIds, SECURITY_BITS + log2((long) partitions * clusters)));
  }

  /**
   * Bytes of a tag, such that no two of different ids are equal, but for a probability of 2^-40 in
   * all partitions together: of one of the receiver's and one of the sender's, or of two of the
   * sender's in one list.
   */
  int tagWidth() {
    long ids = Math.max(1, senderIds);
    long pairs = ids * Math.max(receiverIds, partitions * ids);
    int bits = SECURITY_BITS + log2(pairs);
    return Math.max(MIN_TAG_WIDTH, (bits + Byte.SIZE - 1) / Byte.SIZE);
  }

  /** Places in the lists of all partitions. */
  int places() {
    return Math.multiplyExact(partitions, senderIds);
  }

  /** Bytes of a bit for each of them. */
  int placeBytes() {
    return (places() + Byte.SIZE - 1) / Byte.SIZE;
  }

  /**
   * Begins to tell how far a party is.
   *
   * @param ids of this party
   * @param done how many partitions were done before
   */
  IdProgress begin(Progress progress, int ids, int done) {
    long each = (long) okvs().size() + senderIds;
    return IdProgress.begin(progress, "rr22", ids, each, partitions, done);
  }

  /** Rounded up. */
  private static int log2(long number) {
    return Long.SIZE - Long.numberOfLeadingZeros(number - 1);
  }
}
