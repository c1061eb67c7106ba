// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.error.DataException;
import io.heddle.train.shared.EffectiveRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The labels and weights of all rows. */
final class TrainingRows {
  /** Far from where derivatives and their sums overflow. */
  private static final double MOST = 0x1p1000;

  private final TreeObjective objective;
  private final int classes;
  private final double[] labels;
  private final double @Nullable [] weights;
  private final boolean @Nullable [] heldOut;
  private final boolean weighted;

  private TrainingRows(
      TreeObjective objective,
      int classes,
      double[] labels,
      double @Nullable [] weights,
      boolean @Nullable [] heldOut) {
    this.objective = objective;
    this.classes = classes;
    this.labels = labels;
    this.weights = weights;
    this.heldOut = heldOut;
    weighted = weights != null && differ(weights);
  }

  private static boolean differ(double[] values) {
    return Arrays.stream(values).anyMatch(value -> value != values[0]);
  }

  /**
   * @param classes of labels; 0 if they are of no such number
   * @param heldOut of no tree; null for none
   * @throws DataException if labels or weights are not what the objective allows, or all labels are
   *     alike, or a class has no rows
   */
  static TrainingRows of(
      TreeObjective objective,
      int classes,
      double[] labels,
      double @Nullable [] weights,
      boolean @Nullable [] heldOut) {
    int bad = 0;
    boolean differ = false;
    double total = 0;
    double extent = 0;
    for (int i = 0; i < labels.length; i++) {
      bad += objective.allows(labels[i], classes) ? 0 : 1;
      differ |= labels[i] != labels[0];
      double weight = weights == null ? 1 : weights[i];
      if (!(weight >= 0) || Double.isInfinite(weight)) {
        throw new DataException("Row weights must be finite and not negative");
      }
      total += weight;
      // With a square sum of labels there are square sums of derivatives, which gains are.
      extent += weight * Math.abs(labels[i]) * Math.max(1, Math.abs(labels[i]));
    }
    if (bad > 0) {
      throw new DataException(
          bad + " labels cannot be used: must be " + objective.allowed(classes));
    }
    if (!differ) {
      throw new DataException("All " + labels.length + " labels are alike: nothing to train on");
    }
    if (!(total > 0) || Double.isInfinite(total)) {
      throw new DataException("The sum of the row weights must be above 0 and finite");
    }
    if (extent > MOST) {
      throw new DataException(
          "Labels, or their squares, times weights sum to more than 2^1000: scale them down");
    }
    TrainingRows rows = new TrainingRows(objective, classes, labels, weights, heldOut);
    rows.requireStart();
    rows.requireHeldOut();
    return rows;
  }

  int count() {
    return labels.length;
  }

  private double weight(int row) {
    return weights == null ? 1 : weights[row];
  }

  boolean isHeldOut(int row) {
    return heldOut != null && heldOut[row];
  }

  /** All but those held out, ascending. */
  int[] training() {
    return IntStream.range(0, labels.length).filter(row -> !isHeldOut(row)).toArray();
  }

  /** Whether some weigh more than others. */
  boolean areWeighted() {
    return weighted;
  }

  /** How many rows of equal weight these are worth: all of them where weights are alike. */
  int worth(int[] rows) {
    return weighted ? EffectiveRows.of(rows, this::weight) : rows.length;
  }

  /** The same of so many of the training rows, among them the one that weighs most. */
  int worth(int drawn) {
    return weighted ? EffectiveRows.ofDrawn(training(), drawn, this::weight) : drawn;
  }

  /** How many scores a row has. */
  int outputs() {
    return objective == TreeObjective.MULTI_CLASS ? classes : 1;
  }

  /** The scores of all rows before the first tree. */
  List<Double> start() {
    List<Double> start = new ArrayList<>();
    for (int c = 0; c < outputs(); c++) {
      double sum = 0;
      double total = 0;
      for (int i = 0; i < labels.length; i++) {
        if (!isHeldOut(i)) {
          sum += weight(i) * objective.target(labels[i], c);
          total += weight(i);
        }
      }
      start.add(objective.start(sum / total));
    }
    return start;
  }

  private void requireStart() {
    List<Double> start = start();
    List<Integer> without =
        IntStream.range(0, start.size())
            .filter(c -> !Double.isFinite(start.get(c)))
            .boxed()
            .toList();
    if (!without.isEmpty()) {
      throw new DataException(
          start.size() == 1
              ? "All rows of weight above 0 have one label: nothing to train on"
              : "No training row of weight above 0 is of these of the "
                  + start.size()
                  + " classes: "
                  + without);
    }
  }

  private void requireHeldOut() {
    if (heldOut != null
        && IntStream.range(0, labels.length).noneMatch(i -> isHeldOut(i) && weight(i) > 0)) {
      throw new DataException(
          "All rows held out have weight 0: there is no loss to stop by. Take a larger"
              + " validationFraction, or leave such rows out");
    }
  }

  /** The scores of all rows before the first tree, by score and row. */
  double[][] startScores() {
    List<Double> start = start();
    double[][] scores = new double[start.size()][labels.length];
    for (int c = 0; c < scores.length; c++) {
      Arrays.fill(scores[c], start.get(c));
    }
    return scores;
  }

  /**
   * Both derivatives of the loss, times the rows' weights; 0 for rows held out.
   *
   * @param scores {@code [output][row]}, and so g and h, which it sets
   */
  void derive(double[][] scores, double[][] g, double[][] h) {
    double[] ofRow = new double[scores.length];
    for (int i = 0; i < labels.length; i++) {
      double weight = isHeldOut(i) ? 0 : weight(i);
      objective.predict(ofRow(scores, i, ofRow));
      for (int c = 0; c < ofRow.length; c++) {
        g[c][i] = weight * (ofRow[c] - objective.target(labels[i], c));
        h[c][i] = weight * objective.curvature(ofRow[c]);
      }
    }
  }

  private static double[] ofRow(double[][] scores, int row, double[] into) {
    for (int c = 0; c < into.length; c++) {
      into[c] = scores[c][row];
    }
    return into;
  }

  /** Of the rows that are not held out. */
  double meanLoss(double[][] scores) {
    return meanLoss(scores, false);
  }

  /** Of the rows held out; NaN if there are none. */
  double heldOutLoss(double[][] scores) {
    return meanLoss(scores, true);
  }

  private double meanLoss(double[][] scores, boolean ofHeldOut) {
    double sum = 0;
    double total = 0;
    double[] ofRow = new double[scores.length];
    for (int i = 0; i < labels.length; i++) {
      if (isHeldOut(i) == ofHeldOut) {
        sum += weight(i) * objective.loss(ofRow(scores, i, ofRow), labels[i]);
        total += weight(i);
      }
    }
    return sum / total;
  }

  /** Whether nearly all of the rows have one label, so that who is among them tells it. */
  boolean isPure(int[] rows) {
    int labelled = objective == TreeObjective.LOGISTIC ? 2 : classes;
    if (labelled == 0) {
      return false;
    }
    int[] counts = new int[labelled];
    for (int row : rows) {
      counts[(int) labels[row]]++;
    }
    return Arrays.stream(counts).max().orElse(0) > TreeRules.MOST_PURE * rows.length;
  }
}
