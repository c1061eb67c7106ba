// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/** A party's choice of its own columns for one tree; no other party learns it. */
final class ColumnSampler {
  private ColumnSampler() {}

  /**
   * @param strategy that of {@link TreeTerms#featureSubsetStrategy}
   * @return ascending
   */
  private static int[] choose(String strategy, int columns, Randomness noise) {
    int count = count(strategy, columns);
    if (count == columns) {
      return RowSets.all(columns);
    }
    SecretNames order = new SecretNames(columns, noise);
    return IntStream.range(0, columns).filter(column -> order.nameOf(column) < count).toArray();
  }

  /** The label holder's, from the seed of a fit. */
  static int[] ofLabelHolder(String strategy, int columns, byte[] seed, int tree) {
    return choose(
        strategy,
        columns,
        Randomness.derive(
            seed,
            "trees/columns of a tree",
            ByteBuffer.allocate(Integer.BYTES).putInt(tree).array()));
  }

  /** A feature holder's. */
  static int[] ofFeatureHolder(
      String strategy, int columns, PrivateRandomness randomness, byte[] context) {
    return choose(strategy, columns, randomness.derive("trees/columns of a tree", context));
  }

  /** At least one, if there are any. */
  private static int count(String strategy, int columns) {
    double share =
        switch (strategy) {
          case "all", "auto" -> columns;
          case "sqrt" -> Math.sqrt(columns);
          case "log2" -> Math.log(columns) / Math.log(2);
          case "onethird" -> columns / 3.0;
          default -> columns * Double.parseDouble(strategy);
        };
    return Math.min(columns, Math.max(1, (int) Math.ceil(share)));
  }

  /** Whether a strategy is one of the words, or a share above 0 and at most 1. */
  static boolean isStrategy(String strategy) {
    return switch (strategy) {
      case "all", "auto", "sqrt", "log2", "onethird" -> true;
      default -> strategy.matches("0?\\.[0-9]{1,9}|1\\.0{1,9}") && Double.parseDouble(strategy) > 0;
    };
  }
}
