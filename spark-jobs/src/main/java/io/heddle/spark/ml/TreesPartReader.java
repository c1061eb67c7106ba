// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.train.trees.Threshold;
import io.heddle.train.trees.TreeEnsemble;
import io.heddle.train.trees.TreeNode;
import io.heddle.train.trees.TreeObjective;
import io.heddle.train.trees.TreesModelPart;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.Option;

/** How a part of boosted trees is written and read. */
final class TreesPartReader extends MLReader<VerticalGBTClassificationModel> {
  private static final StructType THRESHOLD =
      new StructType()
          .add("column", DataTypes.IntegerType, false)
          .add("value", DataTypes.DoubleType, false)
          .add("missingLeft", DataTypes.BooleanType, false);

  private static final StructType NODE =
      new StructType()
          .add("owner", DataTypes.IntegerType, false)
          .add("split", DataTypes.IntegerType, false)
          .add("left", DataTypes.IntegerType, false)
          .add("right", DataTypes.IntegerType, false)
          .add("value", DataTypes.DoubleType, false)
          .add("gain", DataTypes.DoubleType, false)
          .add("rows", DataTypes.IntegerType, false);

  /** Objective, start and trees are null at a feature holder. */
  static final StructType SCHEMA =
      new StructType()
          .add("fitId", DataTypes.StringType, false)
          .add("columnNames", new ArrayType(DataTypes.StringType, false), false)
          .add("thresholds", new ArrayType(THRESHOLD, false), false)
          .add("objective", DataTypes.StringType, true)
          .add("start", DataTypes.DoubleType, true)
          .add("trees", new ArrayType(new ArrayType(NODE, false), false), true);

  /** A part as {@link ModelPartWriter} takes it. */
  static Row row(TreesModelPart part) {
    TreeEnsemble ensemble = part.ensemble();
    return RowFactory.create(
        part.fitId(),
        part.columnNames().toArray(String[]::new),
        part.thresholds().stream()
            .map(each -> RowFactory.create(each.column(), each.value(), each.missingLeft()))
            .toArray(Row[]::new),
        ensemble == null ? null : ensemble.objective().name(),
        ensemble == null ? null : ensemble.start(),
        ensemble == null
            ? null
            : ensemble.trees().stream().map(TreesPartReader::nodes).toArray(Row[][]::new));
  }

  private static Row[] nodes(List<TreeNode> tree) {
    return tree.stream()
        .map(
            node ->
                RowFactory.create(
                    node.owner(),
                    node.split(),
                    node.left(),
                    node.right(),
                    node.value(),
                    node.gain(),
                    node.rows()))
        .toArray(Row[]::new);
  }

  @Override
  public VerticalGBTClassificationModel load(String path) {
    DefaultParamsReader.Metadata metadata =
        DefaultParamsReader$.MODULE$.loadMetadata(
            path, sparkSession(), VerticalGBTClassificationModel.class.getName());
    Row row =
        sparkSession().read().schema(SCHEMA).parquet(new Path(path, "data").toString()).head();
    List<Threshold> thresholds = new ArrayList<>();
    for (Row each : row.<Row>getList(row.fieldIndex("thresholds"))) {
      thresholds.add(new Threshold(each.getInt(0), each.getDouble(1), each.getBoolean(2)));
    }
    TreesModelPart part =
        new TreesModelPart(
            row.getAs("fitId"),
            row.getList(row.fieldIndex("columnNames")),
            thresholds,
            ensemble(row));
    VerticalGBTClassificationModel model =
        new VerticalGBTClassificationModel(metadata.uid(), part, null);
    metadata.getAndSetParams(model, Option.empty());
    return model;
  }

  private static @Nullable TreeEnsemble ensemble(Row row) {
    if (row.isNullAt(row.fieldIndex("trees"))) {
      return null;
    }
    List<List<TreeNode>> trees = new ArrayList<>();
    for (scala.collection.Seq<Row> tree :
        row.<scala.collection.Seq<Row>>getList(row.fieldIndex("trees"))) {
      List<TreeNode> nodes = new ArrayList<>();
      for (Row node : scala.jdk.javaapi.CollectionConverters.asJava(tree)) {
        nodes.add(
            new TreeNode(
                node.getInt(0),
                node.getInt(1),
                node.getInt(2),
                node.getInt(3),
                node.getDouble(4),
                node.getDouble(5),
                node.getInt(6)));
      }
      trees.add(nodes);
    }
    return new TreeEnsemble(
        TreeObjective.valueOf(row.getAs("objective")), row.<Double>getAs("start"), trees);
  }
}
