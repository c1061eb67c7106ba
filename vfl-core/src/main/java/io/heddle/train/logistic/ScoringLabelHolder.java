// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.AlignedRows;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.ScoringMessage.ScoringOpening;
import io.heddle.train.logistic.ScoringMessage.ScoringPredictor;
import io.heddle.train.shared.OwnData;

/**
 * The label holder's side of joint scoring: it alone learns the scores. With one feature holder it
 * can tell that party's part of each, with several only their sum.
 */
public final class ScoringLabelHolder {
  private final LogisticModelPart part;

  public ScoringLabelHolder(LogisticModelPart part) {
    this.part = part;
  }

  /**
   * Scores the rows together with all peers of the channel. Where the step has ended already, gives
   * the same scores at once.
   *
   * @throws io.heddle.error.DataException if columns are not those of the model part, or hold
   *     values that cannot be used, or are not those that the step ended with
   * @throws io.heddle.error.CheckpointException if what was kept of the step is of another version
   * @throws io.heddle.error.AlignmentException if a peer holds other rows
   * @throws ProtocolException if a peer's part is of another fit, or it sends what the protocol
   *     does not allow
   */
  public Scores score(Channel step, PartyTable table, Progress progress) {
    table.requireColumns(part.columnNames());
    try (AlignedRows<QuantisedBlock> rows = PreparedColumns.onGridOf(part, table.rows())) {
      OwnData data = LogisticData.of(table, part, rows);
      progress.begin("score", table.rows().rows(), "rows");
      long[] sums = ScoringState.restored(step, data, part.columnNames(), table.rows().rows());
      if (sums == null) {
        sums = sums(step, table, rows);
        step.commit(new ScoringState(data, sums).toBytes());
      }
      double[] raw = LinearPredictor.toDoubles(sums);
      double[] probability = new double[raw.length];
      for (int i = 0; i < raw.length; i++) {
        probability[i] = LogisticLoss.probability(raw[i]);
      }
      progress.advance(raw.length);
      progress.end();
      return new Scores(raw, probability);
    }
  }

  private long[] sums(Channel step, PartyTable table, AlignedRows<QuantisedBlock> rows) {
    step.sendToAll(ScoringRows.opening(part, table));
    for (PartyId peer : step.peers()) {
      ScoringRows.requireSame(peer, step.receive(peer, ScoringOpening.class), part, table);
    }
    long[] sums = ScoringRows.predictor(part, rows);
    for (PartyId peer : step.peers()) {
      long[] share = step.receive(peer, ScoringPredictor.class).values();
      if (share.length != sums.length) {
        throw new ProtocolException(
            peer + " sent " + share.length + " rows: must be " + sums.length);
      }
      for (int i = 0; i < sums.length; i++) {
        sums[i] += share[i];
      }
    }
    return sums;
  }
}
