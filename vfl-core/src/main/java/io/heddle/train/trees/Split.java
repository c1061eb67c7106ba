// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

/**
 * The best way found to split a node.
 *
 * @param owner 0 for the label holder, k for the k-th feature holder in name order
 * @param number of the candidate: among the label holder's own, or as the feature holder names it
 */
record Split(int owner, int number, double gain) {
  /** None gains anything. */
  static final Split NONE = new Split(TreeNode.LEAF, -1, 0);

  boolean exists() {
    return owner != TreeNode.LEAF;
  }

  /** The other one if it gains more. */
  Split or(Split other) {
    return other.gain > gain ? other : this;
  }
}
