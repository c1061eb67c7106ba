// SPDX-License-Identifier: Apache-2.0
package io.heddle.table;

import java.io.Serializable;

/**
 * The columns of consecutive aligned rows.
 *
 * @param firstRow the aligned index of the first row
 * @param rows how many rows; columns may be none
 * @param columns {@code columns[j][i]} is column j of row {@code firstRow + i}; not copied, not to
 *     be changed
 */
public record ColumnBlock(int firstRow, int rows, double[][] columns) implements Serializable {
  public ColumnBlock {
    for (double[] column : columns) {
      if (column.length != rows) {
        throw new IllegalArgumentException(
            "A column has " + column.length + " rows, the block " + rows);
      }
    }
  }
}
