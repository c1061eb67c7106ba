// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heddle.error.DataException;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingRowsTest {
  private static double[] of(double... values) {
    return values;
  }

  static Stream<Arguments> unusable() {
    TreeObjective logistic = TreeObjective.LOGISTIC;
    TreeObjective squared = TreeObjective.SQUARED;
    TreeObjective poisson = TreeObjective.POISSON;
    return Stream.of(
        arguments(logistic, of(0, 1, 7.5, -3), null, "2 labels cannot be used: must be 0 or 1"),
        arguments(logistic, of(0, 1, Double.NaN), null, "1 labels cannot be used: must be 0 or 1"),
        arguments(
            squared,
            of(0, 1, Double.POSITIVE_INFINITY),
            null,
            "1 labels cannot be used: must be finite numbers"),
        arguments(
            poisson,
            of(0, 1, -0.5),
            null,
            "1 labels cannot be used: must be finite numbers that are not negative"),
        arguments(logistic, of(1, 1, 1), null, "All 3 labels are alike: nothing to train on"),
        arguments(squared, of(8, 8), null, "All 2 labels are alike: nothing to train on"),
        arguments(poisson, of(0, 0), null, "All 2 labels are alike: nothing to train on"),
        arguments(logistic, of(0, 1), of(1, -1), "Row weights must be finite and not negative"),
        arguments(
            logistic, of(0, 1), of(1, Double.NaN), "Row weights must be finite and not negative"),
        arguments(
            logistic, of(0, 1), of(1, 1 / 0.0), "Row weights must be finite and not negative"),
        arguments(
            logistic, of(0, 1), of(0, 0), "The sum of the row weights must be above 0 and finite"),
        arguments(
            squared,
            of(0, 1),
            of(1e308, 1e308),
            "The sum of the row weights must be above 0 and finite"),
        arguments(
            squared,
            of(1e308, -1e308, 1e308),
            null,
            "Labels, or their squares, times weights sum to more than 2^1000: scale them down"),
        arguments(
            squared,
            of(0, 2e155),
            null,
            "Labels, or their squares, times weights sum to more than 2^1000: scale them down"),
        arguments(
            logistic,
            of(0, 1, 1),
            of(0, 2, 3),
            "All rows of weight above 0 have one label: nothing to train on"),
        arguments(
            poisson,
            of(0, 0, 9),
            of(1, 2, 0),
            "All rows of weight above 0 have one label: nothing to train on"));
  }

  static Stream<Arguments> unusableClasses() {
    return Stream.of(
        arguments(
            of(0, 1, 2, 3),
            null,
            null,
            "1 labels cannot be used: must be whole numbers from 0 to 2"),
        arguments(
            of(0, 1, 2, -1, 0.5, Double.NaN),
            null,
            null,
            "3 labels cannot be used: must be whole numbers from 0 to 2"),
        arguments(of(1, 1, 1), null, null, "All 3 labels are alike: nothing to train on"),
        arguments(
            of(0, 2, 2),
            null,
            null,
            "No training row of weight above 0 is of these of the 3 classes: [1]"),
        arguments(
            of(0, 1, 2, 2),
            of(1, 0, 1, 1),
            null,
            "No training row of weight above 0 is of these of the 3 classes: [1]"),
        arguments(
            of(0, 1, 2, 2),
            null,
            new boolean[] {true, true, false, false},
            "No training row of weight above 0 is of these of the 3 classes: [0, 1]"));
  }

  @ParameterizedTest(name = "{3}")
  @MethodSource("unusableClasses")
  void classes_thatCannotBeUsed_areRefused(
      double[] labels, double @Nullable [] weights, boolean @Nullable [] heldOut, String message) {
    assertThatThrownBy(
            () -> TrainingRows.of(TreeObjective.MULTI_CLASS, 3, labels, weights, heldOut))
        .isInstanceOf(DataException.class)
        .hasMessage(message);
  }

  @ParameterizedTest(name = "{0}: {3}")
  @MethodSource("unusable")
  void rows_thatCannotBeUsed_areRefusedTellingNoValue(
      TreeObjective objective, double[] labels, double @Nullable [] weights, String message) {
    assertThatThrownBy(() -> TrainingRows.of(objective, 0, labels, weights, null))
        .isInstanceOf(DataException.class)
        .hasMessage(message);
  }

  @Test
  void derivatives_ofTheLargestLabels_areFinite() {
    double[] labels = of(0x1p499, -0x1p499, 0);
    TrainingRows rows = TrainingRows.of(TreeObjective.SQUARED, 0, labels, null, null);
    Gradients gradients =
        Gradients.of(rows, new double[1][3], TreeTerms.builder().build(), Forests.seed(), 1);
    assertThat(gradients.sumG(gradients.g(0, 1))).isEqualTo(0x1p499);
  }

  @Test
  void start_isTheBestSingleScore() {
    double[] weights = of(1, 4, 1, 2, 0.5);
    for (TreeObjective objective : TreeObjective.values()) {
      boolean several = objective == TreeObjective.MULTI_CLASS;
      double[] labels = several ? of(1, 0, 2, 1, 0) : of(1, 0, 1, 1, 0);
      TrainingRows rows = TrainingRows.of(objective, several ? 3 : 0, labels, weights, null);
      double best = rows.meanLoss(rows.startScores());
      for (int c = 0; c < rows.outputs(); c++) {
        for (double away : new double[] {-0.01, 0.01}) {
          double[][] scores = rows.startScores();
          Arrays.fill(scores[c], rows.start().get(c) + away);
          assertThat(rows.meanLoss(scores)).isGreaterThan(best);
        }
      }
    }
  }

  private static double first(TreeObjective objective, double[] scores, double label, int output) {
    double[] predicted = scores.clone();
    objective.predict(predicted);
    return predicted[output] - objective.target(label, output);
  }

  private static double second(TreeObjective objective, double[] scores, int output) {
    double[] predicted = scores.clone();
    objective.predict(predicted);
    return objective.curvature(predicted[output]);
  }

  /** The loss where one score is moved. */
  private static double moved(
      TreeObjective objective, double[] scores, double label, int output, double by) {
    double[] moved = scores.clone();
    moved[output] += by;
    return objective.loss(moved, label);
  }

  private static void assertDerivatives(TreeObjective objective, double[] scores, double label) {
    double step = 1e-4;
    // Twice the diagonal bounds what is not on it, where there are several scores; and e^0.7 times
    // what the loss of a count bends bounds that up to 0.7 above the score.
    double times = scores.length > 1 ? 2 : objective == TreeObjective.POISSON ? Math.exp(0.7) : 1;
    for (int c = 0; c < scores.length; c++) {
      double up = moved(objective, scores, label, c, step);
      double down = moved(objective, scores, label, c, -step);
      double here = objective.loss(scores, label);
      assertThat(first(objective, scores, label, c))
          .isCloseTo((up - down) / (2 * step), within(1e-5 * (1 + Math.abs(here))));
      assertThat(second(objective, scores, c))
          .isCloseTo(times * (up - 2 * here + down) / (step * step), within(2e-5 * (1 + here)));
    }
  }

  @Test
  void derivatives_areThoseOfTheLoss() {
    for (double label : of(0, 1)) {
      for (double score : of(-30, -2, -0.1, 0, 0.3, 5)) {
        for (TreeObjective objective : TreeObjective.values()) {
          if (objective != TreeObjective.MULTI_CLASS) {
            assertDerivatives(objective, of(score), label);
          }
        }
        assertDerivatives(TreeObjective.MULTI_CLASS, of(score, 0, 1), label);
        assertDerivatives(TreeObjective.MULTI_CLASS, of(-1, 2, score, 0.5), label);
      }
    }
  }

  /** XGBoost has the same: of two classes the second derivatives are twice the logistic ones. */
  @Test
  void derivatives_ofTwoOfSeveralClasses_areThoseOfTheLogisticLoss() {
    double[] far = of(0.7, -0.4, -900);
    double[] one = of(0.7 + 0.4);
    assertThat(first(TreeObjective.MULTI_CLASS, far, 0, 0))
        .isCloseTo(first(TreeObjective.LOGISTIC, one, 1, 0), within(1e-15));
    assertThat(second(TreeObjective.MULTI_CLASS, far, 0))
        .isCloseTo(2 * second(TreeObjective.LOGISTIC, one, 0), within(1e-15));
    assertThat(TreeObjective.MULTI_CLASS.loss(far, 0))
        .isCloseTo(TreeObjective.LOGISTIC.loss(one, 1), within(1e-15));
  }

  /** By row and score, weighted, and none of rows held out. */
  @Test
  void derivatives_ofSeveralClasses_areWeightedByRow() {
    double[] labels = of(0, 1, 2, 2);
    double[] weights = of(1, 2, 0.5, 3);
    boolean[] heldOut = {false, false, false, true};
    TrainingRows rows = TrainingRows.of(TreeObjective.MULTI_CLASS, 3, labels, weights, heldOut);
    double[][] scores = {of(0, 1, 2, 3), of(1, 0, -1, 2), of(0.5, 0, 0, 1)};
    double[][] g = new double[3][4];
    double[][] h = new double[3][4];
    rows.derive(scores, g, h);
    for (int i = 0; i < 4; i++) {
      double sum = Math.exp(scores[0][i]) + Math.exp(scores[1][i]) + Math.exp(scores[2][i]);
      for (int c = 0; c < 3; c++) {
        double p = Math.exp(scores[c][i]) / sum;
        double weight = i == 3 ? 0 : weights[i];
        assertThat(g[c][i]).isCloseTo(weight * (p - (labels[i] == c ? 1 : 0)), within(1e-14));
        assertThat(h[c][i]).isCloseTo(weight * 2 * p * (1 - p), within(1e-14));
      }
    }
  }

  /** Else the sum over classes would tell the rounding of one by another's. */
  @Test
  void rounding_ofEachClass_hasNoiseOfItsOwn() {
    double[] labels = IntStream.range(0, 300).mapToDouble(i -> i % 3).toArray();
    TrainingRows rows = TrainingRows.of(TreeObjective.MULTI_CLASS, 3, labels, null, null);
    TreeTerms terms = TreeTerms.builder().objective(TreeObjective.MULTI_CLASS).classes(3).build();
    Gradients gradients = Gradients.of(rows, rows.startScores(), terms, Forests.seed(), 1);
    for (int c = 1; c < 3; c++) {
      int other = c;
      assertThat(
              IntStream.range(0, 300)
                  .mapToLong(i -> gradients.h(0, i) - gradients.h(other, i))
                  .boxed())
          .contains(-1L, 0L, 1L)
          .allMatch(each -> Math.abs(each) <= 1);
    }
  }

  @Test
  void loss_farOut_isFiniteAndExact() {
    assertThat(TreeObjective.LOGISTIC.loss(of(800), 0)).isEqualTo(800);
    assertThat(TreeObjective.LOGISTIC.loss(of(-800), 1)).isEqualTo(800);
    assertThat(TreeObjective.LOGISTIC.loss(of(800), 1)).isZero();
    assertThat(second(TreeObjective.LOGISTIC, of(800), 0)).isPositive();
    assertThat(TreeObjective.MULTI_CLASS.loss(of(800, 0, -800), 2)).isEqualTo(1600);
    assertThat(TreeObjective.MULTI_CLASS.loss(of(800, 0, -800), 0)).isZero();
    assertThat(second(TreeObjective.MULTI_CLASS, of(800, 0, -800), 2)).isPositive();
  }

  @Test
  void nodes_withMoreThanNineteenOfTwentyAlike_arePure() {
    double[] labels = IntStream.range(0, 200).mapToDouble(i -> i < 10 ? 1 : 0).toArray();
    TrainingRows rows = TrainingRows.of(TreeObjective.LOGISTIC, 0, labels, null, null);
    assertThat(rows.isPure(RowSets.all(200))).isFalse();
    assertThat(rows.isPure(IntStream.range(1, 200).toArray())).isTrue();
    assertThat(rows.isPure(IntStream.range(0, 10).toArray())).isTrue();
    assertThat(
            TrainingRows.of(TreeObjective.SQUARED, 0, labels, null, null).isPure(RowSets.all(200)))
        .isFalse();
    double[] three = IntStream.range(0, 200).mapToDouble(i -> i < 5 ? 0 : i < 10 ? 1 : 2).toArray();
    TrainingRows ofThree = TrainingRows.of(TreeObjective.MULTI_CLASS, 3, three, null, null);
    assertThat(ofThree.isPure(RowSets.all(200))).isFalse();
    assertThat(ofThree.isPure(IntStream.range(1, 200).toArray())).isTrue();
    assertThat(ofThree.isPure(IntStream.range(0, 10).toArray())).isFalse();
    assertThat(ofThree.isPure(IntStream.range(0, 5).toArray())).isTrue();
  }
}
