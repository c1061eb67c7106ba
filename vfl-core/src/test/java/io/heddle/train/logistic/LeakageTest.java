// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.train.logistic.Fits.Joined;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the parties' views give to the attacks of the design, on whole runs in the clear. */
class LeakageTest {
  private static final LogisticTerms TERMS = LogisticTerms.builder().maxIter(12).tol(0).build();

  /** Some rows of a linear system over the labels: {@code sum_i rows[i].values[j][i] y_i}. */
  private record Equations(int[] rows, double[][] values, double[] sums) {}

  /** Minimises |A y - b|^2 over the box [0, 1]^n by accelerated projected gradients. */
  private static double[] boxLeastSquares(List<Equations> system, int rows, int rounds) {
    double bound = 0;
    for (Equations part : system) {
      for (double[] line : part.values()) {
        bound += SmallMatrix.dot(line, line);
      }
    }
    // The trace bounds the largest eigenvalue; a quarter of it is still safe for these systems.
    double rate = 4 / bound;
    double[] y = new double[rows];
    Arrays.fill(y, 0.5);
    double[] ahead = y.clone();
    double momentum = 1;
    for (int round = 0; round < rounds; round++) {
      double[] gradient = new double[rows];
      for (Equations part : system) {
        for (int j = 0; j < part.sums().length; j++) {
          double error = -part.sums()[j];
          for (int i = 0; i < part.rows().length; i++) {
            error += part.values()[j][i] * ahead[part.rows()[i]];
          }
          for (int i = 0; i < part.rows().length; i++) {
            gradient[part.rows()[i]] += error * part.values()[j][i];
          }
        }
      }
      double next = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
      for (int i = 0; i < rows; i++) {
        double moved = Math.min(1, Math.max(0, ahead[i] - rate * gradient[i]));
        ahead[i] = moved + (momentum - 1) / next * (moved - y[i]);
        y[i] = moved;
      }
      momentum = next;
    }
    return y;
  }

  private static double[][] standardised(double[][] columns) {
    return Arrays.stream(columns)
        .map(
            column -> {
              double mean = Arrays.stream(column).average().orElseThrow();
              double deviation =
                  Math.sqrt(
                      Arrays.stream(column).map(v -> (v - mean) * (v - mean)).sum()
                          / (column.length - 1));
              return Arrays.stream(column).map(v -> (v - mean) / deviation).toArray();
            })
        .toArray(double[][]::new);
  }

  private static double[] times(double[][] columns, double[] weights) {
    double[] sums = new double[columns[0].length];
    for (int j = 0; j < columns.length; j++) {
      SmallMatrix.addScaled(sums, weights[j], columns[j]);
    }
    return sums;
  }

  private static Joined normal(int rows, long seed, int labelColumns, int featureColumns) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] table = new double[labelColumns + featureColumns][rows];
    double[] labels = new double[rows];
    double[] weights = random.doubles(table.length, -0.7, 0.7).toArray();
    for (int i = 0; i < rows; i++) {
      double z = 0;
      for (int j = 0; j < table.length; j++) {
        table[j][i] = Fits.gaussian(random);
        z += weights[j] * table[j][i];
      }
      labels[i] = random.nextDouble() < LogisticLoss.probability(z) ? 1 : 0;
    }
    return new Joined(
        labels,
        List.of(
            Arrays.copyOf(table, labelColumns),
            Arrays.copyOfRange(table, labelColumns, table.length)));
  }

  private static List<List<double[]>> trace(Joined joined) {
    int rowsPerColumn = joined.rows() / joined.holders().get(1).length;
    return JoinedReference.train(
        TERMS,
        Math.min(50, rowsPerColumn),
        joined.labels(),
        null,
        joined.holders(),
        Fits.seed(),
        TERMS.maxIter());
  }

  /** The feature holder's knowledge of a full-batch run: X, its weights, and X^T (mu - y). */
  private static double attackLabels(Joined joined) {
    double[][] x = standardised(joined.holders().get(1));
    double[][] own = standardised(joined.holders().get(0));
    int[] all = IntStream.range(0, joined.rows()).toArray();
    List<Equations> system = new ArrayList<>();
    for (List<double[]> pass : trace(joined)) {
      double[] featurePart = times(x, pass.get(1));
      double[] weights = pass.get(0);
      double[] labelPart =
          own.length == 0
              ? new double[joined.rows()]
              : times(own, Arrays.copyOfRange(weights, 1, weights.length));
      double[] sums = new double[x.length];
      for (int i = 0; i < joined.rows(); i++) {
        double z = featurePart[i] + labelPart[i] + weights[0];
        double known = LogisticLoss.probability(featurePart[i] + weights[0]);
        double residual = LogisticLoss.probability(z) - joined.labels()[i];
        for (int j = 0; j < x.length; j++) {
          sums[j] += x[j][i] * (known - residual);
        }
      }
      system.add(new Equations(all, x, sums));
    }
    return Fits.auc(boxLeastSquares(system, joined.rows(), 300), joined.labels());
  }

  @Test
  void labelInference_labelHolderWithoutColumns_knowsNoMoreThanALabelledModel() {
    Joined joined = normal(1000, 31, 0, 20);
    double labelled =
        Fits.auc(Fits.optimum(joined.holders().get(1), joined.labels(), 1e-4), joined.labels());
    assertThat(attackLabels(joined)).isLessThanOrEqualTo(labelled + 0.02).isGreaterThan(0.6);
  }

  @Test
  void labelInference_labelHolderWithColumns_knowsNoMoreThanALabelledModel() {
    Joined joined = normal(1000, 32, 8, 20);
    double labelled =
        Fits.auc(Fits.optimum(joined.holders().get(1), joined.labels(), 1e-4), joined.labels());
    assertThat(attackLabels(joined)).isLessThanOrEqualTo(labelled + 0.02).isGreaterThan(0.6);
  }

  /** The lowest floor that the label holder may consent to. */
  @Test
  void labelInference_tenRowsPerColumn_knowsNoMoreThanALabelledModel() {
    Joined joined = normal(200, 37, 8, 20);
    double labelled =
        Fits.auc(Fits.optimum(joined.holders().get(1), joined.labels(), 1e-4), joined.labels());
    assertThat(attackLabels(joined)).isLessThanOrEqualTo(labelled + 0.02).isGreaterThan(0.6);
  }

  /** The control: gradients of reshuffled mini-batches, which this toolkit never opens. */
  @Test
  void labelInference_reshuffledMiniBatches_findsAlmostEveryLabel() {
    int rows = 400;
    int batch = 100;
    Joined joined = normal(rows, 33, 0, 10);
    double[][] x = joined.holders().get(1);
    double[] weights = new double[x.length];
    SplittableRandom random = new SplittableRandom(34);
    int[] order = IntStream.range(0, rows).toArray();
    List<Equations> system = new ArrayList<>();
    for (int epoch = 0; epoch < 15; epoch++) {
      for (int i = rows - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        int kept = order[i];
        order[i] = order[other];
        order[other] = kept;
      }
      for (int from = 0; from < rows; from += batch) {
        int[] members = Arrays.copyOfRange(order, from, from + batch);
        double[][] values = new double[x.length][batch];
        double[] sums = new double[x.length];
        double[] gradient = new double[x.length];
        for (int i = 0; i < batch; i++) {
          double z = 0;
          for (int j = 0; j < x.length; j++) {
            values[j][i] = x[j][members[i]];
            z += weights[j] * values[j][i];
          }
          double residual = LogisticLoss.probability(z) - joined.labels()[members[i]];
          for (int j = 0; j < x.length; j++) {
            gradient[j] += values[j][i] * residual;
            sums[j] += values[j][i] * (LogisticLoss.probability(z) - residual);
          }
        }
        // What the attacker adds up is X^T mu - gradient, which it can compute.
        system.add(new Equations(members, values, sums));
        SmallMatrix.addScaled(weights, -0.3 / batch, gradient);
      }
    }
    assertThat(Fits.auc(boxLeastSquares(system, rows, 2000), joined.labels())).isGreaterThan(0.98);
  }

  /** How much of the feature holder's columns the label holder's view of R passes explains. */
  private static double meanExplained(Joined joined, int passes) {
    double[][] x = standardised(joined.holders().get(1));
    List<List<double[]>> trace = trace(joined);
    List<double[]> basis = new ArrayList<>();
    for (int pass = 0; pass < passes; pass++) {
      double[] seen = times(x, trace.get(pass).get(1));
      for (double[] known : basis) {
        SmallMatrix.addScaled(seen, -SmallMatrix.dot(known, seen), known);
      }
      double length = Math.sqrt(SmallMatrix.dot(seen, seen));
      basis.add(Arrays.stream(seen).map(v -> v / length).toArray());
    }
    double explained = 0;
    for (double[] column : x) {
      for (double[] known : basis) {
        double along = SmallMatrix.dot(known, column);
        explained += along * along / SmallMatrix.dot(column, column) / x.length;
      }
    }
    return explained;
  }

  @Test
  void featureSubspace_ofThePassesThatConsentAllows_explainsTheirShare() {
    Joined joined = normal(1000, 35, 4, 10);
    for (int passes : new int[] {1, 3, 5}) {
      assertThat(meanExplained(joined, passes))
          .isLessThanOrEqualTo(passes / 10.0 + 0.05)
          .isGreaterThan(passes / 10.0 - 0.05);
    }
  }

  /** The control: as many passes as columns explain everything. */
  @Test
  void featureSubspace_ofAsManyPassesAsColumns_isAll() {
    assertThat(meanExplained(normal(500, 36, 2, 4), 4)).isGreaterThan(0.99);
  }
}
