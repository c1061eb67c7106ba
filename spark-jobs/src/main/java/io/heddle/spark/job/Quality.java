// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.spark.table.LabelRule;
import java.util.Locale;
import java.util.Map;
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
   * @param predicted probabilities of label 1, numbers or mean counts, in the same order; of
   *     several classes {@code [class][row]}
   * @param threshold of probabilities
   */
  static Quality of(LabelRule rule, double[] labels, double[][] predicted, double threshold) {
    return switch (rule) {
      case TWO_CLASSES -> twoClasses(RankMetrics.of(labels, predicted[0], threshold));
      case CLASSES -> classes(ClassMetrics.of(labels, predicted));
      case NUMBERS -> numbers(labels, predicted[0]);
      case COUNTS -> counts(labels, predicted[0]);
    };
  }

  private static Quality classes(ClassMetrics metrics) {
    return of(
        Map.of("auc", metrics.auc(), "logLoss", metrics.logLoss(), "accuracy", metrics.accuracy()),
        "accuracy " + fixed(metrics.accuracy()));
  }

  private static Quality twoClasses(RankMetrics metrics) {
    return of(
        Map.of("auc", metrics.auc(), "logLoss", metrics.logLoss(), "accuracy", metrics.accuracy()),
        "AUC " + fixed(metrics.auc()));
  }

  private static Quality numbers(double[] labels, double[] predicted) {
    double rmse = ErrorMetrics.rmse(labels, predicted);
    return of(
        Map.of("rmse", rmse, "mae", ErrorMetrics.mae(labels, predicted)), "RMSE " + fixed(rmse));
  }

  private static Quality counts(double[] labels, double[] predicted) {
    double deviance = ErrorMetrics.meanPoissonDeviance(labels, predicted);
    SortedMap<String, Double> figures = new TreeMap<>(numbers(labels, predicted).figures());
    figures.put("meanPoissonDeviance", deviance);
    return of(figures, "mean Poisson deviance " + fixed(deviance));
  }

  private static Quality of(Map<String, Double> all, String words) {
    SortedMap<String, Double> figures = new TreeMap<>(all);
    // JSON has no such numbers.
    figures.values().removeIf(figure -> !Double.isFinite(figure));
    return new Quality(figures, words);
  }

  private static String fixed(double figure) {
    return String.format(Locale.ROOT, Math.abs(figure) < 1e6 ? "%.4f" : "%.4e", figure);
  }
}
