// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.train.logistic.PassListener;

/** Told what one party alone knows of a fit, in its own process. What it gets is secret. */
public interface FitTrace extends PassListener {
  /** Tells nobody. */
  FitTrace NONE = (pass, scaledCoefficients) -> {};

  /** The label holder's seed of the rounding noise; called before the first pass. */
  default void seed(byte[] roundingSeed) {}
}
