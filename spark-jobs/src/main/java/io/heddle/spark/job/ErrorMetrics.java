// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import java.util.function.DoubleBinaryOperator;

/** How far predicted numbers are from true ones, on the average over rows. */
final class ErrorMetrics {
  private ErrorMetrics() {}

  /** The root of the mean squared error. */
  static double rmse(double[] labels, double[] predicted) {
    return Math.sqrt(mean(labels, predicted, (y, p) -> (y - p) * (y - p)));
  }

  /** The mean absolute error. */
  static double mae(double[] labels, double[] predicted) {
    return mean(labels, predicted, (y, p) -> Math.abs(y - p));
  }

  /**
   * Twice the mean of y log(y / p) - y + p, which is 0 where all predicted means are the counts.
   */
  static double meanPoissonDeviance(double[] labels, double[] predicted) {
    return mean(labels, predicted, (y, p) -> 2 * ((y == 0 ? 0 : y * Math.log(y / p)) - y + p));
  }

  private static double mean(double[] labels, double[] predicted, DoubleBinaryOperator of) {
    if (labels.length != predicted.length) {
      throw new IllegalArgumentException(
          labels.length + " labels, but " + predicted.length + " predictions");
    }
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum += of.applyAsDouble(labels[i], predicted[i]);
    }
    return sum / labels.length;
  }
}
