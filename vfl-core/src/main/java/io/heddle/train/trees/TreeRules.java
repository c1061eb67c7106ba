// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.error.PrivacyException;

/**
 * What one party's own file allows, whatever the job says.
 *
 * @param allBins whether this party's bins may be asked about in more nodes than its rows can hide
 *     them ({@code privacy.consent.bins = full}); counts at a feature holder only
 */
public record TreeRules(boolean allBins) {
  /** As many trees as the rows can hide the bins from. */
  public static final TreeRules DEFAULT = new TreeRules(false);

  /** Rows of every bin that is summed, in a node and in its sibling, and of every leaf. */
  static final int LEAST_BIN_ROWS = 10;

  /** A node in which more rows have one label is finished by the label holder alone. */
  static final double MOST_PURE = 0.95;

  private static final int LEAST_NODE_ROWS = 100;
  private static final int ROWS_PER_SHARED_NODE = 1000;
  private static final int EQUATIONS_PER_NODE = 3;
  private static final int ROWS_PER_EQUATION = 10;

  /** Rows of a node, and of its sibling, in which feature holders are asked for splits. */
  static int leastNodeRows(int rows) {
    return Math.max(LEAST_NODE_ROWS, rows / ROWS_PER_SHARED_NODE);
  }

  /**
   * How many trees may ask this party: exact sums over many nodes are equations on its bins, and as
   * many as a tenth of the rows begin to solve them.
   *
   * @param before trees that have asked already
   */
  int treeLimit(int rows, int maxDepth, int before) {
    if (allBins) {
      return Integer.MAX_VALUE;
    }
    return Math.max(
        0, ((rows / ROWS_PER_EQUATION / EQUATIONS_PER_NODE) >> (maxDepth - 1)) - before);
  }

  /**
   * Requires that a tree has enough rows for one node.
   *
   * @throws PrivacyException if not
   */
  static void requireRows(int rows, TreeTerms terms) {
    int grown = terms.sampleRows(rows);
    if (grown < leastNodeRows(rows)) {
      throw new PrivacyException(
          "Too few rows for trees: "
              + rows
              + " training rows, "
              + (terms.samplesRows() ? "of which " + grown + " for a tree, " : "")
              + "at least "
              + leastNodeRows(rows)
              + " needed, or sums show single rows");
    }
  }
}
