// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.List;

/** A party's search for splits by columns that it sees in the clear. */
final class OwnSplits {
  private final byte[][] bins;
  private final Candidates candidates;
  private final List<Candidate> all;
  private final int leastRows;

  /**
   * @param columns how they are cut
   * @param bins {@code [column][row]}
   */
  OwnSplits(ColumnBins[] columns, byte[][] bins, TreeTerms terms) {
    this.bins = bins;
    candidates = new Candidates(columns);
    all = candidates.of(NodeCuts.all(columns));
    leastRows = Math.max(TreeRules.LEAST_BIN_ROWS, terms.minInstancesPerNode());
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  int columns() {
    return bins.length;
  }

  /**
   * The split of some rows that gains most; the first of several.
   *
   * @param rows of the sample
   * @param columns to split by
   */
  Split best(int[] rows, int[] columns, Gradients gradients, SplitGain gain) {
    long[] g = new long[candidates.bins()];
    long[] h = new long[candidates.bins()];
    int[] counts = new int[candidates.bins()];
    long totalG = 0;
    long totalH = 0;
    for (int row : rows) {
      long rowG = gradients.g(row);
      long rowH = gradients.h(row);
      totalG += rowG;
      totalH += rowH;
      for (int j : columns) {
        int at = candidates.start(j) + (bins[j][row] & 0xff);
        g[at] += rowG;
        h[at] += rowH;
        counts[at]++;
      }
    }
    Split best = Split.NONE;
    for (Candidate candidate : all) {
      int left = candidates.left(candidate, counts);
      // Nothing lies left of any candidate of a column that is not asked about.
      if (left >= leastRows && rows.length - left >= leastRows) {
        double gained =
            gain.of(totalG, totalH, candidates.left(candidate, g), candidates.left(candidate, h));
        best = best.or(new Split(0, candidates.number(candidate), gained));
      }
    }
    return best;
  }

  /** The candidate behind a number that {@link #best} gave. */
  private Candidate candidate(int number) {
    return all.stream()
        .filter(each -> candidates.number(each) == number)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No candidate " + number));
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
