// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Against formula 7 of the XGBoost paper, twice it, as the library itself takes it. */
class SplitGainTest {
  private static final int ROWS = 400;
  private final SplittableRandom random = new SplittableRandom(12);
  private final double[] labels = random.doubles(ROWS, -5, 5).toArray();
  private final double[] weights = random.doubles(ROWS, 0, 2).toArray();
  private final TrainingRows rows =
      TrainingRows.of(TreeObjective.SQUARED, 0, labels, weights, null);
  private final Gradients gradients =
      Gradients.of(rows, new double[1][ROWS], TreeTerms.builder().build(), Forests.seed(), 1);

  private Sums sums(int from, int to) {
    return Sums.of(IntStream.range(from, to).toArray(), gradients);
  }

  private double gain(TreeTerms terms, int cut) {
    return new SplitGain(gradients, terms).of(sums(0, ROWS), sums(0, cut), 0, ValueBounds.NONE, 0);
  }

  private double[] exact(int from, int to) {
    double[] sums = new double[2];
    for (int i = from; i < to; i++) {
      sums[0] += weights[i] * (0 - labels[i]);
      sums[1] += weights[i];
    }
    return sums;
  }

  private double byHand(double lambda, int cut) {
    double[] all = exact(0, ROWS);
    double[] left = exact(0, cut);
    double[] right = exact(cut, ROWS);
    return left[0] * left[0] / (left[1] + lambda)
        + right[0] * right[0] / (right[1] + lambda)
        - all[0] * all[0] / (all[1] + lambda);
  }

  @Test
  void gain_ofAnySplit_isThatOfTheFormulaButForRounding() {
    for (double lambda : new double[] {0, 1, 25}) {
      TreeTerms terms = TreeTerms.builder().lambda(lambda).minChildWeight(0).build();
      for (int cut = 1; cut < ROWS; cut += 7) {
        double expected = byHand(lambda, cut);
        // Rounding moves each derivative by less than 2^-12 of 10 at most.
        assertThat(gain(terms, cut))
            .isCloseTo(Math.max(0, expected), within(0.03 + 0.01 * Math.abs(expected)));
      }
    }
  }

  @Test
  void gain_belowGamma_isNone() {
    double gain = gain(TreeTerms.builder().build(), 100);
    assertThat(gain).isPositive();
    assertThat(gain(TreeTerms.builder().gamma(gain).build(), 100)).isEqualTo(gain);
    assertThat(gain(TreeTerms.builder().gamma(Math.nextUp(gain)).build(), 100)).isZero();
  }

  @Test
  void gain_withTooLittleWeightOnEitherSide_isNone() {
    for (int cut : new int[] {10, 390}) {
      long left = sums(0, cut).totalH(0);
      long right = sums(cut, ROWS).totalH(0);
      double least = gradients.sumH(Math.min(left, right));
      assertThat(gain(TreeTerms.builder().minChildWeight(least).build(), cut)).isPositive();
      assertThat(gain(TreeTerms.builder().minChildWeight(Math.nextUp(least)).build(), cut))
          .isZero();
    }
  }

  @Test
  void gain_ofASideWithoutCurvatureOrPenalty_isFinite() {
    TreeTerms terms = TreeTerms.builder().lambda(0).minChildWeight(0).build();
    Sums none = sums(0, 0);
    assertThat(new SplitGain(gradients, terms).of(none, none, 0, ValueBounds.NONE, 0)).isZero();
    assertThat(new SplitGain(gradients, terms).of(sums(0, ROWS), none, 0, ValueBounds.NONE, 0))
        .isZero();
  }

  @Test
  void leaf_isNewtonsStep() {
    int[] some = {3, 5, 90, 200};
    double g = 0;
    double h = 0;
    for (int row : some) {
      g -= weights[row] * labels[row];
      h += weights[row];
    }
    TreeTerms terms = TreeTerms.builder().lambda(2).stepSize(0.5).build();
    assertThat(gradients.leaf(some, terms, ValueBounds.NONE).get(0))
        .isCloseTo(-0.5 * g / (h + 2), within(1e-12));
  }

  /** What a set of rows gains from its best value between bounds, by trying values. */
  private static double byTrying(double[] sums, ValueBounds bounds) {
    double best = Double.NEGATIVE_INFINITY;
    for (double value = bounds.least(); value <= bounds.most(); value += 1e-4) {
      best = Math.max(best, -2 * sums[0] * value - (sums[1] + 1) * value * value);
    }
    return best;
  }

  @Test
  void gain_betweenBounds_isThatOfTheBestValuesThere() {
    TreeTerms terms = TreeTerms.builder().minChildWeight(0).build();
    for (ValueBounds bounds :
        List.of(new ValueBounds(-0.1, 0.05), new ValueBounds(0.3, 0.6), new ValueBounds(-9, 9))) {
      for (int cut = 7; cut < ROWS; cut += 31) {
        double expected =
            byTrying(exact(0, cut), bounds)
                + byTrying(exact(cut, ROWS), bounds)
                - byTrying(exact(0, ROWS), bounds);
        assertThat(new SplitGain(gradients, terms).of(sums(0, ROWS), sums(0, cut), 0, bounds, 0))
            .isCloseTo(Math.max(0, expected), within(0.03 + 0.01 * Math.abs(expected)));
      }
    }
  }

  @Test
  void gain_ofChildrenInTheWrongOrder_isNone() {
    SplitGain gain = new SplitGain(gradients, TreeTerms.builder().minChildWeight(0).build());
    int refused = 0;
    for (int cut = 7; cut < ROWS; cut += 31) {
      double[] left = exact(0, cut);
      double[] right = exact(cut, ROWS);
      int order = (int) Math.signum(-right[0] / (right[1] + 1) + left[0] / (left[1] + 1));
      double free = gain(TreeTerms.builder().minChildWeight(0).build(), cut);
      Sums all = sums(0, ROWS);
      assertThat(gain.of(all, sums(0, cut), 0, ValueBounds.NONE, order)).isEqualTo(free);
      assertThat(gain.of(all, sums(0, cut), 0, ValueBounds.NONE, -order)).isZero();
      refused += free > 0 ? 1 : 0;
      // Both at the same bound are in order.
      ValueBounds point = new ValueBounds(0.2, 0.2);
      assertThat(gain.value(sums(0, cut), point)).isEqualTo(0.2);
      assertThat(gain.of(all, sums(0, cut), 0, point, -order)).isZero();
    }
    assertThat(refused).isPositive();
  }

  @Test
  void leaf_outsideItsBounds_isTheBoundTimesTheStep() {
    int[] some = {3, 5, 90, 200};
    TreeTerms terms = TreeTerms.builder().stepSize(0.5).build();
    double free = gradients.leaf(some, terms, ValueBounds.NONE).get(0);
    assertThat(gradients.leaf(some, terms, new ValueBounds(2 * free + 3, 1e9)).get(0))
        .isEqualTo(free + 1.5);
    assertThat(gradients.leaf(some, terms, new ValueBounds(-1e9, 2 * free - 3)).get(0))
        .isEqualTo(free - 1.5);
    assertThat(gradients.leaf(some, terms, new ValueBounds(2 * free - 1, 2 * free + 1)).get(0))
        .isEqualTo(free);
  }

  /** The gains of each class by itself, added up. */
  @Test
  void gain_ofSeveralClasses_isTheSumOfEachOnes() {
    double[] classes = IntStream.range(0, ROWS).mapToDouble(i -> i * 7 % 5 % 3).toArray();
    TrainingRows ofClasses = TrainingRows.of(TreeObjective.MULTI_CLASS, 3, classes, weights, null);
    double[][] scores = new double[3][];
    Arrays.setAll(scores, c -> random.doubles(ROWS, -1, 1).toArray());
    TreeTerms terms =
        TreeTerms.builder()
            .objective(TreeObjective.MULTI_CLASS)
            .classes(3)
            .minChildWeight(0)
            .build();
    Gradients of = Gradients.of(ofClasses, scores, terms, Forests.seed(), 1);
    double[][] g = new double[3][ROWS];
    double[][] h = new double[3][ROWS];
    ofClasses.derive(scores, g, h);
    for (int cut = 1; cut < ROWS; cut += 7) {
      double expected = 0;
      double leftH = 0;
      for (int c = 0; c < 3; c++) {
        double left = Arrays.stream(g[c], 0, cut).sum();
        double right = Arrays.stream(g[c], cut, ROWS).sum();
        double below = Arrays.stream(h[c], 0, cut).sum();
        double other = Arrays.stream(h[c], cut, ROWS).sum();
        leftH += below;
        expected +=
            left * left / (below + 1)
                + right * right / (other + 1)
                - (left + right) * (left + right) / (below + other + 1);
      }
      Sums all = Sums.of(RowSets.all(ROWS), of);
      Sums side = Sums.of(RowSets.all(cut), of);
      assertThat(new SplitGain(of, terms).of(all, side, 0, ValueBounds.NONE, 0))
          .isCloseTo(Math.max(0, expected), within(0.01 + 0.01 * Math.abs(expected)));
      // Least weight is of all classes together.
      TreeTerms least =
          TreeTerms.builder()
              .objective(TreeObjective.MULTI_CLASS)
              .classes(3)
              .minChildWeight(1.01 * leftH)
              .build();
      assertThat(new SplitGain(of, least).of(all, side, 0, ValueBounds.NONE, 0)).isZero();
    }
  }
}
