// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.spark.session.AlignedIds;
import io.heddle.spark.table.LabelRule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MeasuresTest {
  @Test
  void auc_withTies_equalsTheShareOfOrderedPairs() {
    Random random = new Random(3);
    double[] labels = random.doubles(300).map(x -> x < 0.3 ? 1 : 0).toArray();
    double[] scores = random.doubles(300).map(x -> Math.round(x * 20) / 20.0).toArray();
    double ordered = 0;
    double pairs = 0;
    for (int i = 0; i < 300; i++) {
      for (int j = 0; j < 300; j++) {
        if (labels[i] == 1 && labels[j] == 0) {
          pairs++;
          ordered += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    assertThat(RankMetrics.of(labels, scores, 0.5).auc()).isCloseTo(ordered / pairs, within(1e-12));
  }

  @Test
  void metrics_smallCases_areExact() {
    double[] labels = {1, 0, 1, 0};
    assertThat(RankMetrics.of(labels, new double[] {0.9, 0.1, 0.8, 0.2}, 0.5))
        .isEqualTo(
            new RankMetrics(
                1, -(Math.log(0.9) + Math.log1p(-0.1) + Math.log(0.8) + Math.log1p(-0.2)) / 4, 1));
    assertThat(RankMetrics.of(labels, new double[] {0, 1, 0, 1}, 0.5).auc()).isZero();
    assertThat(RankMetrics.of(labels, new double[] {0, 1, 0, 1}, 0.5).logLoss()).isFinite();
    assertThat(RankMetrics.of(labels, new double[] {.5, .5, .5, .5}, 0.5).accuracy())
        .isEqualTo(0.5);
    assertThat(RankMetrics.of(new double[] {1, 1}, new double[] {.5, .6}, 0.5).auc()).isNaN();
    assertThatThrownBy(() -> RankMetrics.of(labels, new double[] {1}, 0.5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void errors_smallCases_areExact() {
    double[] labels = {0, 2, 4};
    double[] predicted = {1, 2, 1};
    assertThat(ErrorMetrics.rmse(labels, predicted)).isCloseTo(Math.sqrt(10.0 / 3), within(1e-15));
    assertThat(ErrorMetrics.mae(labels, predicted)).isCloseTo(4.0 / 3, within(1e-15));
    assertThat(ErrorMetrics.meanPoissonDeviance(labels, predicted))
        .isCloseTo((2 + 2 * (4 * Math.log(4) - 3)) / 3, within(1e-15));
    assertThat(ErrorMetrics.meanPoissonDeviance(labels, labels)).isZero();
    assertThat(ErrorMetrics.meanPoissonDeviance(new double[] {3}, new double[] {0})).isInfinite();
    assertThatThrownBy(() -> ErrorMetrics.rmse(labels, new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void metricsOfClasses_smallCases_areExact() {
    double[] labels = {0, 1, 2, 2};
    double[][] probabilities = {{.5, .2, .3, .1}, {.3, .5, .4, .1}, {.2, .3, .3, .8}};
    ClassMetrics metrics = ClassMetrics.of(labels, probabilities);
    // One of all four pairs of class 2 with others is a tie, all else are in order.
    assertThat(metrics.auc()).isCloseTo((1 + 1 + 3.5 / 4) / 3, within(1e-15));
    assertThat(metrics.logLoss())
        .isCloseTo(-(2 * Math.log(.5) + Math.log(.3) + Math.log(.8)) / 4, within(1e-15));
    assertThat(metrics.accuracy()).isEqualTo(0.75);
    assertThat(ClassMetrics.of(new double[] {0, 1, 1, 0}, probabilities).auc()).isNaN();
    assertThat(ClassMetrics.of(new double[] {0, 1, 2, 3}, probabilities).logLoss()).isFinite();
    assertThatThrownBy(() -> ClassMetrics.of(new double[] {1}, probabilities))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void quality_hasTheMeasuresOfWhatIsPredicted() {
    double[] labels = {0, 1};
    double[][] predicted = {{0.25, 0.75}};
    Quality classes = Quality.of(LabelRule.TWO_CLASSES, labels, predicted, 0.5);
    assertThat(classes.figures()).containsOnlyKeys("auc", "logLoss", "accuracy");
    assertThat(classes.words()).isEqualTo("AUC 1.0000");
    Quality numbers = Quality.of(LabelRule.NUMBERS, labels, predicted, 0.5);
    assertThat(numbers.figures()).containsOnlyKeys("rmse", "mae").containsEntry("rmse", 0.25);
    assertThat(numbers.words()).isEqualTo("RMSE 0.2500");
    Quality counts = Quality.of(LabelRule.COUNTS, labels, predicted, 0.5);
    assertThat(counts.figures()).containsOnlyKeys("meanPoissonDeviance", "rmse", "mae");
    assertThat(counts.words()).startsWith("mean Poisson deviance 0.2877");
    Quality several =
        Quality.of(
            LabelRule.CLASSES,
            new double[] {0, 1, 2, 2},
            new double[][] {{.5, .2, .3, .1}, {.3, .5, .4, .1}, {.2, .3, .3, .8}},
            0.5);
    assertThat(several.figures()).containsOnlyKeys("auc", "logLoss", "accuracy");
    assertThat(several.words()).isEqualTo("accuracy 0.7500");
    assertThat(Quality.of(LabelRule.TWO_CLASSES, new double[] {1, 1}, predicted, 0.5).figures())
        .doesNotContainKey("auc");
  }

  @Test
  void split_anyOrder_holdsTheSameIdsOut() {
    List<byte[]> ids =
        new ArrayList<>(
            IntStream.range(0, 5000)
                .mapToObj(i -> ("id" + i).getBytes(StandardCharsets.UTF_8))
                .toList());
    Set<String> first = held(KeyedSplit.of(7, 0.3, AlignedIds.of(ids)), ids);
    assertThat(first).hasSizeBetween(1400, 1600);
    assertThat(held(KeyedSplit.of(8, 0.3, AlignedIds.of(ids)), ids)).isNotEqualTo(first);
    assertThat(first).containsAll(held(KeyedSplit.of(7, 0.1, AlignedIds.of(ids)), ids));
    Collections.shuffle(ids, new Random(1));
    assertThat(held(KeyedSplit.of(7, 0.3, AlignedIds.of(ids)), ids)).isEqualTo(first);
  }

  private static Set<String> held(KeyedSplit split, List<byte[]> ids) {
    assertThat(split.train().length + split.test().length).isEqualTo(ids.size());
    Set<String> held = new HashSet<>();
    for (int row : split.test()) {
      held.add(new String(ids.get(row), StandardCharsets.UTF_8));
    }
    return held;
  }

  @Test
  void split_limits_areAllOrNothing() {
    List<byte[]> ids = List.of(new byte[] {1}, new byte[0]);
    assertThat(KeyedSplit.of(1, 0, AlignedIds.of(ids)).train()).containsExactly(0, 1);
    assertThat(KeyedSplit.of(1, 1, AlignedIds.of(ids)).test()).containsExactly(0, 1);
    assertThat(KeyedSplit.of(1, 0.5, AlignedIds.of(List.of())).test()).isEmpty();
    assertThatThrownBy(() -> KeyedSplit.of(1, Double.NaN, AlignedIds.of(ids)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
