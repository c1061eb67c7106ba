// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.error.PrivacyException;
import io.heddle.train.shared.EffectiveRows;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import io.heddle.train.trees.TreeMessage.TreeRows;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Floors of trees count rows by their weights. */
class WeightedTreesTest {
  private static TreeTerms.Builder terms() {
    return TreeTerms.builder().maxIter(1).maxDepth(2).maxBins(8).firstTreeAlone(false);
  }

  private static double[] weights(int rows, IntToDoubleFunction ofRow) {
    double[] weights = new double[rows];
    Arrays.setAll(weights, ofRow);
    return weights;
  }

  /** The label holder's column of two values says most, a feature holder's the rest. */
  private static Joined numbers(int rows) {
    SplittableRandom random = new SplittableRandom(11);
    double[] own = new double[rows];
    double[] column = new double[rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      own[i] = i % 2;
      column[i] = random.nextDouble();
      labels[i] = 10 * own[i] + column[i];
    }
    return new Joined(labels, List.of(new double[][] {own}, new double[][] {column}));
  }

  static Stream<Arguments> effectiveRows() {
    return Stream.of(
        arguments(new double[] {3}, 1),
        arguments(new double[] {0, 0}, 0),
        arguments(new double[] {1, 1, 0, 0}, 2),
        // 16 / 10, 16 / 6 and 100 / 30.
        arguments(new double[] {3, 1}, 1),
        arguments(new double[] {2, 1, 1, 0}, 2),
        arguments(new double[] {1, 2, 3, 4}, 3),
        arguments(new double[] {1e300, 1e-300, 5}, 1),
        arguments(new double[] {1e-320, 1e-320}, 2));
  }

  @ParameterizedTest
  @MethodSource("effectiveRows")
  void effectiveRows_areTheSquaredSumOverTheSumOfSquares(double[] weights, int rows) {
    assertThat(EffectiveRows.of(RowSets.all(weights.length), row -> weights[row])).isEqualTo(rows);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.1, 1.0 / 3, 7e-13, 1e290, 1e-290})
  void effectiveRows_ofEqualWeights_areAll(double weight) {
    int[] rows = RowSets.all(100_001);
    assertThat(EffectiveRows.of(rows, row -> weight)).isEqualTo(100_001);
    assertThat(EffectiveRows.ofDrawn(rows, 777, row -> weight)).isEqualTo(777);
  }

  /** 100 of 1,000 with the one that weighs ten: 109^2 / 199. */
  @Test
  void effectiveRows_ofSomeOfThem_areWithTheHeaviest() {
    int[] rows = RowSets.all(1000);
    assertThat(EffectiveRows.ofDrawn(rows, 100, row -> row == 7 ? 10 : 1)).isEqualTo(59);
    assertThat(EffectiveRows.ofDrawn(rows, 1000, row -> row == 7 ? 10 : 1))
        .isEqualTo(EffectiveRows.of(rows, row -> row == 7 ? 10 : 1))
        .isEqualTo(1009 * 1009 / 1099);
  }

  static Stream<Arguments> worthless() {
    return Stream.of(
        arguments(
            "a row that weighs as much as a million",
            terms(),
            weights(1000, i -> i == 4 ? 1e6 : 1),
            "1000 training rows, by their weights worth 1, at least 100 needed"),
        arguments(
            "19 of 20 rows weigh nothing",
            terms(),
            weights(1000, i -> i % 20 == 0 ? 3 : 0),
            "1000 training rows, by their weights worth 50, at least 100 needed"),
        arguments(
            "one row too few",
            terms(),
            weights(1000, i -> i < 99 ? 1e-200 : 0),
            "1000 training rows, by their weights worth 99, at least 100 needed"),
        arguments(
            "rows held out",
            terms().earlyStopping(0.5, 0),
            weights(1000, i -> i % 10 == 0 ? 1e6 : 1),
            "1000 training rows, of which 500 for a tree, by their weights worth "),
        arguments(
            "trees on some rows",
            terms().subsamplingRate(0.2),
            weights(1000, i -> i == 4 ? 30 : 1),
            // 229^2 / 1099.
            "1000 training rows, of which 200 for a tree, by their weights worth 47, at least 100"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("worthless")
  void weights_thatLeaveTooFewRows_areRefusedBeforeAnythingIsSent(
      String what, TreeTerms.Builder terms, double[] weights, String message) {
    List<Message> sent = Forests.tap();
    Joined joined = numbers(weights.length);
    assertThatThrownBy(
            () ->
                Forests.fit(
                    terms.objective(TreeObjective.SQUARED).build(),
                    joined,
                    weights,
                    channel -> TappedChannel.keepingSent(channel, sent),
                    UnaryOperator.identity()))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("Too few rows for trees: ")
        .hasMessageContaining(message)
        .hasMessageContaining("Weigh rows more evenly");
    assertThat(sent).isEmpty();
  }

  /** Rows as they come are worth 112 of 125, but those of large derivatives (150 + 75)^2 / 525. */
  @Test
  void weights_thatLeaveTooFewRowsOfATree_endTheFitBeforeAnythingOfItIsSent() {
    double[] weights = weights(2000, i -> i % 40 == 0 ? 3 : 1);
    assertThat(EffectiveRows.ofDrawn(RowSets.all(2000), 125, row -> weights[row])).isEqualTo(112);
    List<Message> sent = Forests.tap();
    assertThatThrownBy(
            () ->
                Forests.fit(
                    terms().objective(TreeObjective.SQUARED).goss(0.05, 0.0125).build(),
                    numbers(2000),
                    weights,
                    channel -> TappedChannel.keepingSent(channel, sent),
                    UnaryOperator.identity()))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("of which 125 for a tree, by their weights worth 96, at least 100");
    assertThat(Forests.sent(TreeRows.class, sent)).isEmpty();
    assertThat(Forests.sent(GradientChunk.class, sent)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.25})
  void weights_allAlike_changeNoFloor(double weight) {
    Joined joined = Forests.generate(600, 21, false, 2, 3);
    TreeTerms terms = terms().maxDepth(3).lambda(0).minChildWeight(0).build();
    double[] weights = weights(joined.rows(), i -> weight);
    List<TreesFit> without = Forests.fit(terms, joined, null);
    List<TreesFit> with = Forests.fit(terms, joined, weights);
    Forests.requireJoined(with, terms, 1, joined, weights);
    if (weight == 1) {
      assertThat(Forests.ensemble(with)).isEqualTo(Forests.ensemble(without));
    }
    for (int k = 0; k < with.size(); k++) {
      TreesSummary summary = with.get(k).summary();
      assertThat(summary.sharedNodes()).isEqualTo(without.get(k).summary().sharedNodes());
      assertThat(summary.ledger()).isEqualTo(without.get(k).summary().ledger());
      assertThat(summary.warnings()).isEqualTo(without.get(k).summary().warnings());
    }
    assertThat(with.get(0).summary().ledger()).noneMatch(line -> line.contains("have weights"));
  }

  /** Of 300 rows on the left 60 weigh something: not below this split, on neither side. */
  @Test
  void node_worthTooFewRowsByWeight_andItsSibling_areNotAskedAbout() {
    Joined joined = numbers(600);
    TreeTerms terms = terms().objective(TreeObjective.SQUARED).build();
    for (boolean light : new boolean[] {true, false}) {
      double[] weights = weights(600, i -> light && i % 2 == 0 && i % 10 > 0 ? 0.01 : 1 + i % 3);
      List<Message> sent = Forests.tap();
      List<TreesFit> fits =
          Forests.fit(
              terms,
              joined,
              weights,
              channel -> TappedChannel.keepingSent(channel, sent),
              UnaryOperator.identity());
      Forests.requireJoined(fits, terms, 1, joined, weights);
      assertThat(Forests.ensemble(fits).trees().get(0).get(0).owner()).isZero();
      assertThat(Forests.sent(Descent.class, sent))
          .hasSize(1)
          .allMatch(descent -> (descent.fates()[0] == Descent.ENDED) == light);
      assertThat(fits.get(1).summary().sharedNodes() == 1).isEqualTo(light);
    }
  }

  /** 1,500 rows of which 150 count: the root alone is worth a node. */
  @Test
  void ledger_ofRowsOfNoWeight_saysWhatTheyAreWorth() {
    Joined joined = numbers(1500);
    double[] weights = weights(1500, i -> i / 2 % 10 == 0 ? 2 : 0);
    List<TreesFit> fits =
        Forests.fit(terms().objective(TreeObjective.SQUARED).build(), joined, weights);
    assertThat(fits.get(0).summary().ledger())
        .anyMatch(
            line ->
                line.startsWith("Rows have weights w")
                    && line.contains("all 1500 training rows 150, and")
                    && line.contains("each of these nodes 100 or more")
                    && line.contains("10 of them are worth 1.00 on average"))
        .anyMatch(line -> line.contains(" equations on 150 rows"));
    assertThat(fits.get(1).summary().ledger())
        .anyMatch(line -> line.contains("worth at least 100 rows by weight"));
    assertThat(fits.get(1).summary().sharedNodes()).isOne();
  }

  private static List<String> warnings(TreeObjective objective, double[] labels) {
    TreeTerms terms = terms().objective(objective).build();
    return Forests.fit(terms, numbers(labels.length).withLabels(labels), null)
        .get(0)
        .summary()
        .warnings();
  }

  @Test
  void labels_farOut_areWarnedOf() {
    double[] labels = numbers(600).labels();
    assertThat(warnings(TreeObjective.SQUARED, labels)).isEmpty();
    labels[5] = 1e6;
    for (TreeObjective objective : List.of(TreeObjective.SQUARED, TreeObjective.POISSON)) {
      // Half of all first derivatives are its own: (2 g)^2 / g^2.
      assertThat(warnings(objective, labels))
          .anyMatch(
              line ->
                  line.startsWith(
                      "By their first derivatives, weights included, all 600 training rows are worth"
                          + " 3: "));
    }
  }
}
