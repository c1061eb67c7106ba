// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.psi.join.RowsById;
import java.util.List;

/** A party's rows by their ids, and these in byte order: what an intersection begins with. */
public final class OwnRows {
  private final RowsById rows;
  private final SortedIds sorted;

  private OwnRows(RowsById rows) {
    this.rows = rows;
    sorted = SortedIds.of(rows.ids());
  }

  /**
   * Sorts rows by their ids, which needs no peer.
   *
   * @param idOfRow the id of each row, in the table's order; not to be changed
   * @throws IllegalArgumentException if ids repeat that must not, or rows are too many
   */
  public static OwnRows of(List<byte[]> idOfRow, PsiDuplicates duplicates) {
    if (idOfRow.size() > PsiLimits.LARGEST_SET) {
      throw new IllegalArgumentException(
          "Invalid table of " + idOfRow.size() + " rows: must be at most " + PsiLimits.LARGEST_SET);
    }
    return new OwnRows(RowsById.of(idOfRow, duplicates));
  }

  /** Each id once, in byte order. */
  public List<byte[]> ids() {
    return sorted.ids();
  }

  RowsById rows() {
    return rows;
  }

  SortedIds sorted() {
    return sorted;
  }
}
