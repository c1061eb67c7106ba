// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.Arrays;

/**
 * By which cuts a node may be split: per column those that leave enough rows in each bin between
 * two of them. The two children of a split have the same ones, a part of their parent's, so that
 * one child's sums are known if the other's and the parent's are.
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
   * Those of these cuts between which every node has enough rows.
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
      keptWays[j] = bothWays[j];
      for (int[] each : counts) {
        keptWays[j] &= bothWays[j] && each[missingAt] >= least;
        keptWays[j] &= Arrays.stream(each, start, missingAt).sum() >= least;
      }
      start += columns[j].size();
    }
    return new NodeCuts(kept, keptWays);
  }

  private static int[] coarsened(int[] cuts, int valueBins, int start, int least, int[][] counts) {
    int[] kept = new int[cuts.length];
    int made = 0;
    int bin = 0;
    int[] between = new int[counts.length];
    for (int cut : cuts) {
      for (; bin <= cut; bin++) {
        for (int k = 0; k < counts.length; k++) {
          between[k] += counts[k][start + bin];
        }
      }
      if (Arrays.stream(between).allMatch(rows -> rows >= least)) {
        kept[made++] = cut;
        Arrays.fill(between, 0);
      }
    }
    for (; bin < valueBins; bin++) {
      for (int k = 0; k < counts.length; k++) {
        between[k] += counts[k][start + bin];
      }
    }
    // Too few rows after the last cut: they go to the bin before.
    if (made > 0 && !Arrays.stream(between).allMatch(rows -> rows >= least)) {
      made--;
    }
    return Arrays.copyOf(kept, made);
  }
}
