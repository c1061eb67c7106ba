// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.config.PartyConfig;
import io.heddle.psi.ledger.LedgerEntry;
import io.heddle.psi.ledger.PsiLedger;
import io.heddle.psi.shared.RunRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a party asks of an intersection before it gives anything for it.
 *
 * @param minIntersection the fewest common rows that may be shown, 0 or more; all parties must ask
 *     the same. With fewer the run fails: a tiny intersection points at persons. The receiver has
 *     seen them by then, so this rules what goes on, it is no shield against the receiver
 * @param maxPeerSize the most ids that another party may bring, 1 to {@link #LARGEST_SET}: a bound
 *     on guessing, for every id a peer brings is a question to this party's list
 * @param protocol the family of protocols; all parties must ask the same
 * @param semiHonest whether this party takes its peers as ones that follow the protocol: with two
 *     parties that both do, kkrt or rr22 may run, which tells much to a party that does not
 * @param record where this run is written down; refuses a peer that has brought too many ids in
 *     several runs
 * @param partitionIds about how many ids of the larger set kkrt and rr22 take at a time; all
 *     parties must say the same
 */
public record PsiLimits(
    int minIntersection,
    int maxPeerSize,
    PsiProtocol protocol,
    boolean semiHonest,
    RunRecord record,
    int partitionIds) {
  /** The most ids of one party. */
  public static final int LARGEST_SET = 1 << 25;

  /** At least one common row, peers of up to ten million ids. */
  public static final PsiLimits DEFAULT = new PsiLimits(1, 10_000_000);

  /**
   * What a party's files ask, and its ledger.
   *
   * @param ledger as {@link PsiLedger#of} gives it
   * @param session the session's id
   * @param step in which the intersection runs
   */
  public static PsiLimits of(
      PartyConfig config, JobConfig job, @Nullable PsiLedger ledger, String session, Channel step) {
    return new PsiLimits(
        job.psi().minIntersection(),
        config.privacy().maxPeerSetSize(),
        job.psi().protocol(),
        config.takesAsSemiHonest(job.parties()),
        LedgerEntry.of(ledger, job, session, step),
        job.psi().partitionIds());
  }

  /** With whatever protocol fits, among peers that follow it. */
  public PsiLimits(int minIntersection, int maxPeerSize) {
    this(minIntersection, maxPeerSize, PsiProtocol.AUTO, true);
  }

  /** Written down nowhere. */
  public PsiLimits(int minIntersection, int maxPeerSize, PsiProtocol protocol, boolean semiHonest) {
    this(
        minIntersection,
        maxPeerSize,
        protocol,
        semiHonest,
        RunRecord.NONE,
        JobConfig.Psi.USUAL_PARTITION_IDS);
  }

  public PsiLimits {
    if (minIntersection < 0) {
      throw new IllegalArgumentException(
          "Invalid minimum intersection " + minIntersection + ": must be 0 or more");
    }
    if (maxPeerSize < 1 || maxPeerSize > LARGEST_SET) {
      throw new IllegalArgumentException(
          "Invalid largest peer set " + maxPeerSize + ": must be 1 to " + LARGEST_SET);
    }
  }
}
