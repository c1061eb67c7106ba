// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.error.ProtocolException;
import java.util.Arrays;

/** Which rows a tree is grown on. Each has a rank among them, in the order of rows. */
final class SampledRows {
  private final int[] rows;
  private final int[] rankOf;

  private SampledRows(int[] rows, int count) {
    this.rows = rows;
    rankOf = new int[count];
    Arrays.fill(rankOf, -1);
    for (int rank = 0; rank < rows.length; rank++) {
      rankOf[rows[rank]] = rank;
    }
  }

  static SampledRows all(int count) {
    return new SampledRows(RowSets.all(count), count);
  }

  /**
   * @param ascending not to be changed
   * @param count of all rows
   */
  static SampledRows of(int[] ascending, int count) {
    return new SampledRows(ascending, count);
  }

  /**
   * What the label holder sent as {@link #toBits}.
   *
   * @param size how many rows there must be
   * @throws ProtocolException if there are others
   */
  static SampledRows read(byte[] bits, int count, int size) {
    if (bits.length != RowSets.bytes(count)) {
      throw new ProtocolException(
          "The rows of a tree in " + bits.length + " bytes: must be " + RowSets.bytes(count));
    }
    int[] rows = RowSets.part(RowSets.all(count), RowSets.read(bits, 0, count), true);
    if (rows.length != size) {
      throw new ProtocolException("A tree on " + rows.length + " rows: must be on " + size);
    }
    return new SampledRows(rows, count);
  }

  byte[] toBits() {
    byte[] bits = new byte[RowSets.bytes(rankOf.length)];
    for (int row : rows) {
      RowSets.set(bits, row);
    }
    return bits;
  }

  int size() {
    return rows.length;
  }

  boolean isAll() {
    return rows.length == rankOf.length;
  }

  /** The row of a rank. */
  int row(int rank) {
    return rows[rank];
  }

  /** Ascending; not to be changed. */
  int[] rows() {
    return rows;
  }

  /** Those of some rows that are among these; not to be changed. */
  int[] among(int[] some) {
    return isAll() ? some : Arrays.stream(some).filter(row -> rankOf[row] >= 0).toArray();
  }

  /** The ranks of those of some rows that are among these; not to be changed. */
  int[] ranksAmong(int[] some) {
    return isAll()
        ? some
        : Arrays.stream(some).map(row -> rankOf[row]).filter(rank -> rank >= 0).toArray();
  }
}
