// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.error.DataException;
import io.heddle.party.PartyId;
import io.heddle.train.trees.Threshold;
import io.heddle.train.trees.TreeEnsemble;
import io.heddle.train.trees.TreeNode;
import io.heddle.train.trees.TreeObjective;
import io.heddle.train.trees.TreesModelPart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.param.Params;
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
final class TreesPartReader<M extends Params> extends MLReader<M> {
  /**
   * Before the second one nodes had no cover, and peers no names; before the third one leaves had
   * one value each.
   */
  private static final int FORMAT = 3;

  private static final ArrayType NUMBERS = new ArrayType(DataTypes.DoubleType, false);

  /** What every format has, but the first. */
  private static final StructType HEADER =
      new StructType().add("format", DataTypes.IntegerType, true);

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
          .add("values", NUMBERS, false)
          .add("gain", DataTypes.DoubleType, false)
          .add("cover", DataTypes.DoubleType, false)
          .add("rows", DataTypes.IntegerType, false);

  /** Objective, start and trees are null at a feature holder. */
  static final StructType SCHEMA =
      new StructType()
          .add("format", DataTypes.IntegerType, false)
          .add("fitId", DataTypes.StringType, false)
          .add("columnNames", new ArrayType(DataTypes.StringType, false), false)
          .add("thresholds", new ArrayType(THRESHOLD, false), false)
          .add("objective", DataTypes.StringType, true)
          .add("start", NUMBERS, true)
          .add("trees", new ArrayType(new ArrayType(NODE, false), false), true)
          .add("peers", new ArrayType(DataTypes.StringType, false), false);

  private final Class<M> type;
  private final BiFunction<String, TreesModelPart, M> maker;

  /**
   * @param maker takes the model's uid and its part
   */
  TreesPartReader(Class<M> type, BiFunction<String, TreesModelPart, M> maker) {
    this.type = type;
    this.maker = maker;
  }

  /** A part as {@link ModelPartWriter} takes it. */
  static Row row(TreesModelPart part) {
    TreeEnsemble ensemble = part.ensemble();
    return RowFactory.create(
        FORMAT,
        part.fitId(),
        part.columnNames().toArray(String[]::new),
        part.thresholds().stream()
            .map(each -> RowFactory.create(each.column(), each.value(), each.missingLeft()))
            .toArray(Row[]::new),
        ensemble == null ? null : ensemble.objective().name(),
        ensemble == null ? null : ensemble.start().toArray(Double[]::new),
        ensemble == null
            ? null
            : ensemble.trees().stream().map(TreesPartReader::nodes).toArray(Row[][]::new),
        part.peers().stream().map(PartyId::name).toArray(String[]::new));
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
                    node.values().toArray(Double[]::new),
                    node.gain(),
                    node.cover(),
                    node.rows()))
        .toArray(Row[]::new);
  }

  @Override
  public M load(String path) {
    DefaultParamsReader.Metadata metadata =
        DefaultParamsReader$.MODULE$.loadMetadata(path, sparkSession(), type.getName());
    String data = new Path(path, "data").toString();
    Row header = sparkSession().read().schema(HEADER).parquet(data).head();
    Integer format = header.getAs("format");
    if (format == null || format != FORMAT) {
      throw new DataException(
          "Cannot read the model part "
              + path
              + ": it is of format "
              + (format == null ? "1" : format)
              + ", must be "
              + FORMAT
              + ". Train anew, or use the version of the program that wrote it");
    }
    Row row = sparkSession().read().schema(SCHEMA).parquet(data).head();
    try {
      M model = maker.apply(metadata.uid(), part(row));
      metadata.getAndSetParams(model, Option.empty());
      return model;
    } catch (Exception e) {
      // Spark's own exceptions are checked ones that Scala does not declare.
      throw new DataException(
          "Cannot read the model part "
              + path
              + ": it has changed since it was written, or another version of the program wrote it."
              + " Use a copy, or train anew",
          e);
    }
  }

  private static TreesModelPart part(Row row) {
    List<Threshold> thresholds = new ArrayList<>();
    for (Row each : row.<Row>getList(row.fieldIndex("thresholds"))) {
      thresholds.add(new Threshold(each.getInt(0), each.getDouble(1), each.getBoolean(2)));
    }
    return new TreesModelPart(
        row.getAs("fitId"),
        row.getList(row.fieldIndex("columnNames")),
        thresholds,
        ensemble(row),
        row.<String>getList(row.fieldIndex("peers")).stream().map(PartyId::new).toList());
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
                node.<Double>getList(4),
                node.getDouble(5),
                node.getDouble(6),
                node.getInt(7)));
      }
      trees.add(nodes);
    }
    return new TreeEnsemble(
        TreeObjective.valueOf(row.getAs("objective")), row.getList(row.fieldIndex("start")), trees);
  }
}
