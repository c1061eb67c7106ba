// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

/**
 * How many of some ids may fall into one partition, when each falls into any with the same
 * probability. By the probabilities themselves, not by a bound on them; on every machine the same.
 */
public final class BinomialBound {
  /** Beyond it a term adds nothing to a sum. */
  private static final double NOTHING = 0x1p-60;

  private static final double LOG_2_PI = StrictMath.log(2 * Math.PI);

  /** Below it Stirling's series is not exact enough. */
  private static final int FEW = 16;

  private static final double[] ERROR_OF_FEW = errorsOfFew();

  private BinomialBound() {}

  /**
   * The smallest number that no partition exceeds, but for a probability of 2^-bits for all
   * partitions together.
   */
  public static int of(int ids, int partitions, int bits) {
    if (partitions == 1) {
      return ids;
    }
    double allowed = StrictMath.scalb(1.0, -bits) / partitions;
    int low = ids / partitions;
    int high = ids;
    // Never more than all of them.
    while (low < high) {
      int middle = low + (high - low) / 2;
      if (tail(ids, partitions, middle) <= allowed) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return high;
  }

  /** The probability that one partition gets more than so many, which are the mean or more. */
  private static double tail(int ids, int partitions, int most) {
    if (most >= ids) {
      return 0;
    }
    double sum = 0;
    double term = probability(ids, partitions, most + 1);
    for (int k = most + 1; k <= ids && term > sum * NOTHING; k++) {
      sum += term;
      term *= (double) (ids - k) / (k + 1.0) / (partitions - 1);
    }
    return sum;
  }

  /**
   * That one partition gets exactly so many, one or more. (Loader, "Fast and accurate computation
   * of binomial probabilities", 2000: no difference of large numbers.)
   */
  private static double probability(int ids, int partitions, int k) {
    double n = ids;
    double p = 1.0 / partitions;
    if (k == ids) {
      return StrictMath.pow(p, n);
    }
    double rest = n - k;
    double log =
        stirlingError(ids)
            - stirlingError(k)
            - stirlingError(ids - k)
            - deviance(k, n * p)
            - deviance(rest, n * (partitions - 1) / partitions)
            + 0.5 * (StrictMath.log(n / (k * rest)) - LOG_2_PI);
    return StrictMath.exp(log);
  }

  /** x log(x / mean) + mean - x, also where the two are near. */
  private static double deviance(double x, double mean) {
    double difference = x - mean;
    if (Math.abs(difference) >= 0.1 * (x + mean)) {
      return x * StrictMath.log(x / mean) - difference;
    }
    double v = difference / (x + mean);
    double sum = difference * v;
    double power = 2 * x * v;
    double before = Double.NaN;
    for (int j = 3; sum != before; j += 2) {
      power *= v * v;
      before = sum;
      sum += power / j;
    }
    return sum;
  }

  /** log(n!) without Stirling's formula for it. */
  private static double stirlingError(int n) {
    if (n < FEW) {
      return ERROR_OF_FEW[n];
    }
    double x = n;
    double square = x * x;
    return (1.0 / 12
            - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / square) / square) / square)
                / square)
        / x;
  }

  private static double[] errorsOfFew() {
    double[] errors = new double[FEW];
    double logFactorial = 0;
    for (int n = 1; n < FEW; n++) {
      logFactorial += StrictMath.log(n);
      errors[n] = logFactorial - (0.5 * (LOG_2_PI + StrictMath.log(n)) + n * StrictMath.log(n) - n);
    }
    return errors;
  }
}
