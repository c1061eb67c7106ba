// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * Params that {@link VerticalLogisticRegression} and its model share, beside MLlib's {@code
 * featuresCol}, {@code labelCol}, {@code predictionCol}, {@code probabilityCol} and {@code
 * rawPredictionCol}. Names and meaning are those of MLlib's LogisticRegression.
 */
public interface VerticalLogisticRegressionParams extends Params {
  /** Where the stage keeps its Param objects; of use to the stage alone. */
  LogisticParams own();

  /** Name of the session the stage works in, {@code default} by default. */
  default Param<String> session() {
    return own().session;
  }

  /** Column by which rows are aligned, {@code id} by default. */
  default Param<String> idCol() {
    return own().idCol;
  }

  /** Column of row weights at the label holder, empty (none) by default. */
  default Param<String> weightCol() {
    return own().weightCol;
  }

  /** L2 regularisation, 1e-4 by default. */
  default DoubleParam regParam() {
    return own().regParam;
  }

  /** Highest number of passes, 100 by default. */
  default IntParam maxIter() {
    return own().maxIter;
  }

  /** Relative decrease of the loss that ends training, 1e-6 by default. */
  default DoubleParam tol() {
    return own().tol;
  }

  /** Whether to fit an intercept, true by default. */
  default BooleanParam fitIntercept() {
    return own().fitIntercept;
  }

  /** Whether regularisation acts on standardised columns, true by default. */
  default BooleanParam standardization() {
    return own().standardization;
  }

  /** Probability above which the prediction is 1, 0.5 by default. */
  default DoubleParam threshold() {
    return own().threshold;
  }

  default String getSession() {
    return getOrDefault(session());
  }

  default String getIdCol() {
    return getOrDefault(idCol());
  }

  default String getWeightCol() {
    return getOrDefault(weightCol());
  }

  default double getRegParam() {
    return (double) getOrDefault(regParam());
  }

  default int getMaxIter() {
    return (int) getOrDefault(maxIter());
  }

  default double getTol() {
    return (double) getOrDefault(tol());
  }

  default boolean getFitIntercept() {
    return (boolean) getOrDefault(fitIntercept());
  }

  default boolean getStandardization() {
    return (boolean) getOrDefault(standardization());
  }

  default double getThreshold() {
    return (double) getOrDefault(threshold());
  }
}
