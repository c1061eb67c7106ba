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
import io.heddle.progress.Progress;
import io.heddle.session.PinnedSession;
import io.heddle.table.LocalAlignedRows;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.Fits.Joined;
import io.heddle.train.shared.DamagedStates;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StepLog;
import io.heddle.train.shared.StepLog.Commit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Fits whose parties are started again, all objects new, from what they committed. */
class RestartedFitTest {
  private static final Parties.Opening PINNED =
      (exchange, terms) -> PinnedSession.open(exchange, terms, "secret", "nonce");
  private static final LogisticTerms TERMS =
      LogisticTerms.builder().columnBits(8).maxIter(4).history(2).tol(0).build();
  private static final double[] WEIGHTS = new SplittableRandom(4).doubles(200, 0.5, 3).toArray();

  /** One run of all parties. */
  private record Run(
      LogisticTerms terms,
      Joined joined,
      double @Nullable [] weights,
      List<LogisticFit> fits,
      Map<PartyId, StepLog> logs,
      Map<PartyId, Channel> channels) {
    StepLog log(PartyId party) {
      return Objects.requireNonNull(logs.get(party));
    }

    Commit last(PartyId party) {
      List<Commit> commits = log(party).commits();
      return commits.get(commits.size() - 1);
    }

    List<PartyId> parties() {
      return logs.keySet().stream().sorted().toList();
    }
  }

  private static Run run(
      LogisticTerms terms,
      Joined joined,
      double @Nullable [] weights,
      Map<PartyId, byte[]> restored) {
    Map<PartyId, StepLog> logs = new ConcurrentHashMap<>();
    Map<PartyId, Channel> channels = new ConcurrentHashMap<>();
    List<LogisticFit> fits =
        Fits.fit(
                terms,
                joined,
                weights,
                PINNED,
                channel -> {
                  StepLog log = new StepLog(Fits.TYPES);
                  logs.put(channel.self(), log);
                  channels.put(channel.self(), channel);
                  return log.through(channel, restored.get(channel.self()));
                })
            .fits();
    return new Run(terms, joined, weights, fits, logs, channels);
  }

  private static @Nullable Run two;

  @BeforeAll
  static void runUndisturbed() {
    two = run(TERMS, Fits.generate(200, 60, 2, 3), WEIGHTS, Map.of());
  }

  private static Run two() {
    return Objects.requireNonNull(two);
  }

  static Stream<Arguments> runs() {
    LogisticTerms bare =
        LogisticTerms.builder()
            .columnBits(8)
            .maxIter(3)
            .fitIntercept(false)
            .standardization(false)
            .regParam(0)
            .build();
    return Stream.of(
        Arguments.of("two, weighted", two()),
        Arguments.of("three", run(TERMS, Fits.generate(200, 61, 1, 2, 3), null, Map.of())),
        Arguments.of(
            "two, no intercept, no penalty, a column that is constant",
            run(bare, withConstant(Fits.generate(200, 62, 0, 3)), null, Map.of())),
        Arguments.of("two, nothing to gain", run(TERMS, unrelated(), null, Map.of())));
  }

  /** Half of the rows of either value have either label, so the first gradient is 0. */
  private static Joined unrelated() {
    double[] labels = IntStream.range(0, 200).mapToDouble(i -> i % 2).toArray();
    double[] column = IntStream.range(0, 200).mapToDouble(i -> i / 2 % 2).toArray();
    return new Joined(labels, List.of(new double[0][], new double[][] {column}));
  }

  @Test
  void fit_withNothingToGain_isAmongThoseThatAreRestarted() {
    FitSummary summary = run(TERMS, unrelated(), null, Map.of()).fits().get(1).summary();
    assertThat(summary.passes()).isZero();
    assertThat(summary.gradients()).isEqualTo(1);
  }

  private static Joined withConstant(Joined joined) {
    double[][] columns = joined.holders().get(1).clone();
    columns[1] = new double[joined.rows()];
    return new Joined(joined.labels(), List.of(joined.holders().get(0), columns));
  }

  /** Numbers by their bits: what the states hold of a result, and they hold all of it. */
  private static byte[] bits(LogisticFit fit) {
    OwnData none = new OwnData(new byte[32], List.of(), new byte[32]);
    return new FitState(10, none, new byte[0], fit).toBytes();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("runs")
  void fit_allRestartedAfterAnyPass_sendsAndEndsAsIfNothingHadHappened(String name, Run run) {
    int commits = run.log(Fits.BANK).commits().size();
    assertThat(commits).isEqualTo(run.fits().get(0).summary().gradients() + 1);
    for (int k = 0; k < commits; k++) {
      Map<PartyId, byte[]> restored = new HashMap<>();
      for (PartyId party : run.parties()) {
        restored.put(party, run.log(party).commits().get(k).state());
      }
      Run again = run(run.terms(), run.joined(), run.weights(), restored);
      for (int p = 0; p < run.fits().size(); p++) {
        assertThat(bits(again.fits().get(p))).isEqualTo(bits(run.fits().get(p)));
      }
      for (PartyId party : run.parties()) {
        StepLog log = run.log(party);
        Commit from = log.commits().get(k);
        assertThat(again.log(party).sentFrom(0)).isEqualTo(log.sentFrom(from.sentBefore()));
        assertThat(again.log(party).states())
            .isEqualTo(log.states().subList(k + 1, log.states().size()));
      }
    }
  }

  private static Map<PartyId, PrivateRandomness> randomness(List<PartyId> parties) {
    Map<PartyId, Parties.Code<PrivateRandomness>> code = new TreeMap<>();
    parties.forEach(party -> code.put(party, session -> session::privateRandomness));
    return Parties.run(InMemoryExchange::network, Fits.TYPES, PINNED, code);
  }

  private static LogisticFit fit(
      Channel channel,
      LogisticTerms terms,
      PrivateRandomness randomness,
      PartyTable table,
      double[] labels,
      double @Nullable [] weights) {
    if (channel.self().equals(Fits.BANK)) {
      return new LogisticLabelHolder(terms, Fits.FULL, Fits.KEY, randomness, Fits.seed())
          .fit(channel, table, labels, weights, PassListener.NONE, Progress.NONE);
    }
    return new LogisticFeatureHolder(terms, Fits.FULL, randomness)
        .fit(channel, Fits.BANK, table, 0, PassListener.NONE, Progress.NONE);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("runs")
  void fit_onePartyAloneRestarted_repeatsWhatItDidFromTheMessagesThatCameIn(String name, Run run) {
    Map<PartyId, PrivateRandomness> randomness = randomness(run.parties());
    for (int p = 0; p < run.parties().size(); p++) {
      PartyId party = run.parties().get(p);
      // Cut into as many partitions as the tables of the run were.
      int partitions = p == 0 ? 3 : p + 1;
      StepLog log = run.log(party);
      for (Commit from : log.commits()) {
        StepLog again = new StepLog(Fits.TYPES);
        LogisticFit fit =
            fit(
                again.offline(log, Objects.requireNonNull(run.channels().get(party)), from),
                run.terms(),
                Objects.requireNonNull(randomness.get(party)),
                Fits.table(run.joined().holders().get(p), run.joined().rows(), partitions),
                run.joined().labels(),
                run.weights());
        assertThat(bits(fit)).isEqualTo(bits(run.fits().get(p)));
        assertThat(again.sentFrom(0)).isEqualTo(log.sentFrom(from.sentBefore()));
      }
    }
  }

  /** Starts one party of the fit of two again, from its first commit or its last. */
  private static LogisticFit restart(
      PartyId party,
      boolean ended,
      PartyTable table,
      double[] labels,
      double @Nullable [] weights) {
    StepLog log = two().log(party);
    StepLog again = new StepLog(Fits.TYPES);
    Commit from = log.commits().get(ended ? log.commits().size() - 1 : 1);
    try {
      return fit(
          again.offline(log, Objects.requireNonNull(two().channels().get(party)), from),
          TERMS,
          (purpose, context) -> {
            throw new AssertionError("Asks for randomness");
          },
          table,
          labels,
          weights);
    } finally {
      assertThat(again.sentFrom(0)).isEmpty();
      assertThat(again.commits()).isEmpty();
    }
  }

  private static PartyTable own(int party, Function<double[][], double[][]> change) {
    double[][] columns =
        Arrays.stream(two().joined().holders().get(party))
            .map(double[]::clone)
            .toArray(double[][]::new);
    return Fits.table(change.apply(columns), 200, party == 0 ? 3 : 2);
  }

  @Test
  void fit_thatHasEnded_givesItsResultWithoutAWord() {
    for (int p = 0; p < 2; p++) {
      LogisticFit fit =
          restart(two().parties().get(p), true, own(p, c -> c), two().joined().labels(), WEIGHTS);
      assertThat(bits(fit)).isEqualTo(bits(two().fits().get(p)));
    }
  }

  static Stream<Arguments> changes() {
    double[] labels = two().joined().labels();
    double[] otherLabels = labels.clone();
    otherLabels[7] = 1 - otherLabels[7];
    double[] otherWeights = WEIGHTS.clone();
    otherWeights[7] = Math.nextUp(otherWeights[7]);
    Function<double[][], double[][]> value =
        columns -> {
          columns[1][150] = columns[1][149] * 1.01 + 1e-3;
          return columns;
        };
    Function<double[][], double[][]> order = columns -> new double[][] {columns[1], columns[0]};
    PartyTable own = own(0, c -> c);
    String anew = " changed since the last commit of this step: put the data back or begin anew";
    PartyTable otherIds = new PartyTable(own.rows(), own.columnNames(), Fits.seed());
    PartyTable otherNames = new PartyTable(own.rows(), List.of("x0", "income"), Fits.DIGEST);
    return Stream.of(
        Arguments.of(0, own, otherLabels, WEIGHTS, "The labels or their weights have" + anew),
        Arguments.of(0, own, labels, otherWeights, "The labels or their weights have" + anew),
        Arguments.of(0, own, labels, null, "The labels or their weights have" + anew),
        Arguments.of(0, otherIds, labels, WEIGHTS, "The aligned rows have" + anew),
        Arguments.of(0, otherNames, labels, WEIGHTS, "1 of 2 columns (income) have" + anew),
        Arguments.of(0, own(0, value), labels, WEIGHTS, "1 of 2 columns (x1) have" + anew),
        Arguments.of(0, own(0, order), labels, WEIGHTS, "2 of 2 columns (x0, ...) have" + anew),
        Arguments.of(1, own(1, value), labels, null, "1 of 3 columns (x1) have" + anew),
        Arguments.of(
            1,
            own(1, columns -> Arrays.copyOf(columns, 2)),
            labels,
            null,
            "2 columns, 3 before: they have" + anew));
  }

  @ParameterizedTest(name = "{index}: {4}")
  @MethodSource("changes")
  void fit_restartedWithOtherData_isRefusedTellingNoValue(
      int party, PartyTable table, double[] labels, double @Nullable [] weights, String message) {
    for (boolean ended : new boolean[] {false, true}) {
      assertThatThrownBy(() -> restart(two().parties().get(party), ended, table, labels, weights))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(message);
    }
  }

  @Test
  void fit_restartedWithAnotherKeyOrSeed_isRefused() {
    byte[] state = two().log(Fits.BANK).commits().get(1).state();
    StepLog again = new StepLog(Fits.TYPES);
    byte[] otherSeed = new byte[32];
    assertThatThrownBy(
            () ->
                new LogisticLabelHolder(
                        TERMS,
                        Fits.FULL,
                        Fits.KEY,
                        (purpose, context) -> {
                          throw new AssertionError("Asks for randomness");
                        },
                        otherSeed)
                    .fit(
                        again.offline(
                            new StepLog(Fits.TYPES),
                            Objects.requireNonNull(two().channels().get(Fits.BANK)),
                            new Commit(state, 0, 0)),
                        own(0, c -> c),
                        two().joined().labels(),
                        WEIGHTS,
                        PassListener.NONE,
                        Progress.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("The key and the seed of this fit are not those");
  }

  @Test
  void fitState_damaged_isRefusedOrReadAsItIs() {
    for (PartyId party : two().parties()) {
      DamagedStates.assertReadableOrRefused(
          two().last(party).state(), bytes -> Objects.requireNonNull(FitState.of(bytes)).toBytes());
    }
  }

  private static byte[] progressOf(PartyId party) {
    return Objects.requireNonNull(FitState.of(two().log(party).commits().get(3).state()))
        .progress();
  }

  @Test
  void progressOfTheLabelHolder_damaged_isRefusedOrReadAsItIs() {
    PartyTable table = own(0, c -> c);
    PreparedColumns columns = PreparedColumns.of(table.rows(), table.columnNames(), TERMS, 10);
    Channel channel = Objects.requireNonNull(two().channels().get(Fits.BANK));
    OwnData data = LogisticData.of(table, columns, two().joined().labels(), WEIGHTS);
    DamagedStates.assertReadableOrRefused(
        progressOf(Fits.BANK),
        bytes -> {
          LabelHolderFit fit =
              new LabelHolderFit(
                  channel,
                  TERMS,
                  Fits.FULL,
                  Fits.KEY,
                  (purpose, context) -> {
                    throw new AssertionError("Asks for randomness");
                  },
                  Fits.seed(),
                  PassListener.NONE,
                  Progress.NONE,
                  table,
                  columns,
                  data,
                  LogisticLoss.of(two().joined().labels(), WEIGHTS, true));
          fit.goOn(bytes);
          return fit.progress();
        });
  }

  @Test
  void progressOfAFeatureHolder_damaged_isRefusedOrReadAsItIs() {
    PartyTable table = own(1, c -> c);
    PreparedColumns columns =
        PreparedColumns.of(LocalAlignedRows.collect(table.rows()), table.columnNames(), TERMS, 10);
    PartyId party = Fits.featureHolder(1);
    Channel channel = Objects.requireNonNull(two().channels().get(party));
    OwnData data = LogisticData.of(table, columns);
    DamagedStates.assertReadableOrRefused(
        progressOf(party),
        bytes -> {
          FeatureHolderFit fit =
              new FeatureHolderFit(
                  channel,
                  Fits.BANK,
                  TERMS,
                  Fits.FULL,
                  (purpose, context) -> {
                    throw new AssertionError("Asks for randomness");
                  },
                  0,
                  PassListener.NONE,
                  Progress.NONE,
                  table,
                  columns,
                  data,
                  10);
          return fit.progress(fit.goOn(bytes));
        });
  }
}
