// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.List;

/** When a fit ends before its last tree, by the loss of the rows held out. */
final class EarlyStopping {
  private EarlyStopping() {}

  /**
   * Whether it ends.
   *
   * @param losses before the first tree and after each
   */
  static boolean isOver(TreeTerms terms, List<Double> losses) {
    return terms.earlyStoppingRounds() > 0
        && losses.size() - 1 - best(losses) >= terms.earlyStoppingRounds();
  }

  /** How many trees are kept of those that were grown, but for the last ones: at least one. */
  static int kept(TreeTerms terms, int grown, List<Double> losses) {
    return terms.earlyStoppingRounds() > 0 ? Math.min(grown, Math.max(1, best(losses))) : grown;
  }

  /** After how many trees the loss was smallest; the first of several. */
  private static int best(List<Double> losses) {
    int best = 0;
    for (int i = 1; i < losses.size(); i++) {
      if (losses.get(i) < losses.get(best)) {
        best = i;
      }
    }
    return best;
  }
}
