// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ledger;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.party.PartyId;
import io.heddle.psi.shared.RunRecord;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** One intersection of a job, on its way into a party's ledger. */
public final class LedgerEntry implements RunRecord {
  private final PsiLedger ledger;
  private final JobConfig job;
  private final String session;
  private final String step;

  LedgerEntry(PsiLedger ledger, JobConfig job, String session, String step) {
    this.ledger = ledger;
    this.job = job;
    this.session = session;
    this.step = step;
  }

  /**
   * In a ledger; nowhere if there is none.
   *
   * @param session the session's id
   * @param step in which the intersection runs, before it is narrowed for a protocol
   */
  public static RunRecord of(
      @Nullable PsiLedger ledger, JobConfig job, String session, Channel step) {
    return ledger == null ? RunRecord.NONE : new LedgerEntry(ledger, job, session, step.path());
  }

  @Override
  public void begin(PsiProtocol protocol, int ids, SortedMap<PartyId, Integer> peerIds) {
    ledger.begin(
        new LedgerRun(
            session,
            step,
            job.name(),
            protocol.word(),
            job.psi().receiver(),
            ids,
            peerIds,
            Learned.of(job.psi(), job.parties(), protocol)));
  }

  @Override
  public void end(int common) {
    ledger.end(session, step, common);
  }
}
