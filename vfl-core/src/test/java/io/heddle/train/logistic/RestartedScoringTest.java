// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import io.heddle.party.PredictorConsent;
import io.heddle.progress.Progress;
import io.heddle.session.PinnedSession;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.DamagedStates;
import io.heddle.train.shared.StepLog;
import io.heddle.train.shared.StepLog.Commit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class RestartedScoringTest {
  private static final String FIT = "00112233445566778899aabbccddeeff";
  private static final double[] VALUES = {1, 2, 3, 40};
  private static final List<PartyId> PARTIES =
      List.of(Fits.BANK, Fits.featureHolder(1), Fits.featureHolder(2));

  private final Map<PartyId, StepLog> logs = new ConcurrentHashMap<>();
  private final Map<PartyId, Channel> channels = new ConcurrentHashMap<>();

  private static LogisticModelPart part(double coefficient) {
    return new LogisticModelPart(
        FIT,
        List.of("x0"),
        new double[] {coefficient},
        -1,
        new double[] {2},
        new double[] {0.25},
        new double[] {-10},
        new double[] {10});
  }

  private static PartyTable table(double... values) {
    return Fits.table(new double[][] {values}, 4, 2);
  }

  private static Scores score(
      Channel channel, PrivateRandomness randomness, LogisticModelPart part, PartyTable table) {
    if (channel.self().equals(Fits.BANK)) {
      return new ScoringLabelHolder(part).score(channel, table, Progress.NONE);
    }
    new ScoringFeatureHolder(part, new PrivacyRules(50, PredictorConsent.NO), randomness)
        .score(channel, Fits.BANK, table, Progress.NONE);
    return new Scores(new double[0], new double[0]);
  }

  private Map<PartyId, Scores> run(double... values) {
    Map<PartyId, Parties.Code<Scores>> code = new HashMap<>();
    for (PartyId party : PARTIES) {
      code.put(
          party,
          session -> {
            Channel channel = session.beginStep("transform", new TreeMap<>());
            StepLog log = new StepLog(Fits.TYPES);
            logs.put(party, log);
            channels.put(party, channel);
            return score(
                log.through(channel, null), session::privateRandomness, part(0.5), table(values));
          });
    }
    return Parties.run(
        InMemoryExchange::network,
        Fits.TYPES,
        (exchange, terms) -> PinnedSession.open(exchange, terms, "secret", "nonce"),
        code);
  }

  private Scores restart(PartyId party, LogisticModelPart part, PartyTable table) {
    StepLog log = Objects.requireNonNull(logs.get(party));
    StepLog again = new StepLog(Fits.TYPES);
    Commit end = log.commits().get(log.commits().size() - 1);
    try {
      return score(
          again.offline(log, Objects.requireNonNull(channels.get(party)), end),
          (purpose, context) -> {
            throw new AssertionError("Asks for randomness");
          },
          part,
          table);
    } finally {
      assertThat(again.sentFrom(0)).isEmpty();
    }
  }

  @Test
  void score_thatHasEnded_givesTheSameScoresWithoutAWord() {
    Map<PartyId, Scores> scores = run(VALUES);
    for (PartyId party : PARTIES) {
      Scores again = restart(party, part(0.5), table(VALUES));
      Scores first = Objects.requireNonNull(scores.get(party));
      assertThat(again.rawPrediction()).isEqualTo(first.rawPrediction());
      assertThat(again.probability()).isEqualTo(first.probability());
    }
  }

  @Test
  void score_thatHasEndedWithOtherData_isRefusedTellingNoValue() {
    run(VALUES);
    for (PartyId party : PARTIES) {
      assertThatThrownBy(() -> restart(party, part(0.5), table(1, 2, 3, 4)))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "1 of 1 columns (x0) have changed since the last commit of this step: put the data"
                  + " back or begin anew");
      assertThatThrownBy(() -> restart(party, part(0.25), table(VALUES)))
          .isInstanceOf(CheckpointException.class);
      PartyTable otherIds = new PartyTable(table(VALUES).rows(), List.of("x0"), Fits.seed());
      assertThatThrownBy(() -> restart(party, part(0.5), otherIds))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith("The aligned rows have changed");
    }
  }

  /** Under the masks of the first run the difference of the values would be seen. */
  @Test
  void score_doneAgainWithOtherData_hasOtherMaskKeys() {
    run(VALUES);
    Map<PartyId, StepLog> first = Map.copyOf(logs);
    run(VALUES);
    Map<PartyId, StepLog> same = Map.copyOf(logs);
    run(1, 2, 3, 4);
    for (PartyId party : PARTIES) {
      List<String> sent = Objects.requireNonNull(first.get(party)).sentFrom(0);
      assertThat(Objects.requireNonNull(same.get(party)).sentFrom(0)).isEqualTo(sent);
      if (!party.equals(Fits.BANK)) {
        List<String> other = Objects.requireNonNull(logs.get(party)).sentFrom(0);
        // Two openings, then the mask key, then the predictor.
        assertThat(other.subList(0, 2)).isEqualTo(sent.subList(0, 2));
        assertThat(other.get(2)).isNotEqualTo(sent.get(2));
      }
    }
  }

  @Test
  void scoringState_damaged_isRefusedOrReadAsItIs() {
    run(VALUES);
    StepLog log = Objects.requireNonNull(logs.get(Fits.BANK));
    DamagedStates.assertReadableOrRefused(
        log.commits().get(0).state(), bytes -> ScoringState.of(bytes, 4).toBytes());
    assertThat(Arrays.stream(ScoringState.of(log.commits().get(0).state(), 4).sums()).sum())
        .isNotZero();
  }
}
