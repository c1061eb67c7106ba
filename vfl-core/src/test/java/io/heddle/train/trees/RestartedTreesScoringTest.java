// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Parties;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
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

class RestartedTreesScoringTest {
  private static final String FIT = "00112233445566778899aabbccddeeff";
  private static final double[] VALUES = {1, 2, 3, 40};
  private static final List<PartyId> PARTIES = List.of(Forests.BANK, Forests.featureHolder(1));

  private final Map<PartyId, StepLog> logs = new ConcurrentHashMap<>();
  private final Map<PartyId, Channel> channels = new ConcurrentHashMap<>();

  /** The label holder's column splits the root, the feature holder's the right child. */
  private static TreesModelPart part(PartyId party, String fitId, double threshold) {
    List<TreeNode> tree =
        List.of(
            new TreeNode(0, 0, 1, 2, List.of(), 1, 1, 4),
            TreeNode.leaf(List.of(-1.0), 2),
            new TreeNode(1, 0, 3, 4, List.of(), 1, 1, 2),
            TreeNode.leaf(List.of(0.25), 1),
            TreeNode.leaf(List.of(2.0), 1));
    return new TreesModelPart(
        fitId,
        List.of("x0"),
        List.of(new Threshold(0, threshold, false)),
        party.equals(Forests.BANK)
            ? new TreeEnsemble(TreeObjective.SQUARED, List.of(10.0), List.of(tree))
            : null,
        party.equals(Forests.BANK) ? List.of(Forests.featureHolder(1)) : List.of());
  }

  private static TreesModelPart part(PartyId party) {
    return part(party, FIT, party.equals(Forests.BANK) ? 2 : 3);
  }

  private static PartyTable table(double... values) {
    return Forests.table(new double[][] {values}, values.length, 2);
  }

  private static TreeScores score(Channel channel, TreesModelPart part, PartyTable table) {
    if (channel.self().equals(Forests.BANK)) {
      return new TreesScoringLabelHolder(part).score(channel, table, Progress.NONE);
    }
    new TreesScoringFeatureHolder(part).score(channel, Forests.BANK, table, Progress.NONE);
    return new TreeScores(new double[0][], new double[0][], new int[0][]);
  }

  private TreeScores run() {
    Map<PartyId, Parties.Code<TreeScores>> code = new HashMap<>();
    for (PartyId party : PARTIES) {
      code.put(
          party,
          session -> {
            Channel channel = session.beginStep("transform", new TreeMap<>());
            StepLog log = new StepLog(TreesScoringMessages.TYPES);
            logs.put(party, log);
            channels.put(party, channel);
            return score(log.through(channel, null), part(party), table(VALUES));
          });
    }
    return Objects.requireNonNull(Parties.run(TreesScoringMessages.TYPES, code).get(Forests.BANK));
  }

  private TreeScores restart(PartyId party, Commit from, TreesModelPart part, PartyTable table) {
    StepLog log = Objects.requireNonNull(logs.get(party));
    StepLog again = new StepLog(TreesScoringMessages.TYPES);
    try {
      return score(
          again.offline(log, Objects.requireNonNull(channels.get(party)), from), part, table);
    } finally {
      assertThat(again.sentFrom(0)).isEmpty();
    }
  }

  private Commit end(PartyId party) {
    List<Commit> commits = Objects.requireNonNull(logs.get(party)).commits();
    assertThat(commits).hasSize(1);
    return commits.get(0);
  }

  @Test
  void score_thatHasEnded_givesTheSameScoresWithoutAWord() {
    TreeScores scores = run();
    assertThat(scores.rawPrediction()[0]).containsExactly(9, 9, 10.25, 12);
    for (PartyId party : PARTIES) {
      TreeScores again = restart(party, end(party), part(party), table(VALUES));
      if (party.equals(Forests.BANK)) {
        assertThat(again.rawPrediction()).isEqualTo(scores.rawPrediction());
        assertThat(again.prediction()).isEqualTo(scores.prediction());
        assertThat(again.leaves()).isDeepEqualTo(scores.leaves());
      }
    }
  }

  @Test
  void score_thatHasEndedWithOtherData_isRefusedTellingNoValue() {
    run();
    for (PartyId party : PARTIES) {
      Commit end = end(party);
      // Another side of the threshold.
      assertThatThrownBy(() -> restart(party, end, part(party), table(1, 2, 40, 1)))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "1 of 1 columns (x0) have changed since the last commit of this step: put the data"
                  + " back or begin anew");
      assertThatThrownBy(
              () -> restart(party, end, part(party, "00".repeat(16), 2.5), table(2, 2, 2, 40)))
          .isInstanceOf(CheckpointException.class);
      PartyTable otherIds = new PartyTable(table(VALUES).rows(), List.of("x0"), Forests.seed());
      assertThatThrownBy(() -> restart(party, end, part(party), otherIds))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith("The aligned rows have changed");
    }
  }

  @Test
  void score_restartedFromAStateOfAnotherVersion_isRefused() {
    run();
    for (PartyId party : PARTIES) {
      byte[] state = end(party).state();
      for (int length = 0; length < state.length; length++) {
        Commit cut = new Commit(Arrays.copyOf(state, length), 0, 0);
        assertThatThrownBy(() -> restart(party, cut, part(party), table(VALUES)))
            .isInstanceOf(CheckpointException.class);
      }
    }
  }
}
