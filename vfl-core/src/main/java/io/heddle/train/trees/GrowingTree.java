// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One tree while the label holder grows it. */
final class GrowingTree {
  private final List<Node> nodes = new ArrayList<>();
  private final Gradients gradients;
  private final TreeTerms terms;
  private final SplitGain gain;

  /**
   * @param rows how many there are
   */
  GrowingTree(int rows, Gradients gradients, TreeTerms terms) {
    this.gradients = gradients;
    this.terms = terms;
    gain = new SplitGain(gradients, terms);
    nodes.add(new Node(RowSets.all(rows), 0, gradients));
  }

  /** A node with its rows. */
  static final class Node {
    private final int[] rows;
    private final int depth;
    private final int[] sampled;
    private final Sums sums;
    private ValueBounds bounds = ValueBounds.NONE;
    private Split split = Split.NONE;
    private boolean @Nullable [] left;
    private int leftAt = -1;
    private int record = -1;

    private Node(int[] rows, int depth, Gradients gradients) {
      this.rows = rows;
      this.depth = depth;
      sampled = gradients.sample().among(rows);
      sums = Sums.of(sampled, gradients);
    }

    /** All that come here, ascending; not to be changed. */
    int[] rows() {
      return rows;
    }

    /** Splits above it. */
    int depth() {
      return depth;
    }

    /** Those of them that the tree is grown on. */
    int[] sampled() {
      return sampled;
    }

    /** How many of those such bits of all its rows send left. */
    int sampledLeft(boolean[] bits) {
      int count = 0;
      int at = 0;
      for (int row : sampled) {
        while (rows[at] < row) {
          at++;
        }
        count += bits[at] ? 1 : 0;
      }
      return count;
    }

    /** Over those. */
    Sums sums() {
      return sums;
    }

    /** Of the values of leaves below it. */
    ValueBounds bounds() {
      return bounds;
    }

    /** Which of its rows go left, once it is split. */
    boolean[] left() {
      boolean[] known = left;
      if (known == null) {
        throw new IllegalStateException("The node is not split");
      }
      return known;
    }
  }

  Node root() {
    return nodes.get(0);
  }

  /**
   * Splits a node.
   *
   * @param direction in which the column that splits it is constrained: 1, -1, or 0 if it is not
   * @param record the number of the split among its owner's thresholds
   * @return its children, the left one first
   */
  List<Node> split(Node node, Split split, int direction, boolean[] left, int record) {
    node.split = split;
    node.left = left;
    node.record = record;
    node.leftAt = nodes.size();
    Node one = new Node(RowSets.part(node.rows, left, true), node.depth + 1, gradients);
    Node other = new Node(RowSets.part(node.rows, left, false), node.depth + 1, gradients);
    double middle = (gain.value(one.sums, node.bounds) + gain.value(other.sums, node.bounds)) / 2;
    one.bounds = node.bounds.left(direction, middle);
    other.bounds = node.bounds.right(direction, middle);
    nodes.add(one);
    nodes.add(other);
    return List.of(one, other);
  }

  /**
   * The finished tree; adds what its leaves say to the scores of their rows.
   *
   * @param scores {@code [output][row]}
   */
  List<TreeNode> finish(double[][] scores) {
    List<TreeNode> finished = new ArrayList<>();
    for (Node node : nodes) {
      if (node.split.exists()) {
        finished.add(
            new TreeNode(
                node.split.owner(),
                node.record,
                node.leftAt,
                node.leftAt + 1,
                List.of(),
                node.split.gain(),
                gradients.sumH(node.sums.totalH(0)),
                node.rows.length));
      } else {
        List<Double> values = gradients.leaf(node.rows, terms, node.bounds);
        for (int c = 0; c < scores.length; c++) {
          double value = values.get(c);
          for (int row : node.rows) {
            scores[c][row] += value;
          }
        }
        finished.add(TreeNode.leaf(values, node.rows.length));
      }
    }
    return finished;
  }
}
