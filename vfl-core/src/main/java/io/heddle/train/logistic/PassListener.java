// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

/**
 * Told this party's own coefficients after each pass, in its own process: for the comparison with
 * {@link JoinedReference} where one person holds all parts. What it gets is secret.
 */
@FunctionalInterface
public interface PassListener {
  /** Tells nobody. */
  PassListener NONE = (pass, scaledCoefficients) -> {};

  /**
   * @param pass from 1
   * @param scaledCoefficients one per column that is not constant, in units of the standardised
   *     column; the label holder's are preceded by the intercept where one is fitted
   */
  void afterPass(int pass, double[] scaledCoefficients);
}
