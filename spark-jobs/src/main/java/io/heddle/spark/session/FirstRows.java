// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.spark.table.AlignedTable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.RowOrdering;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;

/**
 * One row for each value of a table's id columns. A Spark table has no order, and may be read anew
 * in another one: the first row is the one whose values come first, column by column.
 */
final class FirstRows {
  private FirstRows() {}

  /** By all columns that can be compared. */
  static List<Column> order(Dataset<Row> table) {
    return Arrays.stream(table.schema().fields())
        .filter(field -> RowOrdering.isOrderable(field.dataType()))
        .map(field -> AlignedTable.column(table, field.name()).asc_nulls_last())
        .toList();
  }

  static Dataset<Row> of(Dataset<Row> table, List<String> idCols) {
    Column[] ids =
        idCols.stream().map(name -> AlignedTable.column(table, name)).toArray(Column[]::new);
    Column[] order = order(table).toArray(Column[]::new);
    String rank = "heddle_rank";
    while (List.of(table.columns()).contains(rank)) {
      rank += "_";
    }
    return table
        .withColumn(rank, functions.row_number().over(Window.partitionBy(ids).orderBy(order)))
        .where(functions.col(rank).equalTo(1))
        .drop(rank);
  }
}
