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

  /** Those of some columns only. */
  NodeCuts of(int[] columns) {
    int[][] some = new int[cuts.length][];
    boolean[] ways = new boolean[cuts.length];
    Arrays.fill(some, new int[0]);
    for (int column : columns) {
      some[column] = cuts[column];
      ways[column] = bothWays[column];
    }
    return new NodeCuts(some, ways);
  }

  /**
   * Those of these cuts between which every node has no rows or enough, and one has enough. A node
   * has no rows in a bin below a split by that very column, and few or none where columns go
   * together.
   *
   * @param layout where bins of columns stand
   * @param counts rows by bin of each node
   * @param least rows
   */
  NodeCuts coarsened(Candidates layout, int least, int[]... counts) {
    int[][] kept = new int[cuts.length][];
    boolean[] keptWays = new boolean[cuts.length];
    for (int j = 0; j < cuts.length; j++) {
      int start = layout.start(j);
      int missingAt = start + layout.column(j).valueBins();
      kept[j] = cuts[j].length == 0 ? cuts[j] : coarsened(cuts[j], start, missingAt, least, counts);
      keptWays[j] =
          bothWays[j]
              && Stretches.isWide(rows(counts, missingAt, missingAt + 1), least)
              && Stretches.isWide(rows(counts, start, missingAt), least);
    }
    return new NodeCuts(kept, keptWays);
  }

  private static int[] coarsened(int[] cuts, int start, int end, int least, int[][] counts) {
    int[] rows = rows(counts, start, end);
    Stretches stretches = new Stretches(cuts.length, least, rows);
    int next = 0;
    for (int bin = 0; bin < end - start; bin++) {
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
