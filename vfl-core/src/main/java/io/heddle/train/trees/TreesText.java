// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Trees for people, as far as one party knows them. */
final class TreesText {
  private final TreesModelPart part;
  private final List<TreeNode> tree;
  private final List<String> lines = new ArrayList<>();

  private TreesText(TreesModelPart part, List<TreeNode> tree) {
    this.part = part;
    this.tree = tree;
  }

  /** A tree at a time, for all of them may be long. */
  static Stream<String> lines(TreesModelPart part) {
    TreeEnsemble ensemble = part.ensemble();
    if (ensemble == null) {
      return IntStream.range(0, part.thresholds().size())
          .mapToObj(i -> "split " + i + ": " + condition(part, i));
    }
    return Stream.concat(
        Stream.of("Start: " + numbers(ensemble.start())),
        IntStream.range(0, ensemble.trees().size())
            .boxed()
            .flatMap(t -> tree(part, t, ensemble.trees().get(t))));
  }

  private static Stream<String> tree(TreesModelPart part, int number, List<TreeNode> tree) {
    TreesText text = new TreesText(part, tree);
    text.lines.add("Tree " + (number + 1));
    text.add(0, 1);
    return text.lines.stream();
  }

  private void add(int at, int indent) {
    TreeNode node = tree.get(at);
    String start = "  ".repeat(indent);
    if (node.isLeaf()) {
      lines.add(start + "Predict: " + numbers(node.values()));
      return;
    }
    String split =
        node.owner() == 0
            ? condition(part, node.split())
            : part.peers().get(node.owner() - 1) + " split " + node.split();
    lines.add(start + "If (" + split + ")");
    add(node.left(), indent + 1);
    lines.add(start + "Else");
    add(node.right(), indent + 1);
  }

  /** Of classes in their order. */
  private static String numbers(List<Double> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private static String condition(TreesModelPart part, int split) {
    Threshold threshold = part.thresholds().get(split);
    return part.columnNames().get(threshold.column())
        + " <= "
        + threshold.value()
        + ", missing "
        + (threshold.missingLeft() ? "left" : "right");
  }
}
