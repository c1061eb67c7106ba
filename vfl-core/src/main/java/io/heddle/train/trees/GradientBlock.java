// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.additive.CiphertextBlock;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Consecutive rows of those that a tree is grown on: the bins of the columns that may split it, and
 * the encrypted derivatives.
 *
 * @param firstRank of the first one among the tree's rows
 * @param ranks how many rows
 * @param bins {@code bins[j][i]} is the bin of the tree's column j in the row of rank {@code
 *     firstRank + i}, as an unsigned byte; not to be changed
 * @param ciphertexts those in which these rows stand
 */
record GradientBlock(int firstRank, int ranks, byte[][] bins, CiphertextBlock ciphertexts)
    implements Serializable {

  /** Where they stand in their plaintexts. */
  SlotRows placed(int rowsPerPlaintext) {
    return new SlotRows(firstRank, ranks, rowsPerPlaintext);
  }

  /** Those of the ranks from one to before another. */
  GradientBlock part(int from, int to, int rowsPerPlaintext) {
    byte[][] some = new byte[bins.length][];
    for (int j = 0; j < some.length; j++) {
      some[j] = Arrays.copyOfRange(bins[j], from - firstRank, to - firstRank);
    }
    SlotRows placed = new SlotRows(from, to - from, rowsPerPlaintext);
    int first = placed(rowsPerPlaintext).from();
    return new GradientBlock(
        from, to - from, some, ciphertexts.slice(placed.from() - first, placed.to() - first));
  }

  /**
   * The bins of some rows.
   *
   * @param bins of consecutive rows, by column
   * @param firstRow the first of these
   * @param rows which of them, ascending
   * @param columns which
   */
  static byte[][] bins(byte[][] bins, int firstRow, int[] rows, int[] columns) {
    byte[][] some = new byte[columns.length][];
    for (int j = 0; j < some.length; j++) {
      byte[] all = bins[columns[j]];
      if (rows.length == all.length) {
        some[j] = all;
        continue;
      }
      some[j] = new byte[rows.length];
      for (int i = 0; i < rows.length; i++) {
        some[j][i] = all[rows[i] - firstRow];
      }
    }
    return some;
  }
}
