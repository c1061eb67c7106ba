// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.error.DataException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The labels and weights of all rows. */
final class TrainingRows {
  /** Far from where derivatives and their sums overflow. */
  private static final double MOST = 0x1p1000;

  private final TreeObjective objective;
  private final double[] labels;
  private final double @Nullable [] weights;
  private final boolean @Nullable [] heldOut;

  private TrainingRows(
      TreeObjective objective,
      double[] labels,
      double @Nullable [] weights,
      boolean @Nullable [] heldOut) {
    this.objective = objective;
    this.labels = labels;
    this.weights = weights;
    this.heldOut = heldOut;
  }

  /**
   * @param heldOut of no tree; null for none
   * @throws DataException if labels or weights are not what the objective allows, or all labels are
   *     alike
   */
  static TrainingRows of(
      TreeObjective objective,
      double[] labels,
      double @Nullable [] weights,
      boolean @Nullable [] heldOut) {
    int bad = 0;
    boolean differ = false;
    double total = 0;
    double extent = 0;
    for (int i = 0; i < labels.length; i++) {
      bad += objective.allows(labels[i]) ? 0 : 1;
      differ |= labels[i] != labels[0];
      double weight = weights == null ? 1 : weights[i];
      if (!(weight >= 0) || Double.isInfinite(weight)) {
        throw new DataException("Row weights must be finite and not negative");
      }
      total += weight;
      extent += weight * Math.abs(labels[i]);
    }
    if (bad > 0) {
      throw new DataException(bad + " labels cannot be used: must be " + objective.allowed());
    }
    if (!differ) {
      throw new DataException("All " + labels.length + " labels are alike: nothing to train on");
    }
    if (!(total > 0) || Double.isInfinite(total)) {
      throw new DataException("The sum of the row weights must be above 0 and finite");
    }
    if (extent > MOST) {
      throw new DataException("Labels times weights sum to more than 2^1000: scale them down");
    }
    TrainingRows rows = new TrainingRows(objective, labels, weights, heldOut);
    if (!Double.isFinite(rows.start())) {
      throw new DataException("All rows of weight above 0 have one label: nothing to train on");
    }
    return rows;
  }

  TreeObjective objective() {
    return objective;
  }

  int count() {
    return labels.length;
  }

  double label(int row) {
    return labels[row];
  }

  double weight(int row) {
    return weights == null ? 1 : weights[row];
  }

  boolean isHeldOut(int row) {
    return heldOut != null && heldOut[row];
  }

  /** All but those held out, ascending. */
  int[] training() {
    return IntStream.range(0, labels.length).filter(row -> !isHeldOut(row)).toArray();
  }

  /** The score of all rows before the first tree. */
  double start() {
    double sum = 0;
    double total = 0;
    for (int i = 0; i < labels.length; i++) {
      if (!isHeldOut(i)) {
        sum += weight(i) * labels[i];
        total += weight(i);
      }
    }
    return objective.start(sum / total);
  }

  /** Of the rows that are not held out. */
  double meanLoss(double[] scores) {
    return meanLoss(scores, false);
  }

  /** Of the rows held out; NaN if there are none, or of no weight. */
  double heldOutLoss(double[] scores) {
    return meanLoss(scores, true);
  }

  private double meanLoss(double[] scores, boolean ofHeldOut) {
    double sum = 0;
    double total = 0;
    for (int i = 0; i < labels.length; i++) {
      if (isHeldOut(i) == ofHeldOut) {
        sum += weight(i) * objective.loss(scores[i], labels[i]);
        total += weight(i);
      }
    }
    return sum / total;
  }

  /** Whether nearly all of the rows have one label, so that who is among them tells it. */
  boolean isPure(int[] rows) {
    if (objective != TreeObjective.LOGISTIC) {
      return false;
    }
    int positives = 0;
    for (int row : rows) {
      positives += labels[row] == 1 ? 1 : 0;
    }
    return Math.max(positives, rows.length - positives) > TreeRules.MOST_PURE * rows.length;
  }
}
