// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.error.AlignmentException;
import io.heddle.progress.Progress;
import io.heddle.psi.shared.BinomialBound;
import io.heddle.psi.shared.IdProgress;

/**
 * Into how many parts the ids of a run are dealt, and how many of each party one takes: both
 * parties compute them from what they have declared. Parts run one after the other, in memory that
 * does not grow with the sets.
 *
 * @param count how many there are
 * @param receiverIds of the receiver in each, rounded up until no part has more
 * @param senderIds of the sender in each
 */
record Partitions(int count, int receiverIds, int senderIds) {
  /** A partition's number fits into a byte. */
  static final int MOST = Byte.MAX_VALUE;

  /** Bits of the probability that a partition overflows. */
  private static final int SECURITY_BITS = 40;

  /**
   * Those of a run.
   *
   * @param ids of the larger set in one partition, about; up to twice as many are not cut
   */
  static Partitions of(int receiverIds, int senderIds, int ids) {
    int larger = Math.max(receiverIds, senderIds);
    int count = larger <= 2L * ids ? 1 : (int) Math.min(MOST, (larger + (long) ids - 1) / ids);
    return new Partitions(
        count,
        BinomialBound.of(receiverIds, count, SECURITY_BITS),
        BinomialBound.of(senderIds, count, SECURITY_BITS));
  }

  /** Bins of the receiver's table in each partition, and rows of the function. */
  int bins() {
    return KkrtSizes.bins(receiverIds);
  }

  /** Bytes of a tag. */
  int tagWidth() {
    return KkrtSizes.tagWidth(count, senderIds, bins());
  }

  /** Rows of all partitions. */
  long rows() {
    return (long) count * bins();
  }

  /** Tags of all partitions. */
  long tags() {
    return (long) count * KkrtSizes.HASHES * senderIds;
  }

  /**
   * Begins to tell how far a party is.
   *
   * @param ids of this party
   * @param done how many partitions were done before
   */
  IdProgress begin(Progress progress, int ids, int done) {
    long each = (long) bins() + (long) KkrtSizes.HASHES * senderIds;
    return IdProgress.begin(progress, "kkrt", ids, each, count, done);
  }

  /** Fails where so many of one party are in a partition that they do not fit. */
  static void requireRoom(int ids, int most) {
    if (ids > most) {
      throw new AlignmentException(
          "A partition of kkrt would have "
              + ids
              + " ids, more than the "
              + most
              + " that it has room for, as in about one of 2^40 runs: begin the run anew (--fresh),"
              + " which deals them out in another way");
    }
  }
}
