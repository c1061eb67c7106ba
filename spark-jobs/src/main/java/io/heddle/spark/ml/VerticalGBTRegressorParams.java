// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import org.apache.spark.ml.param.Param;

/** Params that {@link VerticalGBTRegressor} and its model share. */
public interface VerticalGBTRegressorParams extends VerticalGBTParams {
  @Override
  TreeParams.OfRegressor own();

  /**
   * What is predicted: {@code squared} (the default) for a number by its squared error, {@code
   * poisson} for the mean of a count, whose labels must not be negative.
   */
  default Param<String> objective() {
    return own().objective;
  }

  default String getObjective() {
    return getOrDefault(objective());
  }
}
