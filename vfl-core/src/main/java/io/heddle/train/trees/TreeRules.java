// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.error.PrivacyException;

/**
 * What one party's own file allows, whatever the job says.
 *
 * <p>The floors are for one pair of sums, those of the two derivatives. With several classes each
 * candidate has as many pairs, each two more equations on the same rows, and all floors and the
 * limit go with their number (docs/adr/0037).
 *
 * @param allBins whether this party's bins may be asked about in more nodes than its rows can hide
 *     them ({@code privacy.consent.bins = full}); counts at a feature holder only
 */
public record TreeRules(boolean allBins) {
  /** As many trees as the rows can hide the bins from. */
  public static final TreeRules DEFAULT = new TreeRules(false);

  /** A node in which more rows have one label is finished by the label holder alone. */
  static final double MOST_PURE = 0.95;

  private static final int LEAST_BIN_ROWS = 10;
  private static final int LEAST_NODE_ROWS = 100;
  private static final int ROWS_PER_SHARED_NODE = 1000;
  private static final int EQUATIONS_PER_NODE = 3;
  private static final int ROWS_PER_EQUATION = 10;

  /** Rows of every bin that is summed, in a node and in its sibling, and of every leaf. */
  static int leastBinRows(TreeTerms terms) {
    return LEAST_BIN_ROWS * terms.outputs();
  }

  /** Rows on either side of a split, whoever makes it. */
  static int leastSideRows(TreeTerms terms) {
    return Math.max(leastBinRows(terms), terms.minInstancesPerNode());
  }

  /** Rows of a node, and of its sibling, in which feature holders are asked for splits. */
  static int leastNodeRows(int rows, TreeTerms terms) {
    return Math.max(LEAST_NODE_ROWS * terms.outputs(), rows / ROWS_PER_SHARED_NODE);
  }

  /**
   * How many trees may ask this party: exact sums over many nodes are equations on its bins, and as
   * many as a tenth of the rows begin to solve them.
   *
   * @param rows how many there are; those held out are in no sum and do not count
   * @param before what earlier fits count for, whatever the depth of their trees
   */
  int treeLimit(int rows, TreeTerms terms, long before) {
    if (allBins) {
      return Integer.MAX_VALUE;
    }
    long most = terms.trainingRows(rows) / ROWS_PER_EQUATION / EQUATIONS_PER_NODE;
    return (int) (Math.max(0, most - before) / lastNodes(terms) / terms.outputs());
  }

  /**
   * What a fit counts for against the limit of a feature holder over all its fits on the same rows:
   * the nodes of the last level of all trees that asked it, as if each were full, and as often as a
   * row had scores.
   */
  public static long nodesCounted(TreesSummary fit, TreeTerms terms) {
    return (long) fit.sharedTrees() * lastNodes(terms) * terms.outputs();
  }

  /**
   * Nodes on the last level in which a full tree may ask, which is how many nodes' sums it is told;
   * the others follow from these.
   */
  static int lastNodes(TreeTerms terms) {
    int ofDepth = 1 << (terms.maxDepth() - 1);
    return terms.isLeafWise() ? Math.min(ofDepth, terms.maxLeaves() - 1) : ofDepth;
  }

  /** How many nodes' sums a feature holder sends on a level, at most. */
  static int builtNodes(int rows, TreeTerms terms, int depth) {
    return depth == 0 ? 1 : Math.min(1 << (depth - 1), rows / (2 * leastNodeRows(rows, terms)));
  }

  /** And of a whole tree. */
  static int builtNodes(int rows, TreeTerms terms) {
    int nodes = 0;
    for (int depth = 0; depth < terms.maxDepth(); depth++) {
      nodes += builtNodes(rows, terms, depth);
    }
    return Math.min(nodes, lastNodes(terms));
  }

  /** How many rows each node of the last level is worth. */
  static int rowsPerLastNode(TreeTerms terms) {
    return ROWS_PER_EQUATION * EQUATIONS_PER_NODE * terms.outputs();
  }

  /**
   * Requires that a tree has enough rows for one node.
   *
   * @throws PrivacyException if not
   */
  static void requireRows(int rows, TreeTerms terms) {
    requireRows(rows, terms, terms.sampleRows(rows));
  }

  /**
   * Requires it by the weights of rows, which the label holder alone knows.
   *
   * @param worth how many rows of equal weight those of a tree are worth
   * @throws PrivacyException if they are too few
   */
  static void requireRows(int rows, TreeTerms terms, int worth) {
    int grown = terms.sampleRows(rows);
    int least = leastNodeRows(rows, terms);
    if (worth < least) {
      throw new PrivacyException(
          "Too few rows for trees: "
              + rows
              + " training rows, "
              + (terms.samplesRows() ? "of which " + grown + " for a tree, " : "")
              + (worth < grown ? "by their weights worth " + worth + ", " : "")
              + "at least "
              + least
              + " needed, or sums show single rows"
              + (worth < grown
                  ? ". Weigh rows more evenly (data.weight or weightCol, and classWeight), or align more"
                      + " of them"
                  : ""));
    }
  }
}
