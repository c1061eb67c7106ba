// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.train.logistic.LogisticModelPart;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Row;
import scala.Option;

/** Reads what {@link ModelPartWriter} wrote. */
final class ModelPartReader extends MLReader<VerticalLogisticRegressionModel> {
  @Override
  public VerticalLogisticRegressionModel load(String path) {
    DefaultParamsReader.Metadata metadata =
        DefaultParamsReader$.MODULE$.loadMetadata(
            path, sparkSession(), VerticalLogisticRegressionModel.class.getName());
    Row row =
        sparkSession()
            .read()
            .schema(ModelPartWriter.SCHEMA)
            .parquet(new Path(path, "data").toString())
            .head();
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
