// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.psi.join.RowsById;
import java.util.List;

/** A party's rows by their ids, and these in byte order: what an intersection begins with. */
public final class OwnRows {
  private final int count;
  private final RowsById rows;
  private final SortedIds sorted;

  private OwnRows(int count, RowsById rows) {
    this.count = count;
    this.rows = rows;
    sorted = SortedIds.of(rows.ids());
  }

  /**
   * Sorts rows by their ids, which needs no peer.
   *
   * @param idOfRow the id of each row, in the table's order; not to be changed
   * @throws IllegalArgumentException if ids repeat that must not, or there are more than {@link
   *     PsiLimits#LARGEST_SET} of them; with {@code expand}, if there are more rows
   */
  public static OwnRows of(List<byte[]> idOfRow, PsiDuplicates duplicates) {
    // Else a row is an id of its own, or counts for nothing.
    if (duplicates == PsiDuplicates.EXPAND && idOfRow.size() > PsiLimits.LARGEST_SET) {
      throw new IllegalArgumentException(
          "Invalid table of " + idOfRow.size() + " rows: must be at most " + PsiLimits.LARGEST_SET);
    }
    return new OwnRows(idOfRow.size(), RowsById.of(idOfRow, duplicates));
  }

  /** Each id once, in byte order. */
  public List<byte[]> ids() {
    return sorted.ids();
  }

  /** How many rows the table has, with those that do not count. */
  int count() {
    return count;
  }

  RowsById rows() {
    return rows;
  }

  SortedIds sorted() {
    return sorted;
  }
}
