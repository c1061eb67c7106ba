// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

/**
 * A feature holder's columns for a whole fit.
 *
 * @param binned where its rows are
 * @param bins {@code [column][row]}, in this JVM
 * @param candidates of all of them
 */
record OwnColumns(BinnedColumns binned, byte[][] bins, Candidates candidates) {
  static OwnColumns of(BinnedColumns binned) {
    return new OwnColumns(binned, binned.collect(), new Candidates(binned.columns()));
  }

  /** Which of the rows go left. */
  boolean[] left(int[] rows, Candidate candidate) {
    byte[] column = bins[candidate.column()];
    boolean[] left = new boolean[rows.length];
    for (int i = 0; i < left.length; i++) {
      left[i] = candidates.goesLeft(candidate, column[rows[i]] & 0xff);
    }
    return left;
  }
}
