// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.spark.table.LabelRule;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How well predictions of held-out rows fit, by the measures that go with what is predicted.
 *
 * @param figures as run.json has them; one that is not defined for these rows is left out
 * @param words the chief of them, for people
 */
record Quality(SortedMap<String, Double> figures, String words) {
  /**
   * Compares predictions with the truth.
   *
   * @param predicted probabilities of label 1, numbers or mean counts, in the same order
   * @param threshold of probabilities
   */
  static Quality of(LabelRule rule, double[] labels, double[] predicted, double threshold) {
    SortedMap<String, Double> figures = new TreeMap<>();
    String words;
    switch (rule) {
      case TWO_CLASSES -> {
        RankMetrics metrics = RankMetrics.of(labels, predicted, threshold);
        figures.put("auc", metrics.auc());
        figures.put("logLoss", metrics.logLoss());
        figures.put("accuracy", metrics.accuracy());
        words = "AUC " + fixed(metrics.auc());
      }
      case NUMBERS -> {
        double rmse = ErrorMetrics.rmse(labels, predicted);
        figures.put("rmse", rmse);
        figures.put("mae", ErrorMetrics.mae(labels, predicted));
        words = "RMSE " + fixed(rmse);
      }
      case COUNTS -> {
        double deviance = ErrorMetrics.meanPoissonDeviance(labels, predicted);
        figures.put("meanPoissonDeviance", deviance);
        figures.put("rmse", ErrorMetrics.rmse(labels, predicted));
        figures.put("mae", ErrorMetrics.mae(labels, predicted));
        words = "mean Poisson deviance " + fixed(deviance);
      }
      default -> throw new AssertionError(rule);
    }
    // JSON has no such numbers.
    figures.values().removeIf(figure -> !Double.isFinite(figure));
    return new Quality(figures, words);
  }

  private static String fixed(double figure) {
    return String.format(Locale.ROOT, Math.abs(figure) < 1e6 ? "%.4f" : "%.4e", figure);
  }
}
