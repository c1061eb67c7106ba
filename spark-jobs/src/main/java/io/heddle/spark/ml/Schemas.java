// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import java.util.Arrays;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.shared.HasLabelCol;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** What a table must have before a stage takes it; checked without looking at rows. */
final class Schemas {
  private Schemas() {}

  static void checkFeatures(StructType schema, String column) {
    StructField field = find(schema, "featuresCol", column);
    if (!field.dataType().equals(SQLDataTypes.VectorType())) {
      throw new IllegalArgumentException(
          "Column "
              + column
              + " (featuresCol) is of type "
              + field.dataType().simpleString()
              + ": must be a vector, as VectorAssembler makes it");
    }
  }

  static void checkNumeric(StructType schema, String param, String column) {
    StructField field = find(schema, param, column);
    if (!(field.dataType() instanceof NumericType)) {
      throw new IllegalArgumentException(
          "Column "
              + column
              + " ("
              + param
              + ") is of type "
              + field.dataType().simpleString()
              + ": must be numeric");
    }
  }

  /** All that a stage needs of a table to train on. */
  static <S extends Params & HasLabelCol> void checkTraining(
      StructType schema,
      S stage,
      HeddleSession session,
      String featuresCol,
      String idCol,
      String weightCol) {
    checkFeatures(schema, featuresCol);
    checkRows(schema, idCol);
    if (session.holdsLabels()) {
      if (!weightCol.isEmpty()) {
        checkNumeric(schema, "weightCol", weightCol);
      }
      checkNumeric(schema, "labelCol", stage.getLabelCol());
    } else if (stage.isSet(stage.labelCol()) || !weightCol.isEmpty()) {
      throw new IllegalArgumentException(
          "Party "
              + session.self()
              + " holds no labels in this session: leave labelCol and weightCol unset");
    }
  }

  /** Rows must be aligned or have a column to align them by. */
  static void checkRows(StructType schema, String idCol) {
    if (Arrays.stream(schema.fields()).noneMatch(field -> AlignedTable.carriesAlignment(field))) {
      find(schema, "idCol", idCol);
    }
  }

  /** Of a type by which rows can be aligned. */
  static void checkIds(StructType schema, String idCol) {
    DataType type = find(schema, "idCols", idCol).dataType();
    if (!AlignedTable.takesAsId(type)) {
      throw new IllegalArgumentException(
          "Column "
              + idCol
              + " (idCols) is of type "
              + type.simpleString()
              + ": must be text or whole numbers");
    }
  }

  private static StructField find(StructType schema, String param, String column) {
    return Arrays.stream(schema.fields())
        .filter(field -> field.name().equals(column))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "No column "
                        + column
                        + " ("
                        + param
                        + "): the table has "
                        + String.join(", ", schema.fieldNames())));
  }
}
