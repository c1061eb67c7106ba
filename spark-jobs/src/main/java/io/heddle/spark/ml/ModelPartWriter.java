// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.error.DataException;
import io.heddle.train.logistic.LogisticModelPart;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsWriter$;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/** Writes a model part beside its place and moves it there: never half a model. */
final class ModelPartWriter extends MLWriter {
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

  private final VerticalLogisticRegressionModel model;

  ModelPartWriter(VerticalLogisticRegressionModel model) {
    this.model = model;
  }

  @Override
  public void saveImpl(String path) {
    Path place = new Path(path);
    Path beside = new Path(place.getParent(), "." + place.getName() + "-" + UUID.randomUUID());
    try {
      FileSystem files = place.getFileSystem(sparkSession().sparkContext().hadoopConfiguration());
      try {
        write(beside.toString());
        if (!files.rename(beside, place)) {
          throw new IOException("Cannot move the finished model to " + place);
        }
      } finally {
        files.delete(beside, true);
      }
    } catch (Exception e) {
      // Spark's own exceptions are checked ones that Scala does not declare.
      throw new DataException(
          "Cannot write the model to " + place + ": is the disk full, or the folder read-only?", e);
    }
  }

  private void write(String path) {
    DefaultParamsWriter$.MODULE$.saveMetadata(
        model, path, sparkSession(), Option.empty(), Option.empty());
    LogisticModelPart part = model.part();
    sparkSession()
        .createDataFrame(
            List.of(
                RowFactory.create(
                    part.fitId(),
                    model.holdsLabels(),
                    part.columnNames().toArray(String[]::new),
                    boxed(part.coefficients()),
                    part.intercept(),
                    boxed(part.centres()),
                    boxed(part.steps()),
                    boxed(part.lower()),
                    boxed(part.upper()))),
            SCHEMA)
        .repartition(1)
        .write()
        .parquet(new Path(path, "data").toString());
  }

  private static Double[] boxed(double[] values) {
    return Arrays.stream(values).boxed().toArray(Double[]::new);
  }
}
