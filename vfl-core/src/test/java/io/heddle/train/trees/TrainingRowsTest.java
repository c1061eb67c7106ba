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
            "Labels times weights sum to more than 2^1000: scale them down"),
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

  @ParameterizedTest(name = "{0}: {3}")
  @MethodSource("unusable")
  void rows_thatCannotBeUsed_areRefusedTellingNoValue(
      TreeObjective objective, double[] labels, double @Nullable [] weights, String message) {
    assertThatThrownBy(() -> TrainingRows.of(objective, labels, weights, null))
        .isInstanceOf(DataException.class)
        .hasMessage(message);
  }

  @Test
  void derivatives_ofTheLargestLabels_areFinite() {
    double[] labels = of(0x1p998, -0x1p998, 0);
    TrainingRows rows = TrainingRows.of(TreeObjective.SQUARED, labels, null, null);
    Gradients gradients =
        Gradients.of(rows, new double[3], TreeTerms.builder().build(), Forests.seed(), 1);
    assertThat(gradients.sumG(gradients.g(1))).isEqualTo(0x1p998);
  }

  @Test
  void start_isTheBestSingleScore() {
    double[] labels = of(1, 0, 1, 1, 0);
    double[] weights = of(1, 4, 1, 2, 0);
    for (TreeObjective objective : TreeObjective.values()) {
      TrainingRows rows = TrainingRows.of(objective, labels, weights, null);
      double[] scores = new double[5];
      Arrays.fill(scores, rows.start());
      double best = rows.meanLoss(scores);
      for (double away : new double[] {-0.01, 0.01}) {
        Arrays.fill(scores, rows.start() + away);
        assertThat(rows.meanLoss(scores)).isGreaterThan(best);
      }
    }
  }

  @Test
  void derivatives_areThoseOfTheLoss() {
    for (TreeObjective objective : TreeObjective.values()) {
      for (double score : of(-30, -2, -0.1, 0, 0.3, 5)) {
        for (double label : of(0, 1)) {
          double step = 1e-4;
          double up = objective.loss(score + step, label);
          double down = objective.loss(score - step, label);
          double here = objective.loss(score, label);
          assertThat(objective.gradient(score, label))
              .isCloseTo((up - down) / (2 * step), within(1e-5 * (1 + Math.abs(here))));
          assertThat(objective.curvature(score))
              .isCloseTo((up - 2 * here + down) / (step * step), within(1e-5 * (1 + here)));
        }
      }
    }
  }

  @Test
  void loss_farOut_isFiniteAndExact() {
    assertThat(TreeObjective.LOGISTIC.loss(800, 0)).isEqualTo(800);
    assertThat(TreeObjective.LOGISTIC.loss(-800, 1)).isEqualTo(800);
    assertThat(TreeObjective.LOGISTIC.loss(800, 1)).isZero();
    assertThat(TreeObjective.LOGISTIC.curvature(800)).isPositive();
  }

  @Test
  void nodes_withMoreThanNineteenOfTwentyAlike_arePure() {
    double[] labels = IntStream.range(0, 200).mapToDouble(i -> i < 10 ? 1 : 0).toArray();
    TrainingRows rows = TrainingRows.of(TreeObjective.LOGISTIC, labels, null, null);
    assertThat(rows.isPure(RowSets.all(200))).isFalse();
    assertThat(rows.isPure(IntStream.range(1, 200).toArray())).isTrue();
    assertThat(rows.isPure(IntStream.range(0, 10).toArray())).isTrue();
    assertThat(TrainingRows.of(TreeObjective.SQUARED, labels, null, null).isPure(RowSets.all(200)))
        .isFalse();
  }
}
