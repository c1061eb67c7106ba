// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many trees may ask a feature holder. */
class TreeRulesTest {
  private static final int ROWS = 30_000;

  private static TreeTerms.Builder terms(int depth) {
    return TreeTerms.builder().maxDepth(depth).maxIter(10_000);
  }

  private static TreesSummary fit(int sharedTrees) {
    return new TreesSummary(
        sharedTrees, sharedTrees, 0, 1, 0, 0, 0, true, List.of(), List.of(), List.of(), List.of());
  }

  /** Fits one after another, each with as many trees as it may have, if no more than so many. */
  private static List<Integer> trees(int most, TreeTerms... fits) {
    List<Integer> trees = new ArrayList<>();
    long before = 0;
    for (TreeTerms terms : fits) {
      int shared = Math.min(most, TreeRules.DEFAULT.treeLimit(ROWS, terms, before));
      trees.add(shared);
      before += TreeRules.nodesCounted(fit(shared), terms);
    }
    assertThat(before).isLessThanOrEqualTo(ROWS / 30);
    return trees;
  }

  private static TreeTerms depth(int depth) {
    return terms(depth).build();
  }

  @Test
  void treeLimit_afterDeeperTrees_countsTheirNodes() {
    assertThat(trees(10_000, depth(6), depth(5), depth(4), depth(3), depth(2), depth(1)))
        .containsExactly(31, 0, 1, 0, 0, 0);
  }

  @Test
  void treeLimit_afterShallowerTrees_countsNoMoreThanTheirNodes() {
    assertThat(trees(200, depth(1), depth(2), depth(3), depth(6)))
        .containsExactly(200, 200, 100, 0);
    assertThat(trees(500, depth(1), depth(6))).containsExactly(500, 15);
  }

  @Test
  void treeLimit_ofClassesAndLeaves_countsTheirNodes() {
    TreeTerms classes = terms(3).objective(TreeObjective.MULTI_CLASS).classes(5).build();
    TreeTerms leaves = terms(8).maxLeaves(11).build();
    assertThat(trees(20, classes, leaves, classes)).containsExactly(20, 20, 20);
    assertThat(trees(40, classes, leaves, classes)).containsExactly(40, 20, 0);
  }

  @Test
  void nodesCounted_ofTheLargestFit_isNoNegativeNumber() {
    TreeTerms largest = terms(12).objective(TreeObjective.MULTI_CLASS).classes(64).build();
    long nodes = TreeRules.nodesCounted(fit(10_000), largest);
    assertThat(nodes).isEqualTo(10_000L * 2048 * 64);
    assertThat(TreeRules.DEFAULT.treeLimit(Integer.MAX_VALUE, depth(1), 10 * nodes)).isZero();
    assertThat(new TreeRules(true).treeLimit(ROWS, largest, 10 * nodes))
        .isEqualTo(Integer.MAX_VALUE);
  }

  /** They are in no tree, so its sums are equations on the others only. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.5, 0.9})
  void treeLimit_ofRowsHeldOut_countsTheOthersOnly(double share) {
    TreeTerms terms = terms(5).earlyStopping(share, 0).build();
    int training = ROWS - (int) Math.round(share * ROWS);
    assertThat(TreeRules.DEFAULT.treeLimit(ROWS, terms, 0)).isEqualTo(training / 30 / 16);
  }
}
