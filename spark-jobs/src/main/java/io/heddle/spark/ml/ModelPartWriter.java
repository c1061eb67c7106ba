// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.error.DataException;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.DefaultParamsWriter$;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/** Writes a model part beside its place and moves it there: never half a model. */
final class ModelPartWriter extends MLWriter {
  private final Params model;
  private final StructType schema;
  private final Row part;

  /**
   * @param part all of the model but its Params, in one row
   */
  ModelPartWriter(Params model, StructType schema, Row part) {
    this.model = model;
    this.schema = schema;
    this.part = part;
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
    sparkSession()
        .createDataFrame(List.of(part), schema)
        .repartition(1)
        .write()
        .parquet(new Path(path, "data").toString());
  }
}
