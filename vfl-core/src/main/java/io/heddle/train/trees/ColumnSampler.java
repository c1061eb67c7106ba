// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.config.FeatureSubset;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import java.util.stream.IntStream;

/** A party's choice of its own columns for one tree; no other party learns it. */
final class ColumnSampler {
  private static final String PURPOSE = "trees/columns of a tree";

  private ColumnSampler() {}

  /**
   * @param strategy that of {@link TreeTerms#featureSubsetStrategy}
   * @return ascending
   */
  private static int[] choose(String strategy, int columns, Randomness noise) {
    int count = FeatureSubset.columns(strategy, columns);
    if (count == columns) {
      return RowSets.all(columns);
    }
    SecretNames order = new SecretNames(columns, noise);
    return IntStream.range(0, columns).filter(column -> order.nameOf(column) < count).toArray();
  }

  /** The label holder's, from the seed of a fit. */
  static int[] ofLabelHolder(String strategy, int columns, byte[] seed, int tree) {
    return choose(strategy, columns, TreeNoise.of(seed, PURPOSE, tree));
  }

  /** A feature holder's. */
  static int[] ofFeatureHolder(
      String strategy, int columns, PrivateRandomness randomness, byte[] context) {
    return choose(strategy, columns, randomness.derive(PURPOSE, context));
  }
}
