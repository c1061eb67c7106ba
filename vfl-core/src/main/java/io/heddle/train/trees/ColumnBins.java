// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Where one column is cut into bins. A value belongs to the first bin whose upper bound is not
 * below it; missing values (NaN) have a bin of their own after the others.
 *
 * @param cuts upper bounds of all bins but the last, ascending
 * @param missing whether values are missing
 */
record ColumnBins(double[] cuts, boolean missing) implements Serializable {
  private static final int SAMPLE = 1 << 18;

  /** A column of so many rows is cut by every so-manieth of its values. */
  static int stride(int rows) {
    return Math.max(1, (rows + SAMPLE - 1) / SAMPLE);
  }

  /**
   * Cuts a column at its quantiles, no value in two bins: as XGBoost does it, and so with fewer
   * bins where many values are alike. A column of no more than maxBins values has a bin for each.
   *
   * @param values may be changed
   * @param maxBins at least 2
   */
  static ColumnBins of(double[] values, boolean missing, int maxBins) {
    Arrays.sort(values);
    int count = values.length;
    while (count > 0 && Double.isNaN(values[count - 1])) {
      count--;
    }
    double[] cuts = new double[maxBins - 1];
    int made = 0;
    boolean each = distinct(values, count) <= maxBins;
    int begins = 0;
    for (int i = 1; i < (each ? count : maxBins); i++) {
      int at = each ? i : (int) ((long) i * count / maxBins);
      // The first of the values that are equal to the one at this rank begins a bin; where each
      // rank is looked at, it has been.
      while (!each && at > begins && values[at - 1] == values[at]) {
        at--;
      }
      if (at > begins && values[at - 1] != values[at]) {
        begins = at;
        double middle = values[at - 1] + (values[at] - values[at - 1]) / 2;
        cuts[made++] = middle < values[at] && middle >= values[at - 1] ? middle : values[at - 1];
      }
    }
    return new ColumnBins(Arrays.copyOf(cuts, made), missing);
  }

  private static int distinct(double[] sorted, int count) {
    int distinct = count > 0 ? 1 : 0;
    for (int i = 1; i < count; i++) {
      distinct += sorted[i] != sorted[i - 1] ? 1 : 0;
    }
    return distinct;
  }

  /** How many bins, that of missing values included. */
  int size() {
    return cuts.length + 1 + (missing ? 1 : 0);
  }

  /** How many bins hold values. */
  int valueBins() {
    return cuts.length + 1;
  }

  int bin(double value) {
    if (Double.isNaN(value)) {
      return cuts.length + 1;
    }
    int low = 0;
    int high = cuts.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (value <= cuts[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
