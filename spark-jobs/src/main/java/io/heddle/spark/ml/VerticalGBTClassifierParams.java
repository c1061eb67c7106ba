// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;

/**
 * Params that {@link VerticalGBTClassifier} and its model share, beside MLlib's {@code
 * probabilityCol} and {@code rawPredictionCol}.
 */
public interface VerticalGBTClassifierParams extends VerticalGBTParams {
  @Override
  TreeParams.OfClassifier own();

  /** Probability above which the prediction is 1, in [0, 1]; 0.5 by default. */
  default DoubleParam threshold() {
    return own().threshold;
  }

  /**
   * How much more a row of label 1 weighs than one of label 0: {@code none} (the default), {@code
   * balanced}, where both classes weigh as much in all, or a number above 0. The label holder's
   * alone; multiplies the weights of {@code weightCol}. Floors count rows by their weights, so that
   * with a rare class feature holders are asked in fewer nodes.
   */
  default Param<String> classWeight() {
    return own().classWeight;
  }

  default double getThreshold() {
    return (double) getOrDefault(threshold());
  }

  default String getClassWeight() {
    return getOrDefault(classWeight());
  }
}
