// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * Params that all stages of trees share, beside MLlib's {@code featuresCol}, {@code labelCol} and
 * {@code predictionCol}. Names are those of MLlib's GBTClassifier where it has them, else
 * XGBoost's.
 */
public interface VerticalGBTParams extends Params {
  /** Where the stage keeps its Param objects; of use to the stage alone. */
  TreeParams own();

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

  /**
   * Column that a transform adds at the label holder, empty (none) by default: a vector with a
   * number for each tree, the place among its nodes of the leaf that the row ends in ({@link
   * io.heddle.train.trees.TreeEnsemble#trees}; MLlib counts leaves alone). A tree of several
   * classes has one leaf for all of them.
   */
  default Param<String> leafCol() {
    return own().leafCol;
  }

  /** Trees, 1 to 10,000; 20 by default. */
  default IntParam maxIter() {
    return own().maxIter;
  }

  /** Levels of splits in a tree, 1 to 12; 5 by default. */
  default IntParam maxDepth() {
    return own().maxDepth;
  }

  /**
   * {@code level-wise} (the default), or {@code leaf-wise}: the leaf whose split gains most is
   * split next.
   */
  default Param<String> growth() {
    return own().growth;
  }

  /**
   * Leaves of a tree with leaf-wise growth, none deeper than maxDepth, 2 to 2048; 31 by default.
   */
  default IntParam maxLeaves() {
    return own().maxLeaves;
  }

  /** Bins of a column, 2 to 255; 32 by default. */
  default IntParam maxBins() {
    return own().maxBins;
  }

  /** Share of each tree that is added, in (0, 1]; 0.3 by default. */
  default DoubleParam stepSize() {
    return own().stepSize;
  }

  /** L2 penalty on the value of a leaf, >= 0; 1.0 by default. */
  default DoubleParam lambda() {
    return own().lambda;
  }

  /** What a split has to gain, >= 0; 0.0 by default. */
  default DoubleParam gamma() {
    return own().gamma;
  }

  /** Least sum of second derivatives on either side of a split, >= 0; 1.0 by default. */
  default DoubleParam minChildWeight() {
    return own().minChildWeight;
  }

  /** Least rows on either side of a split, >= 1; ten are required anyway; 1 by default. */
  default IntParam minInstancesPerNode() {
    return own().minInstancesPerNode;
  }

  /** Share of the rows that each tree is grown on, in (0, 1]; 1.0 by default. */
  default DoubleParam subsamplingRate() {
    return own().subsamplingRate;
  }

  /** GOSS: share of the rows of the largest derivatives, in [0, 1]; 0.0 (no GOSS) by default. */
  default DoubleParam gossTopRate() {
    return own().gossTopRate;
  }

  /** GOSS: share of the rows that is drawn of the others, in [0, 1]; 0.1 by default. */
  default DoubleParam gossOtherRate() {
    return own().gossOtherRate;
  }

  /**
   * How many of its columns a party takes for a tree: all, auto, sqrt, log2, onethird or a share;
   * all by default.
   */
  default Param<String> featureSubsetStrategy() {
    return own().featureSubsetStrategy;
  }

  /** Share of the rows held out for {@code earlyStoppingRounds}, in [0, 0.9]; 0.0 by default. */
  default DoubleParam validationFraction() {
    return own().validationFraction;
  }

  /**
   * Trees without a smaller loss of the rows held out after which a fit ends; 0 (never) by default.
   */
  default IntParam earlyStoppingRounds() {
    return own().earlyStoppingRounds;
  }

  /**
   * Whether the label holder grows the first tree on its own columns, and keeps it to itself; true
   * by default.
   */
  default BooleanParam firstTreeAlone() {
    return own().firstTreeAlone;
  }

  /**
   * {@code all} trees ask feature holders (the default), but for a first one that the label holder
   * grows alone; or they {@code alternate} with such, for a label holder with columns.
   */
  default Param<String> sharedTrees() {
    return own().sharedTrees;
  }

  /**
   * Along which of the label holder's columns predictions may not fall, or not rise: {@code
   * income=1,age=-1}; none by default. Of the label holder only, not with several classes; nothing
   * of them goes to a peer.
   */
  default Param<String> monotoneConstraints() {
    return own().monotoneConstraints;
  }

  /**
   * By what derivatives are encrypted: paillier (the default), or okamoto-uchiyama, which is faster
   * and for feature holders that follow the protocol only.
   */
  default Param<String> scheme() {
    return own().scheme;
  }

  /**
   * How many rows' derivatives stand in one ciphertext: off for one, on for as many as fit, auto
   * (the default) for as many as the label holder finds cheapest. Trees are the same.
   */
  default Param<String> rowPacking() {
    return own().rowPacking;
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

  default String getLeafCol() {
    return getOrDefault(leafCol());
  }

  default int getMaxIter() {
    return (int) getOrDefault(maxIter());
  }

  default int getMaxDepth() {
    return (int) getOrDefault(maxDepth());
  }

  default String getGrowth() {
    return getOrDefault(growth());
  }

  default int getMaxLeaves() {
    return (int) getOrDefault(maxLeaves());
  }

  default int getMaxBins() {
    return (int) getOrDefault(maxBins());
  }

  default double getStepSize() {
    return (double) getOrDefault(stepSize());
  }

  default double getLambda() {
    return (double) getOrDefault(lambda());
  }

  default double getGamma() {
    return (double) getOrDefault(gamma());
  }

  default double getMinChildWeight() {
    return (double) getOrDefault(minChildWeight());
  }

  default int getMinInstancesPerNode() {
    return (int) getOrDefault(minInstancesPerNode());
  }

  default double getSubsamplingRate() {
    return (double) getOrDefault(subsamplingRate());
  }

  default double getGossTopRate() {
    return (double) getOrDefault(gossTopRate());
  }

  default double getGossOtherRate() {
    return (double) getOrDefault(gossOtherRate());
  }

  default String getFeatureSubsetStrategy() {
    return getOrDefault(featureSubsetStrategy());
  }

  default double getValidationFraction() {
    return (double) getOrDefault(validationFraction());
  }

  default int getEarlyStoppingRounds() {
    return (int) getOrDefault(earlyStoppingRounds());
  }

  default boolean getFirstTreeAlone() {
    return (boolean) getOrDefault(firstTreeAlone());
  }

  default String getSharedTrees() {
    return getOrDefault(sharedTrees());
  }

  default String getMonotoneConstraints() {
    return getOrDefault(monotoneConstraints());
  }

  default String getScheme() {
    return getOrDefault(scheme());
  }

  default String getRowPacking() {
    return getOrDefault(rowPacking());
  }
}
