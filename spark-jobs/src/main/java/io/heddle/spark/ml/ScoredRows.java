// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.spark.table.AlignedTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The label holder's rows with what joint scoring gave. */
final class ScoredRows {
  private ScoredRows() {}

  /**
   * Adds the columns that a classifier of two classes adds, computed and kept.
   *
   * @param raw log-odds by aligned row
   * @param probability of label 1
   * @param model names the columns
   * @param result the schema of the result
   */
  static Dataset<Row> of(
      AlignedTable aligned,
      double[] raw,
      double[] probability,
      ProbabilisticClassificationModel<?, ?> model,
      double threshold,
      StructType result) {
    StructType schema =
        new StructType()
            .add("heddle_row", DataTypes.IntegerType)
            .add("heddle_raw", SQLDataTypes.VectorType())
            .add("heddle_probability", SQLDataTypes.VectorType())
            .add("heddle_prediction", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>(aligned.rows());
    for (int i = 0; i < aligned.rows(); i++) {
      rows.add(
          RowFactory.create(
              i,
              Vectors.dense(-raw[i], raw[i]),
              Vectors.dense(1 - probability[i], probability[i]),
              probability[i] > threshold ? 1.0 : 0.0));
    }
    Dataset<Row> table = aligned.table();
    Dataset<Row> added = AlignedTable.local(table.sparkSession(), rows, schema);
    Dataset<Row> joined =
        table.join(added, table.col(AlignedTable.INDEX).equalTo(added.col("heddle_row")));
    Column[] columns =
        Arrays.stream(result.fieldNames())
            .map(
                name ->
                    name.equals(model.getRawPredictionCol())
                        ? added.col("heddle_raw").as(name)
                        : name.equals(model.getProbabilityCol())
                            ? added.col("heddle_probability").as(name)
                            : name.equals(model.getPredictionCol())
                                ? added.col("heddle_prediction").as(name)
                                : AlignedTable.column(table, name))
            .toArray(Column[]::new);
    Dataset<Row> scored = joined.select(columns).persist();
    scored.count();
    return scored;
  }
}
