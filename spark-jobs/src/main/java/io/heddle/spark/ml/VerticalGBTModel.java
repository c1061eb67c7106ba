// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.train.trees.FeatureImportance;
import io.heddle.train.trees.TreesModelPart;
import io.heddle.train.trees.TreesSummary;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.ml.util.MLWritable;

/** One party's part of fitted trees, whatever they predict. */
public interface VerticalGBTModel extends MLWritable {
  /** This party's own part. */
  TreesModelPart part();

  /** False for a model that was loaded. */
  boolean hasSummary();

  /**
   * How the fit went, with the ledger of who learned what.
   *
   * @throws IllegalStateException for a model that was loaded
   */
  TreesSummary summary();

  /** Whether this part came from the party with the labels. */
  default boolean holdsLabels() {
    return part().ensemble() != null;
  }

  /**
   * What each of this party's columns did for the trees and, at the label holder, all columns of
   * each feature holder together. A feature holder knows how often its columns split, no gain.
   */
  default List<FeatureImportance> featureImportances() {
    return part().importances();
  }

  /**
   * The trees as far as this party knows them: at the label holder their shape with its own
   * thresholds and the numbers of the others' splits, at a feature holder its splits by number.
   * Secret.
   */
  default String toDebugString() {
    return part().lines().collect(Collectors.joining("\n", this + "\n", "\n"));
  }
}
