// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.List;

/** A party's search for splits by columns that it sees in the clear. */
final class OwnSplits {
  private final byte[][] bins;
  private final Candidates candidates;
  private final List<Candidate> all;
  private final int leastRows;
  private final int[] directions;

  /**
   * @param columns how they are cut
   * @param bins {@code [column][row]}
   * @param directions by column, 1 where no score may fall as it rises, -1 where none may rise
   */
  OwnSplits(ColumnBins[] columns, byte[][] bins, TreeTerms terms, int[] directions) {
    this.directions = directions.clone();
    this.bins = bins;
    candidates = new Candidates(columns);
    all = candidates.of(NodeCuts.all(columns));
    leastRows = TreeRules.leastSideRows(terms);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  int columns() {
    return bins.length;
  }

  /**
   * The split of a node that gains most; the first of several.
   *
   * @param columns to split by
   */
  Split best(GrowingTree.Node node, int[] columns, Gradients gradients, SplitGain gain) {
    int outputs = gradients.outputs();
    long[][] g = new long[outputs][candidates.bins()];
    long[][] h = new long[outputs][candidates.bins()];
    int[] counts = {};
    for (int c = 0; c < outputs; c++) {
      counts = addUp(node.sampled(), columns, gradients, c, g[c], h[c]);
    }
    Sums left = Sums.of(1, outputs);
    Split best = Split.NONE;
    for (Candidate candidate : all) {
      int count = candidates.left(candidate, counts);
      // Nothing lies left of any candidate of a column that is not asked about.
      if (count >= leastRows && node.sampled().length - count >= leastRows) {
        for (int c = 0; c < outputs; c++) {
          left.g()[c] = candidates.left(candidate, g[c]);
          left.h()[c] = candidates.left(candidate, h[c]);
        }
        double gained =
            gain.of(
                node.sums(), left, 0, node.bounds(), candidates.direction(candidate, directions));
        best = best.or(new Split(0, candidates.number(candidate), gained));
      }
    }
    return best;
  }

  /** Adds derivatives by one score to their bins; returns how many rows each bin has. */
  private int[] addUp(
      int[] rows, int[] columns, Gradients gradients, int output, long[] g, long[] h) {
    int[] counts = new int[g.length];
    for (int row : rows) {
      long rowG = gradients.g(output, row);
      long rowH = gradients.h(output, row);
      for (int j : columns) {
        int at = candidates.start(j) + (bins[j][row] & 0xff);
        g[at] += rowG;
        h[at] += rowH;
        counts[at]++;
      }
    }
    return counts;
  }

  /** The candidate behind a number that {@link #best} gave. */
  private Candidate candidate(int number) {
    return all.stream()
        .filter(each -> candidates.number(each) == number)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No candidate " + number));
  }

  /** In which direction a split is constrained. */
  int direction(int number) {
    return candidates.direction(candidate(number), directions);
  }

  Threshold threshold(int number) {
    return candidates.threshold(candidate(number));
  }

  /** Which of the rows go left. */
  boolean[] left(int[] rows, int number) {
    Candidate candidate = candidate(number);
    boolean[] left = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      left[i] = candidates.goesLeft(candidate, bins[candidate.column()][rows[i]] & 0xff);
    }
    return left;
  }
}
