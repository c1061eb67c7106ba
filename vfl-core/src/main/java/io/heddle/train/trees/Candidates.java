// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.ArrayList;
import java.util.List;

/** Numbers the candidates of one party's columns, for all nodes alike. */
final class Candidates {
  private final ColumnBins[] columns;
  private final int[] first;

  Candidates(ColumnBins[] columns) {
    this.columns = columns.clone();
    first = new int[columns.length + 1];
    for (int j = 0; j < columns.length; j++) {
      first[j + 1] = first[j] + 2 * columns[j].valueBins();
    }
  }

  /** One above the largest number. */
  int size() {
    return first[columns.length];
  }

  int number(Candidate candidate) {
    return first[candidate.column()] + 2 * candidate.cut() + (candidate.missingLeft() ? 1 : 0);
  }

  /** All candidates of a node in the order of their numbers. */
  List<Candidate> of(NodeCuts cuts) {
    List<Candidate> all = new ArrayList<>();
    for (int j = 0; j < columns.length; j++) {
      for (int cut : cuts.cuts()[j]) {
        all.add(new Candidate(j, cut, false));
        if (cuts.bothWays()[j]) {
          all.add(new Candidate(j, cut, true));
        }
      }
      if (cuts.bothWays()[j]) {
        all.add(new Candidate(j, columns[j].valueBins() - 1, false));
      }
    }
    return all;
  }

  /** Whether a row in this bin goes left. */
  boolean goesLeft(Candidate candidate, int bin) {
    return bin == columns[candidate.column()].valueBins()
        ? candidate.missingLeft()
        : bin <= candidate.cut();
  }

  /**
   * Rows on the left.
   *
   * @param counts by bin, columns one after another
   * @param starts where each column begins in them
   */
  int left(Candidate candidate, int[] counts, int[] starts) {
    int start = starts[candidate.column()];
    int left = 0;
    for (int bin = 0; bin <= candidate.cut(); bin++) {
      left += counts[start + bin];
    }
    return candidate.missingLeft() ? left + counts[missing(candidate, starts)] : left;
  }

  /** As {@link #left(Candidate, int[], int[])} for other numbers by bin. */
  long left(Candidate candidate, long[] sums, int[] starts) {
    int start = starts[candidate.column()];
    long left = 0;
    for (int bin = 0; bin <= candidate.cut(); bin++) {
      left += sums[start + bin];
    }
    return candidate.missingLeft() ? left + sums[missing(candidate, starts)] : left;
  }

  /** The place of the bin of the column's missing values. */
  int missing(Candidate candidate, int[] starts) {
    return starts[candidate.column()] + columns[candidate.column()].valueBins();
  }

  /** The split that the candidate is, in the column's own units. */
  Threshold threshold(Candidate candidate) {
    double[] cuts = columns[candidate.column()].cuts();
    double value = candidate.cut() < cuts.length ? cuts[candidate.cut()] : Double.POSITIVE_INFINITY;
    return new Threshold(candidate.column(), value, candidate.missingLeft());
  }
}
