// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.AlignedRows;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.ScoringMessage.ScoringMaskKey;
import io.heddle.train.logistic.ScoringMessage.ScoringOpening;
import io.heddle.train.logistic.ScoringMessage.ScoringPredictor;
import io.heddle.train.shared.OwnData;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A feature holder's side of joint scoring. It learns nothing of the scores. The label holder
 * learns its part of each row's predictor; with several feature holders only their sum.
 */
public final class ScoringFeatureHolder {
  private final LogisticModelPart part;
  private final PrivacyRules rules;
  private final PrivateRandomness randomness;

  /**
   * @param randomness from this party's own session secret
   */
  public ScoringFeatureHolder(
      LogisticModelPart part, PrivacyRules rules, PrivateRandomness randomness) {
    this.part = part;
    this.rules = rules;
    this.randomness = randomness;
  }

  /**
   * Scores the rows together with all peers of the channel. Where the step has ended already, does
   * nothing.
   *
   * @throws io.heddle.error.PrivacyException if this party is the only feature holder and its rules
   *     do not allow its predictor to be opened
   * @throws io.heddle.error.DataException if columns are not those of the model part, or hold
   *     values that cannot be used, or are not those that the step ended with
   * @throws io.heddle.error.CheckpointException if what was kept of the step is of another version
   * @throws io.heddle.error.AlignmentException if a peer holds other rows
   * @throws io.heddle.error.ProtocolException if a peer's part is of another fit
   */
  public void score(Channel step, PartyId labelHolder, PartyTable table, Progress progress) {
    SortedSet<PartyId> others = new TreeSet<>(step.peers());
    if (!others.remove(labelHolder)) {
      throw new IllegalArgumentException("The label holder " + labelHolder + " is no peer");
    }
    if (others.isEmpty()) {
      PrivacyChecks.requirePredictorConsent(rules);
    }
    table.requireColumns(part.columnNames());
    try (AlignedRows<QuantisedBlock> rows = PreparedColumns.onGridOf(part, table.rows())) {
      OwnData data = LogisticData.of(table, part, rows);
      progress.begin("score", table.rows().rows(), "rows");
      if (ScoringState.restored(step, data, part.columnNames(), 0) == null) {
        score(step, labelHolder, others, table, rows, data);
        step.commit(new ScoringState(data, new long[0]).toBytes());
      }
      progress.advance(table.rows().rows());
      progress.end();
    }
  }

  private void score(
      Channel step,
      PartyId labelHolder,
      SortedSet<PartyId> others,
      PartyTable table,
      AlignedRows<QuantisedBlock> rows,
      OwnData data) {
    step.sendToAll(ScoringRows.opening(part, table));
    for (PartyId peer : step.peers()) {
      ScoringRows.requireSame(peer, step.receive(peer, ScoringOpening.class), part, table);
    }
    byte[] secretKey = PairwiseMasks.secretKey(randomness, step, data);
    ScoringMaskKey own = new ScoringMaskKey(PairwiseMasks.publicKey(secretKey));
    others.forEach(peer -> step.send(peer, own));
    SortedMap<PartyId, byte[]> publicKeys = new TreeMap<>();
    others.forEach(
        peer -> publicKeys.put(peer, step.receive(peer, ScoringMaskKey.class).publicKey()));
    long[] values = ScoringRows.predictor(part, rows);
    new PairwiseMasks(step.self(), step.path(), secretKey, publicKeys).mask("scores", values);
    step.send(labelHolder, new ScoringPredictor(values));
  }
}
