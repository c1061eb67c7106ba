// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.List;

/**
 * A node of one tree, as the label holder knows it.
 *
 * @param owner who splits it: 0 the label holder, k the k-th feature holder in name order; {@link
 *     #LEAF} if nobody does
 * @param split the number of the split among its owner's thresholds; -1 for a leaf
 * @param left the place of the left child in the tree; -1 for a leaf
 * @param right the place of the right child
 * @param values what rows that end here add to each of their scores; none for a split
 * @param gain what the split gained; 0 for a leaf
 * @param cover rounded sum of second derivatives of the rows that it splits, by all scores; 0 for a
 *     leaf
 * @param rows training rows
 */
public record TreeNode(
    int owner,
    int split,
    int left,
    int right,
    List<Double> values,
    double gain,
    double cover,
    int rows) {
  /** The owner of a node that is not split. */
  public static final int LEAF = -1;

  public TreeNode {
    values = List.copyOf(values);
  }

  static TreeNode leaf(List<Double> values, int rows) {
    return new TreeNode(LEAF, -1, -1, -1, values, 0, 0, rows);
  }

  /** Whether rows end here. */
  public boolean isLeaf() {
    return owner == LEAF;
  }
}
