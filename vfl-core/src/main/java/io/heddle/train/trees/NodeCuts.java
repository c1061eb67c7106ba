// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.Arrays;

/**
 * By which cuts a node may be split: per column those that leave no rows or enough in each bin
 * between two of them. The two children of a split have the same ones, a part of their parent's, so
 * that one child's sums are known if the other's and the parent's are.
 *
 * @param cuts per column, ascending: a cut c has the bins 0 to c on the left
 * @param bothWays per column, whether missing values may also go left, or be alone on the right
 */
record NodeCuts(int[][] cuts, boolean[] bothWays) {

  /** All cuts of all columns, before any rows are counted. */
  static NodeCuts all(ColumnBins[] columns) {
    int[][] cuts = new int[columns.length][];
    boolean[] bothWays = new boolean[columns.length];
    for (int j = 0; j < columns.length; j++) {
      cuts[j] = new int[columns[j].cuts().length];
      Arrays.setAll(cuts[j], c -> c);
      bothWays[j] = columns[j].missing();
    }
    return new NodeCuts(cuts, bothWays);
  }

  /**
   * Those of these cuts between which every node has no rows or enough, and one has enough. A node
   * has no rows in a bin below a split by that very column, and few or none where columns go
   * together.
   *
   * @param columns of this party
   * @param counts rows by bin of each node, columns one after another
   * @param least rows
   */
  NodeCuts coarsened(ColumnBins[] columns, int least, int[]... counts) {
    int[][] kept = new int[cuts.length][];
    boolean[] keptWays = new boolean[cuts.length];
    int start = 0;
    for (int j = 0; j < cuts.length; j++) {
      kept[j] = coarsened(cuts[j], columns[j].valueBins(), start, least, counts);
      int missingAt = start + columns[j].valueBins();
      keptWays[j] =
          bothWays[j]
              && Stretches.isWide(rows(counts, missingAt, missingAt + 1), least)
              && Stretches.isWide(rows(counts, start, missingAt), least);
      start += columns[j].size();
    }
    return new NodeCuts(kept, keptWays);
  }

  private static int[] coarsened(int[] cuts, int valueBins, int start, int least, int[][] counts) {
    int[] rows = rows(counts, start, start + valueBins);
    Stretches stretches = new Stretches(cuts.length, least, rows);
    int next = 0;
    for (int bin = 0; bin < valueBins; bin++) {
      for (int node = 0; node < counts.length; node++) {
        stretches.add(node, counts[node][start + bin]);
      }
      if (next < cuts.length && cuts[next] == bin) {
        stretches.cut(cuts[next++]);
      }
    }
    return stretches.end();
  }

  /** Of each node those in the bins from one to before another. */
  private static int[] rows(int[][] counts, int from, int to) {
    return Arrays.stream(counts).mapToInt(node -> Arrays.stream(node, from, to).sum()).toArray();
  }
}
