// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import org.apache.spark.ml.param.Param;

/**
 * Setters of the Params that all estimators of trees share.
 *
 * @param <S> the estimator itself
 */
public interface VerticalGBTSetters<S extends VerticalGBTSetters<S>> extends VerticalGBTParams {
  default S setSession(String value) {
    return with(session(), value);
  }

  default S setIdCol(String value) {
    return with(idCol(), value);
  }

  default S setWeightCol(String value) {
    return with(weightCol(), value);
  }

  default S setLeafCol(String value) {
    return with(leafCol(), value);
  }

  default S setMaxIter(int value) {
    return with(maxIter(), value);
  }

  default S setMaxDepth(int value) {
    return with(maxDepth(), value);
  }

  default S setGrowth(String value) {
    return with(growth(), value);
  }

  default S setMaxLeaves(int value) {
    return with(maxLeaves(), value);
  }

  default S setMaxBins(int value) {
    return with(maxBins(), value);
  }

  default S setStepSize(double value) {
    return with(stepSize(), value);
  }

  default S setLambda(double value) {
    return with(lambda(), value);
  }

  default S setGamma(double value) {
    return with(gamma(), value);
  }

  default S setMinChildWeight(double value) {
    return with(minChildWeight(), value);
  }

  default S setMinInstancesPerNode(int value) {
    return with(minInstancesPerNode(), value);
  }

  default S setSubsamplingRate(double value) {
    return with(subsamplingRate(), value);
  }

  default S setGossTopRate(double value) {
    return with(gossTopRate(), value);
  }

  default S setGossOtherRate(double value) {
    return with(gossOtherRate(), value);
  }

  default S setFeatureSubsetStrategy(String value) {
    return with(featureSubsetStrategy(), value);
  }

  default S setValidationFraction(double value) {
    return with(validationFraction(), value);
  }

  default S setEarlyStoppingRounds(int value) {
    return with(earlyStoppingRounds(), value);
  }

  default S setFirstTreeAlone(boolean value) {
    return with(firstTreeAlone(), value);
  }

  default S setSharedTrees(String value) {
    return with(sharedTrees(), value);
  }

  default S setMonotoneConstraints(String value) {
    return with(monotoneConstraints(), value);
  }

  default S setScheme(String value) {
    return with(scheme(), value);
  }

  default S setRowPacking(String value) {
    return with(rowPacking(), value);
  }

  // Only a stage itself stands for S.
  @SuppressWarnings("unchecked")
  private <T> S with(Param<T> param, T value) {
    set(param, value);
    return (S) this;
  }
}
