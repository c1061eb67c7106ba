// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.config.IdRule;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.error.DataException;
import io.heddle.psi.table.Ids;
import io.heddle.spark.table.AlignedTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;

/**
 * A table's ids in this JVM.
 *
 * @param values the id columns as they stand in the table
 * @param ids the same rows' normalised ids
 */
record TableIds(List<Row> values, Ids ids) {
  /** Refuses columns that cannot be an id. */
  static void check(Dataset<Row> table, List<String> idCols) {
    for (String idCol : idCols) {
      if (!Arrays.asList(table.columns()).contains(idCol)) {
        throw new DataException(
            "No column " + idCol + ": the table has " + String.join(", ", table.columns()));
      }
      DataType type = table.schema().apply(idCol).dataType();
      if (!AlignedTable.takesAsId(type)) {
        throw new DataException(
            "Id column "
                + idCol
                + " is of type "
                + type.simpleString()
                + ": must be text or whole numbers");
      }
    }
  }

  static TableIds collect(
      Dataset<Row> table, List<String> idCols, List<IdRule> rules, PsiDuplicates duplicates) {
    check(table, idCols);
    List<Row> values =
        new ArrayList<>(
            table
                .select(
                    idCols.stream()
                        .map(idCol -> AlignedTable.column(table, idCol))
                        .toArray(Column[]::new))
                .toJavaRDD()
                .collect());
    if (duplicates == PsiDuplicates.FIRST) {
      // Of ids that are normalised alike the same one comes first, in whatever order Spark has
      // rows.
      values.sort(TableIds::compare);
    }
    List<@Nullable String[]> texts = new ArrayList<>(values.size());
    for (Row row : values) {
      texts.add(IdColumns.texts(row));
    }
    return new TableIds(values, Ids.of(texts, idCols, rules, duplicates));
  }

  /** Rows of columns of the types that ids have, missing values first. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // A column has values of one type, all comparable.
  private static int compare(Row a, Row b) {
    for (int j = 0; j < a.size(); j++) {
      Comparable left = (Comparable) a.get(j);
      Comparable right = (Comparable) b.get(j);
      int order =
          left == null || right == null
              ? Boolean.compare(left != null, right != null)
              : left.compareTo(right);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
