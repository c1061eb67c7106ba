// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.Sha256;
import io.heddle.table.ColumnBlock;
import java.io.Serializable;
import java.util.BitSet;

/**
 * The bins of consecutive aligned rows.
 *
 * @param firstRow the aligned index of the first row
 * @param rows how many rows; columns may be none
 * @param bins {@code bins[j][i]} is the bin of column j in row {@code firstRow + i}, as an unsigned
 *     byte; not to be changed
 */
record BinnedBlock(int firstRow, int rows, byte[][] bins) implements Serializable {

  /** A kernel: puts each value into its bin. */
  static BinnedBlock of(ColumnBlock block, ColumnBins[] columns) {
    byte[][] bins = new byte[columns.length][block.rows()];
    for (int j = 0; j < bins.length; j++) {
      for (int i = 0; i < block.rows(); i++) {
        bins[j][i] = (byte) columns[j].bin(block.columns()[j][i]);
      }
    }
    return new BinnedBlock(block.firstRow(), block.rows(), bins);
  }

  /** A kernel: which bins of each column have rows. */
  BitSet[] used(boolean ignored) {
    BitSet[] used = new BitSet[bins.length];
    for (int j = 0; j < bins.length; j++) {
      used[j] = new BitSet();
      for (byte bin : bins[j]) {
        used[j].set(bin & 0xff);
      }
    }
    return used;
  }

  /** A kernel: SHA-256 of each column. */
  byte[][] digests(boolean ignored) {
    byte[][] digests = new byte[bins.length][];
    for (int j = 0; j < bins.length; j++) {
      digests[j] = Sha256.of(bins[j]);
    }
    return digests;
  }

  /** Where the rows of this block begin in ascending row numbers. */
  int from(int[] ascending) {
    return firstNotBelow(ascending, firstRow);
  }

  /** Where they end. */
  int to(int[] ascending) {
    return firstNotBelow(ascending, firstRow + rows);
  }

  static int firstNotBelow(int[] ascending, int row) {
    int low = 0;
    int high = ascending.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ascending[middle] < row) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
