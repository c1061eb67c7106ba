// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.error.DataException;
import io.heddle.spark.table.AlignedTable;
import io.heddle.spark.table.LabelRule;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoublePredicate;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/** The label holder's labels and row weights by aligned row, checked. */
record LabelColumns(double[] labels, double @Nullable [] weights) {
  static LabelColumns of(AlignedTable aligned, String labelCol, String weightCol, LabelRule rule) {
    double[] labels = column(aligned, labelCol);
    check(labels, rule::allows, "Label column " + labelCol, rule.words());
    if (Arrays.stream(labels).allMatch(label -> label == labels[0])) {
      throw new DataException(
          "Label column "
              + labelCol
              + (rule == LabelRule.TWO_CLASSES
                  ? " has one class only: both 0 and 1 must occur"
                  : " has one value only: nothing to train on"));
    }
    if (weightCol.isEmpty()) {
      return new LabelColumns(labels, null);
    }
    double[] weights = column(aligned, weightCol);
    check(
        weights,
        w -> w >= 0 && Double.isFinite(w),
        "Weight column " + weightCol,
        "finite and not negative");
    return new LabelColumns(labels, weights);
  }

  private static double[] column(AlignedTable aligned, String name) {
    AlignedTable numbers =
        new AlignedTable(
            aligned
                .table()
                .select(
                    functions.col(AlignedTable.INDEX),
                    AlignedTable.column(aligned.table(), name)
                        .cast(DataTypes.DoubleType)
                        .as("value")),
            aligned.rows(),
            aligned.digest());
    List<Row> rows = numbers.collect("value");
    return rows.stream()
        .mapToDouble(row -> row.isNullAt(1) ? Double.NaN : row.getDouble(1))
        .toArray();
  }

  private static void check(double[] values, DoublePredicate valid, String column, String allowed) {
    long wrong = Arrays.stream(values).filter(valid.negate()).count();
    if (wrong > 0) {
      throw new DataException(
          column + ": " + wrong + " of " + values.length + " rows are missing or not " + allowed);
    }
  }
}
