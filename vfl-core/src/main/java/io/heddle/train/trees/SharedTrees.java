// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.train.trees.TreeMessage.TreesAgreed;

/**
 * Which trees of a fit ask feature holders: all from the first one on, or every second one, where
 * the label holder grows those between alone.
 *
 * @param first the number of the first one that asks, 1 or 2
 * @param last the number of the last tree, whether it asks or not
 * @param every 1 for all, 2 for every second one
 */
record SharedTrees(int first, int last, int every) {
  static SharedTrees of(TreesAgreed agreed, TreeTerms terms) {
    return new SharedTrees(agreed.first(), agreed.last(), every(terms));
  }

  /** The number of the last tree if no more than so many may ask. */
  static int last(TreeTerms terms, int first, int limit) {
    return (int) Math.min(terms.maxIter(), first - 1 + (long) every(terms) * limit);
  }

  private static int every(TreeTerms terms) {
    return terms.alternate() ? 2 : 1;
  }

  boolean isShared(int tree) {
    return tree >= first && tree <= last && (tree - first) % every == 0;
  }

  /** How many there are. */
  int count() {
    return last < first ? 0 : (last - first) / every + 1;
  }

  /** The next one after so many trees; beyond the last tree if there is none. */
  int after(int trees) {
    return trees < first ? first : first + ((trees - first) / every + 1) * every;
  }
}
