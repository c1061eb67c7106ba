// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Against formula 7 of the XGBoost paper, twice it, as the library itself takes it. */
class SplitGainTest {
  private static final int ROWS = 400;
  private final SplittableRandom random = new SplittableRandom(12);
  private final double[] labels = random.doubles(ROWS, -5, 5).toArray();
  private final double[] weights = random.doubles(ROWS, 0, 2).toArray();
  private final TrainingRows rows = TrainingRows.of(TreeObjective.SQUARED, labels, weights, null);
  private final Gradients gradients =
      Gradients.of(rows, new double[ROWS], TreeTerms.builder().build(), Forests.seed(), 1);

  private long[] sums(int from, int to) {
    long[] sums = new long[2];
    for (int i = from; i < to; i++) {
      sums[0] += gradients.g(i);
      sums[1] += gradients.h(i);
    }
    return sums;
  }

  private double gain(TreeTerms terms, int cut) {
    long[] all = sums(0, ROWS);
    long[] left = sums(0, cut);
    return new SplitGain(gradients, terms).of(all[0], all[1], left[0], left[1]);
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
      long[] left = sums(0, cut);
      long[] right = sums(cut, ROWS);
      double least = gradients.sumH(Math.min(left[1], right[1]));
      assertThat(gain(TreeTerms.builder().minChildWeight(least).build(), cut)).isPositive();
      assertThat(gain(TreeTerms.builder().minChildWeight(Math.nextUp(least)).build(), cut))
          .isZero();
    }
  }

  @Test
  void gain_ofASideWithoutCurvatureOrPenalty_isFinite() {
    TreeTerms terms = TreeTerms.builder().lambda(0).minChildWeight(0).build();
    assertThat(new SplitGain(gradients, terms).of(0, 0, 0, 0)).isZero();
    long[] all = sums(0, ROWS);
    assertThat(new SplitGain(gradients, terms).of(all[0], all[1], 0, 0)).isZero();
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
    assertThat(gradients.leaf(some, terms)).isCloseTo(-0.5 * g / (h + 2), within(1e-12));
  }
}
