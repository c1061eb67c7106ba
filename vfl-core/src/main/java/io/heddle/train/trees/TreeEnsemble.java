// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.train.shared.StateFormat;
import java.util.List;

/**
 * The trees of one fit, level by level from the root, without the thresholds: what the label holder
 * has.
 *
 * @param start the scores of a row before the first tree: one, or one for each class
 * @param trees each a list of nodes, the root first, children after their parents, of which each
 *     has one
 */
public record TreeEnsemble(
    TreeObjective objective, List<Double> start, List<List<TreeNode>> trees) {
  public TreeEnsemble {
    start = List.copyOf(start);
    int outputs = start.size();
    if (objective == TreeObjective.MULTI_CLASS ? outputs < 3 : outputs != 1) {
      throw new IllegalArgumentException("Invalid number of scores " + outputs);
    }
    if (!areFinite(start)) {
      throw new IllegalArgumentException("Scores before the first tree are not finite");
    }
    trees = trees.stream().map(List::copyOf).toList();
    trees.forEach(tree -> requireTree(tree, outputs));
  }

  private static void requireTree(List<TreeNode> tree, int outputs) {
    if (tree.isEmpty()) {
      throw new IllegalArgumentException("A tree without nodes");
    }
    // All of a node's parents come before it.
    boolean[] isChild = new boolean[tree.size()];
    for (int i = 0; i < tree.size(); i++) {
      TreeNode node = tree.get(i);
      boolean fits =
          isChild[i] == (i > 0)
              && Double.isFinite(node.gain())
              && Double.isFinite(node.cover())
              && (node.isLeaf()
                  ? node.values().size() == outputs && areFinite(node.values())
                  : node.values().isEmpty()
                      && node.left() != node.right()
                      && isFree(node.left(), i, isChild)
                      && isFree(node.right(), i, isChild)
                      && node.owner() >= 0
                      && node.split() >= 0);
      if (!fits) {
        throw new IllegalArgumentException("Invalid node " + i + " of a tree");
      }
      if (!node.isLeaf()) {
        isChild[node.left()] = true;
        isChild[node.right()] = true;
      }
    }
  }

  /** Whether a place is that of a node after its parent, and of no other node's child. */
  private static boolean isFree(int child, int parent, boolean[] isChild) {
    return child > parent && child < isChild.length && !isChild[child];
  }

  private static boolean areFinite(List<Double> numbers) {
    return numbers.stream().allMatch(Double::isFinite);
  }

  /** How many scores a row has: one, or one for each class. */
  public int outputs() {
    return start.size();
  }

  /** Levels of splits in the deepest tree. */
  public int depth() {
    int deepest = 0;
    for (List<TreeNode> tree : trees) {
      int[] depths = new int[tree.size()];
      for (int i = 0; i < tree.size(); i++) {
        TreeNode node = tree.get(i);
        if (!node.isLeaf()) {
          depths[node.left()] = depths[i] + 1;
          depths[node.right()] = depths[i] + 1;
        }
        deepest = Math.max(deepest, depths[i]);
      }
    }
    return deepest;
  }

  /**
   * The largest difference of what leaves add, node by node; a leaf beside a split counts as a leaf
   * beside one that adds nothing.
   *
   * @param other of as many trees
   */
  public double largestLeafDifference(TreeEnsemble other) {
    if (trees.size() != other.trees.size()) {
      throw new IllegalArgumentException(
          trees.size() + " trees compared with " + other.trees.size());
    }
    if (outputs() != other.outputs()) {
      throw new IllegalArgumentException(
          outputs() + " scores of a row compared with " + other.outputs());
    }
    double largest = largestDifference(start, other.start);
    for (int t = 0; t < trees.size(); t++) {
      List<TreeNode> one = trees.get(t);
      List<TreeNode> two = other.trees.get(t);
      for (int i = 0; i < Math.max(one.size(), two.size()); i++) {
        List<Double> left = i < one.size() ? one.get(i).values() : List.of();
        List<Double> right = i < two.size() ? two.get(i).values() : List.of();
        largest = Math.max(largest, largestDifference(left, right));
      }
    }
    return largest;
  }

  /** None is as many zeros. */
  private static double largestDifference(List<Double> left, List<Double> right) {
    double largest = 0;
    for (int c = 0; c < Math.max(left.size(), right.size()); c++) {
      double one = left.isEmpty() ? 0 : left.get(c);
      double two = right.isEmpty() ? 0 : right.get(c);
      largest = Math.max(largest, Math.abs(one - two));
    }
    return largest;
  }

  void write(WireWriter out) {
    out.writeString(objective.name());
    writeNumbers(out, start);
    out.writeInt(trees.size());
    for (List<TreeNode> tree : trees) {
      out.writeInt(tree.size());
      for (TreeNode node : tree) {
        out.writeInts(
            new int[] {node.owner(), node.split(), node.left(), node.right(), node.rows()});
        writeNumbers(out, node.values());
        out.writeDouble(node.gain());
        out.writeDouble(node.cover());
      }
    }
  }

  private static void writeNumbers(WireWriter out, List<Double> numbers) {
    out.writeDoubles(numbers.stream().mapToDouble(Double::doubleValue).toArray());
  }

  static TreeEnsemble read(WireReader in) {
    return new TreeEnsemble(
        TreeObjective.valueOf(in.readString(16)),
        StateFormat.readNumbers(in),
        StateFormat.readList(in, tree -> StateFormat.readList(tree, TreeEnsemble::readNode)));
  }

  private static TreeNode readNode(WireReader in) {
    int[] numbers = in.readInts(5);
    StateFormat.require(numbers.length == 5, "a node of " + numbers.length + " numbers");
    return new TreeNode(
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3],
        StateFormat.readNumbers(in),
        in.readDouble(),
        in.readDouble(),
        numbers[4]);
  }
}
