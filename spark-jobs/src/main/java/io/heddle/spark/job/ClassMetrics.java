// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import java.util.Arrays;

/**
 * How well probabilities of several classes tell which one rows are of, computed exactly.
 *
 * @param auc mean over classes of the area under the ROC curve of one against all others; NaN where
 *     a class has no rows
 * @param logLoss mean of -log of the probability given to the true class, probabilities kept 1e-15
 *     away from 0
 * @param accuracy share of rows whose most likely class is the true one
 */
record ClassMetrics(double auc, double logLoss, double accuracy) {
  /**
   * Compares predictions with the truth.
   *
   * @param labels whole numbers from 0 on
   * @param probabilities {@code [class][row]}, rows in the same order
   */
  static ClassMetrics of(double[] labels, double[][] probabilities) {
    double auc = 0;
    for (int c = 0; c < probabilities.length; c++) {
      int one = c;
      double[] isOne = Arrays.stream(labels).map(label -> label == one ? 1 : 0).toArray();
      auc += RankMetrics.of(isOne, probabilities[c], 0.5).auc() / probabilities.length;
    }
    double loss = 0;
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      int likeliest = 0;
      for (int c = 1; c < probabilities.length; c++) {
        likeliest = probabilities[c][i] > probabilities[likeliest][i] ? c : likeliest;
      }
      right += likeliest == labels[i] ? 1 : 0;
      // A class that no training row had has no probability.
      double p = labels[i] < probabilities.length ? probabilities[(int) labels[i]][i] : 0;
      loss -= Math.log(Math.max(1e-15, p));
    }
    return new ClassMetrics(auc, loss / labels.length, (double) right / labels.length);
  }
}
