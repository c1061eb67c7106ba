// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.config.MonotoneConstraints;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.PinnedSession;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.DamagedStates;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StepLog;
import io.heddle.train.shared.StepLog.Commit;
import io.heddle.train.trees.Forests.Joined;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Fits whose parties are started again, all objects new, from what they committed. */
class RestartedTreesTest {
  private static final int ROWS = 260;
  private static final Parties.Opening PINNED =
      (exchange, terms) -> PinnedSession.open(exchange, terms, "secret", "nonce");
  private static final TreeTerms TERMS =
      TreeTerms.builder().maxIter(3).maxDepth(2).maxBins(8).build();
  private static final Joined JOINED = withConstants(Forests.generate(ROWS, 61, true, 2, 3));
  private static final PrivateRandomness NONE =
      (purpose, context) -> {
        throw new AssertionError("Asks for randomness");
      };

  /** A column more for each party, which it warns of. */
  private static Joined withConstants(Joined joined) {
    return new Joined(
        joined.labels(),
        joined.holders().stream()
            .map(
                columns -> {
                  double[][] more = Arrays.copyOf(columns, columns.length + 1);
                  more[columns.length] = new double[joined.rows()];
                  return more;
                })
            .toList());
  }

  /** One run of all parties. */
  private record Run(
      List<TreesFit> fits, Map<PartyId, StepLog> logs, Map<PartyId, Channel> channels) {
    StepLog log(PartyId party) {
      return Objects.requireNonNull(logs.get(party));
    }

    Channel channel(PartyId party) {
      return Objects.requireNonNull(channels.get(party));
    }

    List<PartyId> parties() {
      return logs.keySet().stream().sorted().toList();
    }
  }

  private static Run run(Map<PartyId, byte[]> restored) {
    return run(TERMS, JOINED, restored);
  }

  private static Run run(TreeTerms terms, Joined joined, Map<PartyId, byte[]> restored) {
    Map<PartyId, StepLog> logs = new ConcurrentHashMap<>();
    Map<PartyId, Channel> channels = new ConcurrentHashMap<>();
    UnaryOperator<Channel> logged =
        channel -> {
          StepLog log = new StepLog(TreeMessages.TYPES);
          logs.put(channel.self(), log);
          channels.put(channel.self(), channel);
          return log.through(channel, restored.get(channel.self()));
        };
    List<TreesFit> fits =
        Forests.fit(terms, joined, null, TreeRules.DEFAULT, logged, logged, PINNED);
    return new Run(fits, logs, channels);
  }

  private static @Nullable Run undisturbed;

  @BeforeAll
  static void runUndisturbed() {
    undisturbed = run(Map.of());
  }

  private static Run undisturbed() {
    return Objects.requireNonNull(undisturbed);
  }

  /** Numbers by their bits: what the states hold of a result, and they hold all of it. */
  private static byte[] bits(TreesFit fit) {
    OwnData none = new OwnData(new byte[32], List.of(), new byte[32]);
    return new TreesState(none, new byte[0], fit).toBytes();
  }

  @Test
  void fit_allRestartedAfterAnyTree_sendsAndEndsAsIfNothingHadHappened() {
    Run run = undisturbed();
    // Before the first tree, after the second, which is the first that asks, and at the end.
    assertThat(run.log(Forests.BANK).commits()).hasSize(3);
    assertThat(run.fits())
        .allMatch(
            fit -> fit.summary().warnings().stream().anyMatch(line -> line.startsWith("Constant")));
    assertRestarts(TERMS, JOINED, run);
  }

  @Test
  void fit_onSampledRowsThatStopsEarly_sendsAndEndsAsIfNothingHadHappened() {
    TreeTerms terms =
        TreeTerms.builder()
            .maxIter(9)
            .maxDepth(2)
            .maxBins(8)
            .stepSize(1)
            .subsamplingRate(0.9)
            .featureSubsetStrategy("0.5")
            .earlyStopping(0.3, 1)
            .firstTreeAlone(false)
            .build();
    Run run = run(terms, JOINED, Map.of());
    assertThat(run.log(Forests.BANK).commits()).hasSizeBetween(3, 9);
    assertRestarts(terms, JOINED, run);
  }

  @Test
  void fit_ofSeveralClasses_sendsAndEndsAsIfNothingHadHappened() {
    TreeTerms terms =
        TreeTerms.builder()
            .objective(TreeObjective.MULTI_CLASS)
            .classes(3)
            .maxIter(3)
            .maxDepth(2)
            .maxBins(8)
            .goss(0.4, 0.4)
            .firstTreeAlone(false)
            .build();
    Joined joined = Forests.classes(700, 62, true, 3, 2, 3);
    Run run = run(terms, joined, Map.of());
    assertThat(run.log(Forests.BANK).commits()).hasSize(4);
    assertRestarts(terms, joined, run);
  }

  @Test
  void fit_withRowsThatShareCiphertexts_sendsAndEndsAsIfNothingHadHappened() {
    TreeTerms terms =
        TreeTerms.builder()
            .maxIter(3)
            .maxDepth(2)
            .maxBins(8)
            .rowPacking(TreesRowPacking.ON)
            .firstTreeAlone(false)
            .build();
    Run run = run(terms, JOINED, Map.of());
    assertThat(run.log(Forests.BANK).commits()).hasSize(4);
    assertRestarts(terms, JOINED, run);
  }

  @Test
  void fit_leafByLeaf_sendsAndEndsAsIfNothingHadHappened() {
    TreeTerms terms =
        TreeTerms.builder()
            .maxIter(3)
            .maxDepth(4)
            .maxLeaves(5)
            .maxBins(8)
            .firstTreeAlone(false)
            .build();
    Joined joined = Forests.generate(700, 63, true, 2, 3);
    Run run = run(terms, joined, Map.of());
    assertThat(run.log(Forests.BANK).commits()).hasSize(4);
    assertRestarts(terms, joined, run);
  }

  @Test
  void fit_everySecondTreeAlone_sendsAndEndsAsIfNothingHadHappened() {
    TreeTerms terms = TreeTerms.builder().maxIter(5).maxDepth(2).maxBins(8).alternate(true).build();
    Run run = run(terms, JOINED, Map.of());
    // Before the first tree, after the second and the fourth, which ask, and at the end.
    assertThat(run.log(Forests.BANK).commits()).hasSize(4);
    assertRestarts(terms, JOINED, run);
  }

  private static void assertRestarts(TreeTerms terms, Joined joined, Run run) {
    int commits = run.log(Forests.BANK).commits().size();
    for (int k = 0; k < commits; k++) {
      Map<PartyId, byte[]> restored = new HashMap<>();
      for (PartyId party : run.parties()) {
        restored.put(party, run.log(party).commits().get(k).state());
      }
      Run again = run(terms, joined, restored);
      for (int p = 0; p < 2; p++) {
        assertThat(bits(again.fits().get(p))).isEqualTo(bits(run.fits().get(p)));
      }
      for (PartyId party : run.parties()) {
        StepLog log = run.log(party);
        assertThat(again.log(party).sentFrom(0))
            .isEqualTo(log.sentFrom(log.commits().get(k).sentBefore()));
        assertThat(again.log(party).states()).isEqualTo(log.states().subList(k + 1, commits));
      }
    }
  }

  private static Map<PartyId, PrivateRandomness> randomness() {
    Map<PartyId, Parties.Code<PrivateRandomness>> code = new TreeMap<>();
    undisturbed()
        .parties()
        .forEach(party -> code.put(party, session -> session::privateRandomness));
    return Parties.run(InMemoryExchange::network, TreeMessages.TYPES, PINNED, code);
  }

  private static TreesFit fit(
      Channel channel,
      PrivateRandomness randomness,
      PartyTable table,
      double[] labels,
      double @Nullable [] weights,
      byte[] seed) {
    if (channel.self().equals(Forests.BANK)) {
      return new TreesLabelHolder(TERMS, Forests.KEY, randomness, seed)
          .fit(channel, table, labels, weights, Progress.NONE);
    }
    return new TreesFeatureHolder(TERMS, TreeRules.DEFAULT, randomness)
        .fit(channel, Forests.BANK, table, 0, Progress.NONE);
  }

  /** Of a constraint nothing is in the messages, and all in the trees. */
  @Test
  void fit_restartedWithAConstrainedColumn_isRefused() {
    assertThatThrownBy(
            () ->
                new TreesLabelHolder(
                        TERMS,
                        Forests.KEY,
                        NONE,
                        Forests.seed(),
                        MonotoneConstraints.parse("x1=-1"))
                    .fit(
                        new StepLog(TreeMessages.TYPES)
                            .offline(
                                new StepLog(TreeMessages.TYPES),
                                undisturbed().channel(Forests.BANK),
                                new Commit(state(0, 1), 0, 0)),
                        own(0, UnaryOperator.identity()),
                        JOINED.labels(),
                        null,
                        Progress.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("The labels, their weights or the constraints have changed");
  }

  private static PartyTable own(int party, UnaryOperator<double[][]> change) {
    double[][] columns =
        Arrays.stream(JOINED.holders().get(party)).map(double[]::clone).toArray(double[][]::new);
    return Forests.table(change.apply(columns), ROWS, party == 0 ? 3 : 2);
  }

  /**
   * Whatever message it was broken off at: it starts from the commit before, and hears it again.
   */
  @Test
  void fit_onePartyAloneRestarted_repeatsWhatItDidFromTheMessagesThatCameIn() {
    Run run = undisturbed();
    Map<PartyId, PrivateRandomness> randomness = randomness();
    for (int p = 0; p < 2; p++) {
      PartyId party = run.parties().get(p);
      StepLog log = run.log(party);
      for (Commit from : log.commits()) {
        StepLog again = new StepLog(TreeMessages.TYPES);
        TreesFit fit =
            fit(
                again.offline(log, run.channel(party), from),
                Objects.requireNonNull(randomness.get(party)),
                own(p, UnaryOperator.identity()),
                JOINED.labels(),
                null,
                Forests.seed());
        assertThat(bits(fit)).isEqualTo(bits(run.fits().get(p)));
        assertThat(again.sentFrom(0)).isEqualTo(log.sentFrom(from.sentBefore()));
      }
    }
  }

  private static TreesFit restart(
      int party,
      byte[] state,
      PartyTable table,
      double[] labels,
      double @Nullable [] weights,
      byte[] seed) {
    PartyId name = undisturbed().parties().get(party);
    StepLog again = new StepLog(TreeMessages.TYPES);
    try {
      return fit(
          again.offline(
              new StepLog(TreeMessages.TYPES),
              undisturbed().channel(name),
              new Commit(state, 0, 0)),
          NONE,
          table,
          labels,
          weights,
          seed);
    } finally {
      assertThat(again.sentFrom(0)).isEmpty();
      assertThat(again.commits()).isEmpty();
    }
  }

  private static byte[] state(int party, int commit) {
    return undisturbed().log(undisturbed().parties().get(party)).commits().get(commit).state();
  }

  @Test
  void fit_thatHasEnded_givesItsResultWithoutAWord() {
    for (int p = 0; p < 2; p++) {
      TreesFit fit =
          restart(
              p,
              state(p, 2),
              own(p, UnaryOperator.identity()),
              JOINED.labels(),
              null,
              Forests.seed());
      assertThat(bits(fit)).isEqualTo(bits(undisturbed().fits().get(p)));
    }
  }

  static Stream<Arguments> changes() {
    double[] labels = JOINED.labels();
    double[] otherLabels = labels.clone();
    otherLabels[7] = 1 - otherLabels[7];
    double[] weights = new double[ROWS];
    Arrays.fill(weights, 1);
    UnaryOperator<double[][]> value =
        columns -> {
          columns[1][150] = Double.isNaN(columns[1][150]) ? columns[1][0] : Double.NaN;
          return columns;
        };
    UnaryOperator<double[][]> order =
        columns -> {
          double[] first = columns[0];
          columns[0] = columns[1];
          columns[1] = first;
          return columns;
        };
    PartyTable own = own(0, UnaryOperator.identity());
    String anew = " changed since the last commit of this step: put the data back or begin anew";
    PartyTable otherIds = new PartyTable(own.rows(), own.columnNames(), Forests.seed());
    PartyTable otherNames =
        new PartyTable(own.rows(), List.of("x0", "income", "x2"), Forests.DIGEST);
    return Stream.of(
        Arguments.of(
            0, own, otherLabels, null, "The labels, their weights or the constraints have" + anew),
        Arguments.of(
            0, own, labels, weights, "The labels, their weights or the constraints have" + anew),
        Arguments.of(0, otherIds, labels, null, "The aligned rows have" + anew),
        Arguments.of(0, otherNames, labels, null, "1 of 3 columns (income) have" + anew),
        Arguments.of(0, own(0, order), labels, null, "2 of 3 columns (x0, ...) have" + anew),
        Arguments.of(1, own(1, value), labels, null, "1 of 4 columns (x1) have" + anew),
        Arguments.of(
            1,
            own(1, columns -> Arrays.copyOf(columns, 3)),
            labels,
            null,
            "3 columns, 4 before: they have" + anew));
  }

  @ParameterizedTest(name = "{index}: {4}")
  @MethodSource("changes")
  void fit_restartedWithOtherData_isRefusedTellingNoValue(
      int party, PartyTable table, double[] labels, double @Nullable [] weights, String message) {
    for (int commit = 0; commit < 3; commit++) {
      byte[] state = state(party, commit);
      assertThatThrownBy(() -> restart(party, state, table, labels, weights, Forests.seed()))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(message);
    }
  }

  @Test
  void fit_restartedWithAnotherSeed_isRefused() {
    PartyTable own = own(0, UnaryOperator.identity());
    assertThatThrownBy(() -> restart(0, state(0, 1), own, JOINED.labels(), null, new byte[32]))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("The key and the seed of this fit are not those");
  }

  @Test
  void fit_restartedFromAStateOfAnotherVersion_isRefused() {
    for (int p = 0; p < 2; p++) {
      int party = p;
      byte[] state = state(p, 1);
      for (byte[] other : new byte[][] {Arrays.copyOf(state, 100), new byte[0], new byte[500]}) {
        assertThatThrownBy(
                () ->
                    restart(
                        party,
                        other,
                        own(party, UnaryOperator.identity()),
                        JOINED.labels(),
                        null,
                        Forests.seed()))
            .isInstanceOf(CheckpointException.class);
      }
    }
  }

  @Test
  void statesOfEndedFits_damaged_areRefusedOrReadAsTheyAre() {
    for (int p = 0; p < 2; p++) {
      DamagedStates.assertReadableOrRefused(
          state(p, 2), bytes -> Objects.requireNonNull(TreesState.of(bytes)).toBytes());
    }
  }
}
