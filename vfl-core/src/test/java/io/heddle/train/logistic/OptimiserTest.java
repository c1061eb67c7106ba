// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.error.EncodingException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The optimiser's parts against textbook computations on whole vectors. */
class OptimiserTest {

  private static double[][] identity(int size) {
    double[][] matrix = new double[size][size];
    for (int i = 0; i < size; i++) {
      matrix[i][i] = 1;
    }
    return matrix;
  }

  /** Two blocks that share dot products, against the inverse BFGS matrix built step by step. */
  @ParameterizedTest
  @ValueSource(ints = {2, 5, 20})
  void direction_ofTwoBlocks_isMinusTheInverseHessianTimesTheGradient(int history) {
    int size = 6;
    SplittableRandom random = new SplittableRandom(1);
    double[] curvature = random.doubles(size, 0.5, 4).toArray();
    double[] point = random.doubles(size, -1, 1).toArray();
    BlockOptimiser left = new BlockOptimiser(identity(2), Arrays.copyOf(point, 2), history);
    BlockOptimiser right =
        new BlockOptimiser(identity(4), Arrays.copyOfRange(point, 2, 6), history);
    BasisProducts products = new BasisProducts(history);
    List<double[]> steps = new ArrayList<>();
    List<double[]> differences = new ArrayList<>();
    double[] before = new double[0];
    for (int pass = 0; pass < 8; pass++) {
      double[] now = new double[size];
      for (int j = 0; j < size; j++) {
        now[j] = curvature[j] * point[j] + 0.1 * Math.pow(point[j], 3);
      }
      if (pass > 0) {
        double[] difference = now.clone();
        SmallMatrix.addScaled(difference, -1, before);
        differences.add(difference);
      }
      before = now;
      double[] sums = left.newDotProducts(Arrays.copyOf(now, 2));
      SmallMatrix.addScaled(sums, 1, right.newDotProducts(Arrays.copyOfRange(now, 2, 6)));
      assertThat(sums).hasSize(pass == 0 ? 1 : 6 * left.pairs());
      products.update(sums);
      double[] coefficients = products.direction();
      double[] direction = new double[size];
      System.arraycopy(left.combine(products.pairKept(), coefficients), 0, direction, 0, 2);
      System.arraycopy(right.combine(products.pairKept(), coefficients), 0, direction, 2, 4);

      double[] expected = minusInverseHessianTimes(steps, differences, now, history);
      for (int j = 0; j < size; j++) {
        assertThat(direction[j]).isCloseTo(expected[j], within(1e-9));
      }
      assertThat(products.slope(coefficients))
          .isCloseTo(SmallMatrix.dot(direction, now), within(1e-9));
      double length = 0.3;
      left.advance(length);
      right.advance(length);
      double[] step = new double[size];
      SmallMatrix.addScaled(step, length, direction);
      steps.add(step);
      SmallMatrix.addScaled(point, 1, step);
    }
  }

  /** H = V^T H V + rho s s^T from a scaled identity over the last pairs (Nocedal, Wright, 7.16). */
  private static double[] minusInverseHessianTimes(
      List<double[]> steps, List<double[]> differences, double[] gradient, int history) {
    int size = gradient.length;
    double[][] inverse = identity(size);
    int from = Math.max(0, steps.size() - history);
    if (!steps.isEmpty()) {
      double[] s = steps.get(steps.size() - 1);
      double[] y = differences.get(steps.size() - 1);
      for (int i = 0; i < size; i++) {
        inverse[i][i] = SmallMatrix.dot(s, y) / SmallMatrix.dot(y, y);
      }
    }
    for (int pair = from; pair < steps.size(); pair++) {
      double[] s = steps.get(pair);
      double[] y = differences.get(pair);
      double rho = 1 / SmallMatrix.dot(s, y);
      double[][] next = new double[size][size];
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          for (int k = 0; k < size; k++) {
            for (int l = 0; l < size; l++) {
              double left = (i == k ? 1 : 0) - rho * s[i] * y[k];
              double right = (l == j ? 1 : 0) - rho * y[l] * s[j];
              next[i][j] += left * inverse[k][l] * right;
            }
          }
          next[i][j] += rho * s[i] * s[j];
        }
      }
      inverse = next;
    }
    double[] product = new double[size];
    for (int i = 0; i < size; i++) {
      product[i] = -SmallMatrix.dot(inverse[i], gradient);
    }
    return product;
  }

  @Test
  void pair_withoutCurvature_isForgottenByAll() {
    BlockOptimiser block = new BlockOptimiser(identity(2), new double[2], 5);
    BasisProducts products = new BasisProducts(5);
    products.update(block.newDotProducts(new double[] {1, 2}));
    block.combine(products.pairKept(), products.direction());
    block.advance(1);
    // The gradient grew along the direction that went down it: no convex function does that.
    products.update(block.newDotProducts(new double[] {2, 4}));
    assertThat(products.pairKept()).isFalse();
    assertThat(products.direction()).containsExactly(-1);
    assertThat(block.combine(false, products.direction())).containsExactly(-2, -4);
    block.advance(0.1);
    products.update(block.newDotProducts(new double[] {1, 2}));
    assertThat(products.pairKept()).isTrue();
    assertThat(products.direction()).hasSize(3);
  }

  @Test
  void inverseCholesky_timesItsTranspose_isTheInverse() {
    double[][] matrix = {{4, 2, 0.6}, {2, 5, 1}, {0.6, 1, 3}};
    double[][] inverse = SmallMatrix.inverseCholesky(matrix);
    for (int j = 0; j < 3; j++) {
      double[] unit = new double[3];
      unit[j] = 1;
      double[] column =
          SmallMatrix.transposedLowerTimes(inverse, SmallMatrix.lowerTimes(inverse, unit));
      for (int i = 0; i < 3; i++) {
        assertThat(SmallMatrix.dot(matrix[i], column)).isCloseTo(i == j ? 1 : 0, within(1e-12));
      }
    }
  }

  @Test
  void inverseCholesky_ofSingularOrEmpty_exists() {
    double[][] singular = {{1, 1}, {1, 1}};
    assertThat(SmallMatrix.inverseCholesky(singular)[1][1]).isFinite().isPositive();
    assertThat(SmallMatrix.inverseCholesky(new double[0][])).isEmpty();
  }

  @Test
  void search_againstAFineGrid_findsTheLeastLoss() {
    SplittableRandom random = new SplittableRandom(2);
    double[] labels = random.doubles(200).map(v -> v < 0.4 ? 1 : 0).toArray();
    double[] along = random.doubles(200, -2, 3).toArray();
    for (int i = 0; i < along.length; i++) {
      along[i] += labels[i] * 0.4 - 0.5;
    }
    LogisticLoss loss = LogisticLoss.of(labels, null, true);
    double length = loss.search(along, -1e-3, 2e-2);
    assertThat(length).isPositive();
    double best = lossAt(labels, along, length);
    for (double other = 0; other < 2; other += 1e-3) {
      assertThat(lossAt(labels, along, other)).isGreaterThanOrEqualTo(best - 1e-12);
    }
  }

  private static double lossAt(double[] labels, double[] along, double length) {
    LogisticLoss loss = LogisticLoss.of(labels, null, true);
    loss.advance(length, along);
    return loss.mean() - 1e-3 * length + 1e-2 * length * length;
  }

  @Test
  void search_uphill_isZero_andWithoutMinimum_isBounded() {
    double[] labels = {0, 1};
    LogisticLoss loss = LogisticLoss.of(labels, null, true);
    assertThat(loss.search(new double[] {1, -1}, 0, 0)).isZero();
    assertThat(loss.search(new double[] {-1, 1}, 0, 0)).isFinite().isGreaterThan(30);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {0, 1, -1, 0.1, -1e-20, 3.5e-26, 0x1p-88, -0x1p-88, 1e8, 0x1.fffffffffffffp27})
  void scalar_inRange_survivesToItsLastUnit(double value) {
    BigInteger encoded = RingScalars.encode(value);
    BigDecimal exact = new BigDecimal(value).multiply(new BigDecimal(BigInteger.ONE.shiftLeft(88)));
    assertThat(exact.subtract(new BigDecimal(encoded)).abs()).isLessThan(BigDecimal.ONE);
    assertThat(RingScalars.decode(encoded)).isCloseTo(value, within(0x1p-88));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0x1p28, -0x1p28, 1e300, Double.NaN, Double.NEGATIVE_INFINITY})
  void scalar_outOfRange_isRefused(double value) {
    assertThatThrownBy(() -> RingScalars.encode(value)).isInstanceOf(EncodingException.class);
  }

  @Test
  void ring_addition_wrapsLikeTwosComplement() {
    BigInteger largest = BigInteger.ONE.shiftLeft(127).subtract(BigInteger.ONE);
    assertThat(RingScalars.add(largest, BigInteger.ONE))
        .isEqualTo(BigInteger.ONE.shiftLeft(127).negate());
    assertThat(RingScalars.subtract(BigInteger.ONE.shiftLeft(127).negate(), BigInteger.ONE))
        .isEqualTo(largest);
  }
}
