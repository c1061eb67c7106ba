// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How well probabilities tell rows of label 1 from rows of label 0, computed exactly.
 *
 * @param auc area under the ROC curve, ties counted half; NaN where only one label occurs
 * @param logLoss mean of -log of the probability given to the true label, probabilities kept 1e-15
 *     away from 0 and 1
 * @param accuracy share of rows on the right side of the threshold
 */
public record RankMetrics(double auc, double logLoss, double accuracy) {
  /**
   * Compares predictions with the truth.
   *
   * @param labels 0 or 1
   * @param probabilities of label 1, in the same order
   */
  public static RankMetrics of(double[] labels, double[] probabilities, double threshold) {
    if (labels.length != probabilities.length) {
      throw new IllegalArgumentException(
          labels.length + " labels, but " + probabilities.length + " probabilities");
    }
    int n = labels.length;
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> probabilities[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double positives = Arrays.stream(labels).sum();
    double rankSum = 0;
    for (int from = 0; from < n; ) {
      int to = from;
      double positivesHere = 0;
      while (to < n && probabilities[order[to]] == probabilities[order[from]]) {
        positivesHere += labels[order[to++]];
      }
      rankSum += positivesHere * (from + 1 + to) / 2.0;
      from = to;
    }
    double pairs = positives * (n - positives);
    double auc = pairs == 0 ? Double.NaN : (rankSum - positives * (positives + 1) / 2) / pairs;
    double loss = 0;
    int right = 0;
    for (int i = 0; i < n; i++) {
      double p = Math.min(1 - 1e-15, Math.max(1e-15, probabilities[i]));
      loss -= labels[i] == 1 ? Math.log(p) : Math.log1p(-p);
      right += (probabilities[i] > threshold) == (labels[i] == 1) ? 1 : 0;
    }
    return new RankMetrics(auc, loss / n, (double) right / n);
  }
}
