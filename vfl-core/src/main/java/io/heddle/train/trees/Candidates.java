// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * Numbers the candidates of one party's columns, for all nodes alike, and knows where their bins
 * stand if columns stand one after another.
 */
final class Candidates {
  private final ColumnBins[] columns;
  private final int[] first;
  private final int[] starts;

  Candidates(ColumnBins[] columns) {
    this(columns, RowSets.all(columns.length));
  }

  private Candidates(ColumnBins[] columns, int[] some) {
    this.columns = columns.clone();
    first = new int[columns.length + 1];
    starts = new int[columns.length + 1];
    for (int j = 0; j < columns.length; j++) {
      boolean stands = Arrays.binarySearch(some, j) >= 0;
      first[j + 1] = first[j] + 2 * columns[j].valueBins();
      starts[j + 1] = starts[j] + (stands ? columns[j].size() : 0);
    }
  }

  /** The same numbers, where only the bins of some columns stand one after another. */
  Candidates of(int[] ascending) {
    return new Candidates(columns, ascending);
  }

  ColumnBins column(int column) {
    return columns[column];
  }

  /** One above the largest number. */
  int size() {
    return first[columns.length];
  }

  /** How many bins all columns have. */
  int bins() {
    return starts[columns.length];
  }

  /** The place of a column's first bin. */
  int start(int column) {
    return starts[column];
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
   * In which direction a split is constrained: as its column is, unless it parts no values but only
   * the missing ones from all others.
   *
   * @param ofColumns 1, -1 or 0 for each column
   */
  int direction(Candidate candidate, int[] ofColumns) {
    boolean partsValues = candidate.cut() < columns[candidate.column()].valueBins() - 1;
    return partsValues ? ofColumns[candidate.column()] : 0;
  }

  /** Rows on the left, from those of each bin. */
  int left(Candidate candidate, int[] counts) {
    return (int) left(candidate, bin -> counts[bin]);
  }

  /** What lies on the left, from what lies in each bin. */
  long left(Candidate candidate, long[] sums) {
    return left(candidate, bin -> sums[bin]);
  }

  private long left(Candidate candidate, IntToLongFunction ofBin) {
    int start = starts[candidate.column()];
    long left = candidate.missingLeft() ? ofBin.applyAsLong(missing(candidate)) : 0;
    for (int bin = start; bin <= start + candidate.cut(); bin++) {
      left += ofBin.applyAsLong(bin);
    }
    return left;
  }

  /** The place of the bin of the column's missing values. */
  int missing(Candidate candidate) {
    return starts[candidate.column()] + columns[candidate.column()].valueBins();
  }

  /** The split that the candidate is, in the column's own units. */
  Threshold threshold(Candidate candidate) {
    double[] cuts = columns[candidate.column()].cuts();
    double value = candidate.cut() < cuts.length ? cuts[candidate.cut()] : Double.POSITIVE_INFINITY;
    return new Threshold(candidate.column(), value, candidate.missingLeft());
  }
}
