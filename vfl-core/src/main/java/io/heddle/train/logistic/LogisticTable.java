// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.table.AlignedRows;
import io.heddle.table.ColumnBlock;
import java.util.HashSet;
import java.util.List;

/**
 * One party's columns of the aligned rows. The caller keeps and closes the rows.
 *
 * @param rows the columns, cut by rows
 * @param columnNames one per column, unique; named in errors, never sent
 * @param alignmentDigest 32 bytes that every party got from the same alignment
 */
public record LogisticTable(
    AlignedRows<ColumnBlock> rows, List<String> columnNames, byte[] alignmentDigest) {
  static final int DIGEST_BYTES = 32;

  public LogisticTable {
    columnNames = List.copyOf(columnNames);
    if (new HashSet<>(columnNames).size() != columnNames.size()) {
      throw new IllegalArgumentException("Column names are not unique");
    }
    if (alignmentDigest.length != DIGEST_BYTES) {
      throw new IllegalArgumentException(
          "Invalid alignment digest of "
              + alignmentDigest.length
              + " bytes: must be "
              + DIGEST_BYTES);
    }
    alignmentDigest = alignmentDigest.clone();
  }
}
