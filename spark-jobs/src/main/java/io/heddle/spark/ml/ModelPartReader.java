// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.train.logistic.LogisticModelPart;
import java.util.Arrays;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/** How a part of a logistic regression is written and read. */
final class ModelPartReader extends MLReader<VerticalLogisticRegressionModel> {
  static final StructType SCHEMA =
      new StructType()
          .add("fitId", DataTypes.StringType, false)
          .add("holdsLabels", DataTypes.BooleanType, false)
          .add("columnNames", new ArrayType(DataTypes.StringType, false), false)
          .add("coefficients", new ArrayType(DataTypes.DoubleType, false), false)
          .add("intercept", DataTypes.DoubleType, false)
          .add("centres", new ArrayType(DataTypes.DoubleType, false), false)
          .add("steps", new ArrayType(DataTypes.DoubleType, false), false)
          .add("lower", new ArrayType(DataTypes.DoubleType, false), false)
          .add("upper", new ArrayType(DataTypes.DoubleType, false), false);

  /** A part as {@link ModelPartWriter} takes it. */
  static Row row(VerticalLogisticRegressionModel model) {
    LogisticModelPart part = model.part();
    return RowFactory.create(
        part.fitId(),
        model.holdsLabels(),
        part.columnNames().toArray(String[]::new),
        boxed(part.coefficients()),
        part.intercept(),
        boxed(part.centres()),
        boxed(part.steps()),
        boxed(part.lower()),
        boxed(part.upper()));
  }

  private static Double[] boxed(double[] values) {
    return Arrays.stream(values).boxed().toArray(Double[]::new);
  }

  @Override
  public VerticalLogisticRegressionModel load(String path) {
    DefaultParamsReader.Metadata metadata =
        DefaultParamsReader$.MODULE$.loadMetadata(
            path, sparkSession(), VerticalLogisticRegressionModel.class.getName());
    Row row =
        sparkSession().read().schema(SCHEMA).parquet(new Path(path, "data").toString()).head();
    LogisticModelPart part =
        new LogisticModelPart(
            row.getAs("fitId"),
            row.getList(row.fieldIndex("columnNames")),
            doubles(row, "coefficients"),
            row.<Double>getAs("intercept"),
            doubles(row, "centres"),
            doubles(row, "steps"),
            doubles(row, "lower"),
            doubles(row, "upper"));
    VerticalLogisticRegressionModel model =
        new VerticalLogisticRegressionModel(
            metadata.uid(), row.<Boolean>getAs("holdsLabels"), part, null);
    metadata.getAndSetParams(model, Option.empty());
    return model;
  }

  private static double[] doubles(Row row, String field) {
    return row.<Double>getList(row.fieldIndex(field)).stream()
        .mapToDouble(Double::doubleValue)
        .toArray();
  }
}
