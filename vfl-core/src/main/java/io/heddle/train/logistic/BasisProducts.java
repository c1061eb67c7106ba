// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.train.shared.StateFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The label holder's table of dot products over the whole L-BFGS basis, and the two-loop recursion
 * on it: the same direction that {@link BlockOptimiser} would find had one party all blocks.
 */
final class BasisProducts {
  private static final double LEAST_CURVATURE = 1e-12;
  private static final double LEAST_GRADIENT = 1e-24;

  private final int history;
  private final List<double[]> stepStep = new ArrayList<>();
  private final List<double[]> stepDifference = new ArrayList<>();
  private final List<double[]> differenceDifference = new ArrayList<>();
  private double[] gradientStep = new double[0];
  private double[] gradientDifference = new double[0];
  private double gradientGradient;
  private boolean pairKept = true;

  BasisProducts(int history) {
    this.history = history;
  }

  /** Takes the sums of what {@link BlockOptimiser#newDotProducts} returned. */
  void update(double[] sums) {
    int[] at = {0};
    if (sums.length > 1) {
      if (stepStep.size() == history) {
        for (List<double[]> table : List.of(stepStep, stepDifference, differenceDifference)) {
          dropFirst(table);
        }
      }
      int pairs = stepStep.size() + 1;
      border(stepStep, take(sums, at, pairs), new double[0]);
      double[] stepRow = take(sums, at, pairs);
      border(differenceDifference, take(sums, at, pairs), new double[0]);
      border(stepDifference, stepRow, take(sums, at, pairs - 1));
    }
    int pairs = stepStep.size();
    gradientStep = take(sums, at, pairs);
    gradientDifference = take(sums, at, pairs);
    gradientGradient = take(sums, at, 1)[0];
    pairKept = pairs == 0 || curved(pairs - 1);
    if (!pairKept) {
      for (List<double[]> table : List.of(stepStep, stepDifference, differenceDifference)) {
        table.remove(pairs - 1);
      }
    }
  }

  private boolean curved(int i) {
    return stepDifference.get(i)[i]
        > LEAST_CURVATURE
            * Math.sqrt(stepStep.get(i)[i])
            * Math.sqrt(differenceDifference.get(i)[i]);
  }

  private static double[] take(double[] sums, int[] at, int count) {
    double[] taken = Arrays.copyOfRange(sums, at[0], at[0] + count);
    at[0] += count;
    return taken;
  }

  private static void dropFirst(List<double[]> table) {
    table.remove(0);
    table.replaceAll(row -> Arrays.copyOfRange(row, 1, row.length));
  }

  /** Adds a last row, and a last column; without a column the table is symmetric. */
  private static void border(List<double[]> table, double[] row, double[] column) {
    for (int i = 0; i < table.size(); i++) {
      double[] longer = Arrays.copyOf(table.get(i), row.length);
      longer[row.length - 1] = column.length == 0 ? row[i] : column[i];
      table.set(i, longer);
    }
    table.add(row);
  }

  /** Writes the table of pairs; what is of one gradient comes anew with the next. */
  void write(WireWriter out) {
    StateFormat.writeVectors(out, stepStep);
    StateFormat.writeVectors(out, stepDifference);
    StateFormat.writeVectors(out, differenceDifference);
  }

  /** Goes on from what another one of the same history has written. */
  void read(WireReader in) {
    stepStep.addAll(readTable(in));
    stepDifference.addAll(readTable(in));
    differenceDifference.addAll(readTable(in));
    StateFormat.require(
        stepStep.size() == stepDifference.size() && stepStep.size() == differenceDifference.size(),
        "tables of different sizes");
  }

  private List<double[]> readTable(WireReader in) {
    List<double[]> table = StateFormat.readVectors(in);
    StateFormat.require(table.size() <= history, "a table of " + table.size() + " pairs");
    // One that was not kept leaves its column.
    table.forEach(
        row ->
            StateFormat.require(
                row.length == table.size() || row.length == table.size() + 1,
                "a row of " + row.length + " in a table of " + table.size()));
    return table;
  }

  /** How many pairs the table has. */
  int pairs() {
    return stepStep.size();
  }

  boolean pairKept() {
    return pairKept;
  }

  /** Whether there is a way down left, and the direction goes it. */
  boolean descends(double[] direction) {
    return gradientGradient > LEAST_GRADIENT && slope(direction) < 0;
  }

  /** The direction's coefficients: one per s, one per y, one for g. */
  double[] direction() {
    int pairs = stepStep.size();
    double[] c = new double[2 * pairs + 1];
    c[2 * pairs] = -1;
    double[] alpha = new double[pairs];
    for (int i = pairs - 1; i >= 0; i--) {
      alpha[i] = withStep(c, i) / stepDifference.get(i)[i];
      c[pairs + i] -= alpha[i];
    }
    if (pairs > 0) {
      int last = pairs - 1;
      double scale = stepDifference.get(last)[last] / differenceDifference.get(last)[last];
      for (int i = 0; i < c.length; i++) {
        c[i] *= scale;
      }
    }
    for (int i = 0; i < pairs; i++) {
      c[i] += alpha[i] - withDifference(c, i) / stepDifference.get(i)[i];
    }
    return c;
  }

  /** The slope of the loss along a direction. */
  double slope(double[] c) {
    int pairs = stepStep.size();
    double sum = c[2 * pairs] * gradientGradient;
    for (int i = 0; i < pairs; i++) {
      sum += c[i] * gradientStep[i] + c[pairs + i] * gradientDifference[i];
    }
    return sum;
  }

  private double withStep(double[] c, int i) {
    int pairs = stepStep.size();
    double sum = c[2 * pairs] * gradientStep[i];
    for (int k = 0; k < pairs; k++) {
      sum += c[k] * stepStep.get(i)[k] + c[pairs + k] * stepDifference.get(i)[k];
    }
    return sum;
  }

  private double withDifference(double[] c, int i) {
    int pairs = stepStep.size();
    double sum = c[2 * pairs] * gradientDifference[i];
    for (int k = 0; k < pairs; k++) {
      sum += c[k] * stepDifference.get(k)[i] + c[pairs + k] * differenceDifference.get(i)[k];
    }
    return sum;
  }
}
