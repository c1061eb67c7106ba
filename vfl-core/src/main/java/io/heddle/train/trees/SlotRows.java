// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.Arrays;

/**
 * Consecutive rows of a sample by the slots in which they stand: of each slot one row per
 * plaintext, so that sums over rows of one slot are sums over plaintexts. The first and the last
 * plaintext may hold rows before and after these.
 *
 * @param firstRank of the rows
 * @param rows how many there are
 * @param rowsPerPlaintext of the whole sample
 */
record SlotRows(int firstRank, int rows, int rowsPerPlaintext) {

  /** The first plaintext. */
  int from() {
    return firstRank / rowsPerPlaintext;
  }

  /** The one after the last. */
  int to() {
    return (int) (((long) firstRank + rows + rowsPerPlaintext - 1) / rowsPerPlaintext);
  }

  /**
   * The bins of the rows of a slot, by plaintext; bin 0 where a plaintext has none of them.
   *
   * @param bins {@code [column][row]}
   */
  byte[][] bins(int slot, byte[][] bins) {
    if (rowsPerPlaintext == 1) {
      return bins;
    }
    byte[][] ofSlot = new byte[bins.length][to() - from()];
    for (int j = 0; j < bins.length; j++) {
      for (int i = first(slot); i < rows; i += rowsPerPlaintext) {
        ofSlot[j][plaintext(i)] = bins[j][i];
      }
    }
    return ofSlot;
  }

  /**
   * In which plaintexts some rows stand.
   *
   * @param some ascending, from 0 on
   * @return of those that stand in that slot
   */
  int[] plaintexts(int slot, int[] some) {
    return rowsPerPlaintext == 1
        ? some
        : Arrays.stream(some)
            .filter(i -> (firstRank + i) % rowsPerPlaintext == slot)
            .map(this::plaintext)
            .toArray();
  }

  private int first(int slot) {
    return Math.floorMod(slot - firstRank, rowsPerPlaintext);
  }

  private int plaintext(int row) {
    return (firstRank + row) / rowsPerPlaintext - from();
  }
}
