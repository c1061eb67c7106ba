// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.FixedPoint;
import io.heddle.error.DataException;
import io.heddle.train.shared.EffectiveRows;
import io.heddle.train.shared.StateFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The label holder's rows: labels, weights and the present linear predictor; the mean logistic loss
 * and what follows from it.
 */
final class LogisticLoss {
  private static final int MAX_ROUNDS = 100;
  private static final double LONGEST_STEP = 0x1p20;
  private static final double PRECISION = 1e-13;

  private final double[] labels;
  private final double[] weights;
  private final double[] predictor;
  private final int exponent;

  private LogisticLoss(double[] labels, double[] weights, double start) {
    this.labels = labels;
    this.weights = weights;
    predictor = new double[labels.length];
    Arrays.fill(predictor, start);
    double heaviest = Arrays.stream(weights).max().orElse(1);
    exponent = heaviest <= 1 ? 0 : Math.getExponent(Math.nextDown(heaviest)) + 1;
  }

  /**
   * Checks labels and weights. Weights are scaled to a mean of 1.
   *
   * @param fromMean starts at the log-odds of the mean label, the best constant
   * @throws DataException tells how many labels are not 0 or 1, or that only one class occurs, or
   *     how many weights are negative or not finite
   */
  static LogisticLoss of(double[] labels, double @Nullable [] weights, boolean fromMean) {
    int rows = labels.length;
    long invalid = Arrays.stream(labels).filter(y -> y != 0 && y != 1).count();
    if (invalid > 0) {
      throw new DataException(invalid + " of " + rows + " labels are missing or neither 0 nor 1");
    }
    double[] normalised = new double[rows];
    Arrays.fill(normalised, 1);
    if (weights != null) {
      if (weights.length != rows) {
        throw new IllegalArgumentException(
            weights.length + " weights for " + rows + " labels: must be as many");
      }
      long bad = Arrays.stream(weights).filter(w -> !(w >= 0 && w <= 1e100)).count();
      if (bad > 0) {
        throw new DataException(
            bad + " of " + rows + " weights are missing, negative or beyond 1e100");
      }
      double sum = Arrays.stream(weights).sum();
      for (int i = 0; i < rows; i++) {
        normalised[i] = weights[i] * (rows / sum);
      }
    }
    double positive = 0;
    for (int i = 0; i < rows; i++) {
      positive += normalised[i] * labels[i];
    }
    double mean = positive / rows;
    if (!(mean > 0 && mean < 1)) {
      throw new DataException(
          "All " + rows + " rows with weight have one label: training needs both 0 and 1");
    }
    return new LogisticLoss(labels, normalised, fromMean ? Math.log(mean / (1 - mean)) : 0);
  }

  int rows() {
    return labels.length;
  }

  /** How many rows of equal weight would average as well: (sum w)^2 / sum w^2, rounded down. */
  int effectiveRows() {
    return EffectiveRows.of(IntStream.range(0, weights.length).toArray(), i -> weights[i]);
  }

  /** Where the linear predictor starts, the same for every row. */
  double start() {
    return predictor[0];
  }

  /** Residuals times weights stay within plus and minus 2^this. */
  int exponent() {
    return exponent;
  }

  static double probability(double z) {
    return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
  }

  double mean() {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      double z = predictor[i];
      sum += weights[i] * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - labels[i] * z);
    }
    return sum / labels.length;
  }

  /** Weighted residuals over 2^{@link #exponent}: from -1 to 1. */
  double[] residuals() {
    double[] residuals = new double[labels.length];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = Math.scalb(weights[i] * (probability(predictor[i]) - labels[i]), -exponent);
    }
    return residuals;
  }

  /**
   * {@link #residuals} rounded at random to so many fractional bits; the same seed and pass give
   * the same numbers.
   */
  long[] roundedResiduals(int bits, byte[] roundingSeed, int pass) {
    Randomness noise =
        Randomness.derive(
            roundingSeed, "logistic/rounding", ByteBuffer.allocate(4).putInt(pass).array());
    return FixedPoint.stochastic(residuals(), bits, noise);
  }

  /** Writes the linear predictor. */
  void write(WireWriter out) {
    out.writeDoubles(predictor);
  }

  /** Goes on from what another one of the same rows has written. */
  void read(WireReader in) {
    double[] reached = in.readDoubles(predictor.length);
    StateFormat.require(reached.length == predictor.length, reached.length + " rows");
    System.arraycopy(reached, 0, predictor, 0, reached.length);
  }

  /** Moves the linear predictor. */
  void advance(double length, double[] along) {
    SmallMatrix.addScaled(predictor, length, along);
  }

  /**
   * The step length that minimises loss plus penalty along a direction: Newton's method within a
   * bracket. 0 where the loss does not fall.
   *
   * @param along the direction's linear predictor
   * @param penaltySlope of the penalty at length 0
   * @param penaltyCurvature of the penalty
   */
  double search(double[] along, double penaltySlope, double penaltyCurvature) {
    if (slopeAndCurvature(along, 0, penaltySlope, penaltyCurvature)[0] >= 0) {
      return 0;
    }
    double low = 0;
    double high = 1;
    while (slopeAndCurvature(along, high, penaltySlope, penaltyCurvature)[0] < 0) {
      low = high;
      high *= 2;
      if (high > LONGEST_STEP) {
        return low;
      }
    }
    double length = high == 1 ? 1 : low;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      double[] at = slopeAndCurvature(along, length, penaltySlope, penaltyCurvature);
      if (at[0] < 0) {
        low = length;
      } else {
        high = length;
      }
      double next = length - at[0] / at[1];
      if (Math.abs(next - length) <= PRECISION * high || high - low <= PRECISION * high) {
        return length;
      }
      length = next > low && next < high ? next : low + (high - low) / 2;
    }
    return length;
  }

  private double[] slopeAndCurvature(
      double[] along, double length, double penaltySlope, double penaltyCurvature) {
    double slope = 0;
    double curvature = 0;
    for (int i = 0; i < labels.length; i++) {
      double mean = probability(predictor[i] + length * along[i]);
      slope += weights[i] * along[i] * (mean - labels[i]);
      curvature += weights[i] * along[i] * along[i] * mean * (1 - mean);
    }
    return new double[] {
      slope / labels.length + penaltySlope + length * penaltyCurvature,
      curvature / labels.length + penaltyCurvature
    };
  }
}
