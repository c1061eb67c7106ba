// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.spark.table.AlignedTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The label holder's rows with what joint scoring gave. */
final class ScoredRows {
  private ScoredRows() {}

  /**
   * A column that scoring adds.
   *
   * @param value of an aligned row
   */
  record Added(String name, DataType type, IntFunction<Object> value) {}

  /**
   * The columns that a classifier of two classes adds.
   *
   * @param raw log-odds by aligned row
   * @param probability of label 1
   * @param model names the columns
   */
  static List<Added> ofTwoClasses(
      double[] raw,
      double[] probability,
      ProbabilisticClassificationModel<?, ?> model,
      double threshold) {
    return List.of(
        new Added(
            model.getRawPredictionCol(),
            SQLDataTypes.VectorType(),
            i -> Vectors.dense(-raw[i], raw[i])),
        new Added(
            model.getProbabilityCol(),
            SQLDataTypes.VectorType(),
            i -> Vectors.dense(1 - probability[i], probability[i])),
        new Added(
            model.getPredictionCol(),
            DataTypes.DoubleType,
            i -> probability[i] > threshold ? 1.0 : 0.0));
  }

  /**
   * The columns that a classifier of more classes adds; the prediction is the most likely one, the
   * first of several.
   *
   * @param raw {@code [class][row]}, and so the probabilities
   * @param model names the columns
   */
  static List<Added> ofClasses(
      double[][] raw, double[][] probabilities, ProbabilisticClassificationModel<?, ?> model) {
    return List.of(
        new Added(
            model.getRawPredictionCol(),
            SQLDataTypes.VectorType(),
            i -> Vectors.dense(ofRow(raw, i))),
        new Added(
            model.getProbabilityCol(),
            SQLDataTypes.VectorType(),
            i -> Vectors.dense(ofRow(probabilities, i))),
        new Added(
            model.getPredictionCol(),
            DataTypes.DoubleType,
            i -> (double) Vectors.dense(ofRow(probabilities, i)).argmax()));
  }

  private static double[] ofRow(double[][] values, int row) {
    return Arrays.stream(values).mapToDouble(each -> each[row]).toArray();
  }

  /**
   * Adds columns, computed and kept.
   *
   * @param result the schema of the result
   */
  static Dataset<Row> of(AlignedTable aligned, List<Added> columns, StructType result) {
    StructType schema = new StructType().add("heddle_row", DataTypes.IntegerType);
    for (int j = 0; j < columns.size(); j++) {
      schema = schema.add("heddle_" + j, columns.get(j).type());
    }
    List<Row> rows = new ArrayList<>(aligned.rows());
    for (int i = 0; i < aligned.rows(); i++) {
      Object[] values = new Object[columns.size() + 1];
      values[0] = i;
      for (int j = 0; j < columns.size(); j++) {
        values[j + 1] = columns.get(j).value().apply(i);
      }
      rows.add(RowFactory.create(values));
    }
    Dataset<Row> table = aligned.table();
    Dataset<Row> added = AlignedTable.local(table.sparkSession(), rows, schema);
    Dataset<Row> joined =
        table.join(added, table.col(AlignedTable.INDEX).equalTo(added.col("heddle_row")));
    Map<String, Column> byName = new HashMap<>();
    for (int j = 0; j < columns.size(); j++) {
      byName.put(columns.get(j).name(), added.col("heddle_" + j).as(columns.get(j).name()));
    }
    Column[] selected =
        Arrays.stream(result.fieldNames())
            .map(
                name -> {
                  Column column = byName.get(name);
                  return column != null ? column : AlignedTable.column(table, name);
                })
            .toArray(Column[]::new);
    Dataset<Row> scored = joined.select(selected).persist();
    scored.count();
    return scored;
  }
}
