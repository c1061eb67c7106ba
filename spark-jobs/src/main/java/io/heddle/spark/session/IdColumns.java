// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.config.IdRule;
import io.heddle.error.DataException;
import io.heddle.psi.table.Ids;
import io.heddle.spark.table.AlignedTable;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Which columns together are the id, and how they are normalised.
 *
 * @param names of the columns, in their order
 * @param rules what is done to each part
 */
record IdColumns(List<String> names, List<IdRule> rules) implements Serializable {
  IdColumns {
    names = List.copyOf(names);
    rules = List.copyOf(rules);
  }

  /** The columns of a table. */
  Column[] select(Dataset<Row> table) {
    return names.stream().map(name -> AlignedTable.column(table, name)).toArray(Column[]::new);
  }

  /** What stands in them, as text. */
  static @Nullable String[] texts(Row values) {
    @Nullable String[] texts = new String[values.size()];
    for (int j = 0; j < texts.length; j++) {
      texts[j] = values.isNullAt(j) ? null : text(values.get(j));
    }
    return texts;
  }

  private static String text(Object value) {
    return value instanceof BigDecimal number ? number.toPlainString() : value.toString();
  }

  /** The id of a row that was read before and found to have one. */
  byte[] id(Row values) {
    byte[] id = Ids.one(texts(values), rules);
    if (id == null) {
      throw new DataException(
          "A row has no id any more: the table must not change meanwhile, and must say the same each"
              + " time it is read");
    }
    return id;
  }
}
