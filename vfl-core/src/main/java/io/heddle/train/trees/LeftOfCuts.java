// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.additive.CiphertextSpace;
import io.heddle.crypto.bucket.BinSums;
import java.util.ArrayList;
import java.util.List;

/**
 * From encrypted sums by bin to those on the left of candidates. Sums by bin stand node after node,
 * within a node slot after slot, within a slot column after column; those of candidates slot after
 * slot, so that what belongs together is as far apart for all.
 */
final class LeftOfCuts {
  private final int[] columns;
  private final int bins;
  private final int nodes;
  private final int slots;
  private final List<int[]> asked = new ArrayList<>();

  /**
   * @param columns where the bins of each column begin, within all bins of a node and slot
   * @param bins how many those are
   */
  LeftOfCuts(int[] columns, int bins, int nodes, int slots) {
    this.columns = columns.clone();
    this.bins = bins;
    this.nodes = nodes;
    this.slots = slots;
  }

  /**
   * Asks for one more candidate.
   *
   * @param last the last bin of its column on the left
   * @param more another bin on the left, or -1
   */
  void add(int node, int last, int more) {
    asked.add(new int[] {node, last, more});
  }

  /** The sums of the first slot of all candidates in order, then those of the second, and so on. */
  CiphertextBlock sums(CiphertextSpace space, CiphertextBlock byBin) {
    int count = asked.size();
    int[] cuts = new int[slots * count];
    int[] more = new int[slots * count];
    for (int slot = 0; slot < slots; slot++) {
      for (int i = 0; i < count; i++) {
        int[] candidate = asked.get(i);
        int first = (candidate[0] * slots + slot) * bins;
        int at = slot * count + i;
        cuts[at] = first + candidate[1];
        more[at] = candidate[2] < 0 ? -1 : first + candidate[2];
      }
    }
    return BinSums.left(space, byBin, starts(), cuts, more);
  }

  private int[] starts() {
    int sets = nodes * slots;
    int[] starts = new int[sets * columns.length + 1];
    for (int set = 0; set < sets; set++) {
      for (int j = 0; j < columns.length; j++) {
        starts[set * columns.length + j] = set * bins + columns[j];
      }
    }
    starts[starts.length - 1] = sets * bins;
    return starts;
  }
}
