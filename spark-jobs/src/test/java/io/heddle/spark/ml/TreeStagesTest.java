// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heddle.error.DataException;
import io.heddle.party.PartyId;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.train.trees.Threshold;
import io.heddle.train.trees.TreeEnsemble;
import io.heddle.train.trees.TreeNode;
import io.heddle.train.trees.TreeObjective;
import io.heddle.train.trees.TreesModelPart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every stage of trees must keep, without a session. */
@Tag("spark")
@ExtendWith(SparkExtension.class)
class TreeStagesTest {
  private final SparkSession spark;
  private final Path folder;

  TreeStagesTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  private static TreesModelPart part(boolean holdsLabels, TreeObjective objective) {
    List<TreeNode> tree =
        List.of(
            new TreeNode(0, 0, 1, 2, List.of(), 3.5, 40, 40),
            new TreeNode(1, 17, 3, 4, List.of(), 1.5, 30, 30),
            new TreeNode(-1, -1, -1, -1, List.of(0.125), 0, 0, 10),
            new TreeNode(-1, -1, -1, -1, List.of(0.25), 0, 0, 15),
            new TreeNode(-1, -1, -1, -1, List.of(0.5), 0, 0, 15));
    return new TreesModelPart(
        "00112233445566778899aabbccddeeff",
        List.of("features_0", "features_1", "features_2"),
        List.of(new Threshold(1, 0.7071, true)),
        holdsLabels ? new TreeEnsemble(objective, List.of(10.0), List.of(tree)) : null,
        holdsLabels ? List.of(new PartyId("retailer")) : List.of());
  }

  private static VerticalGBTRegressionModel regression(boolean holdsLabels) {
    return new VerticalGBTRegressionModel("m", part(holdsLabels, TreeObjective.SQUARED), null);
  }

  private static VerticalGBTClassificationModel classes(boolean holdsLabels) {
    return new VerticalGBTClassificationModel("m", part(holdsLabels, TreeObjective.LOGISTIC), null);
  }

  static Stream<PipelineStage> stages() {
    return Stream.of(
        new VerticalGBTClassifier(),
        new VerticalGBTRegressor(),
        classes(true),
        classes(false),
        regression(true),
        regression(false));
  }

  @ParameterizedTest
  @MethodSource("stages")
  void params_each_isDocumentedHasADefaultAndIsExplained(PipelineStage stage) {
    boolean ofClasses =
        stage.uid().startsWith("vgbt_") || stage instanceof VerticalGBTClassificationModel;
    List<String> names = Stream.of(stage.params()).map(Param::name).toList();
    assertThat(names)
        .contains(
            "featuresCol",
            "labelCol",
            "predictionCol",
            "weightCol",
            "leafCol",
            "session",
            "idCol",
            "maxIter",
            "maxDepth",
            "growth",
            "maxLeaves",
            "maxBins",
            "stepSize",
            "lambda",
            "gamma",
            "minChildWeight",
            "minInstancesPerNode",
            "firstTreeAlone",
            "sharedTrees",
            "monotoneConstraints",
            "scheme",
            "rowPacking");
    assertThat(names.containsAll(Set.of("threshold", "classWeight", "probabilityCol")))
        .isEqualTo(ofClasses);
    assertThat(names.contains("objective")).isEqualTo(!ofClasses);
    for (Param<?> param : stage.params()) {
      assertThat(param.doc()).as(param.name()).isNotBlank();
      assertThat(stage.explainParams()).contains(param.name() + ":");
      if (!param.name().equals("thresholds")) {
        assertThat(stage.hasDefault(param)).as(param.name()).isTrue();
      }
    }
    stage.set("stepSize", 0.25);
    PipelineStage copy = stage.copy(ParamMap.empty());
    assertThat(copy.uid()).isEqualTo(stage.uid());
    assertThat(copy.explainParams()).isEqualTo(stage.explainParams());
    assertThat(copy).isNotSameAs(stage);
  }

  @Test
  void regressor_savedAndLoaded_isEqualAndChecksItsParams() throws Exception {
    VerticalGBTRegressor estimator =
        new VerticalGBTRegressor()
            .setObjective("poisson")
            .setMaxDepth(4)
            .setIdCol("key")
            .setSharedTrees("alternate")
            .setMonotoneConstraints("x=1,y=-1");
    String place = folder.resolve("estimator").toString();
    estimator.save(place);
    VerticalGBTRegressor loaded = VerticalGBTRegressor.load(place);
    assertThat(loaded.uid()).isEqualTo(estimator.uid());
    assertThat(loaded.explainParams()).isEqualTo(estimator.explainParams());
    assertThatThrownBy(() -> estimator.setObjective("logistic"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> estimator.setMaxIter(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> estimator.setMonotoneConstraints("x=2"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void models_savedAndLoaded_areEqualToTheLastBit() throws Exception {
    for (boolean holdsLabels : List.of(true, false)) {
      String place = folder.resolve("regression-" + holdsLabels).toString();
      regression(holdsLabels).setSession("bank").setLeafCol("leaves").save(place);
      VerticalGBTRegressionModel loaded = VerticalGBTRegressionModel.load(place);
      assertThat(loaded.part()).isEqualTo(part(holdsLabels, TreeObjective.SQUARED));
      assertThat(loaded.getSession()).isEqualTo("bank");
      assertThat(loaded.getLeafCol()).isEqualTo("leaves");
      assertThat(loaded.holdsLabels()).isEqualTo(holdsLabels);
      assertThatThrownBy(loaded::summary).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> VerticalGBTClassificationModel.load(place))
          .hasMessageContaining("VerticalGBTClassificationModel");
      place(holdsLabels);
    }
  }

  private void place(boolean holdsLabels) throws Exception {
    String place = folder.resolve("classes-" + holdsLabels).toString();
    classes(holdsLabels).setThreshold(0.75).save(place);
    VerticalGBTClassificationModel loaded = VerticalGBTClassificationModel.load(place);
    assertThat(loaded.part()).isEqualTo(part(holdsLabels, TreeObjective.LOGISTIC));
    assertThat(loaded.getThreshold()).isEqualTo(0.75);
  }

  /** As it was before nodes had a cover and peers a name, and as it may once be. */
  @Test
  void load_partOfAnotherFormat_isRefusedNamingBoth() throws Exception {
    Path place = folder.resolve("model");
    regression(true).save(place.toString());
    String data = place.resolve("data").toString();
    Row row = spark.read().parquet(data).head();
    Dataset<Row> rows = spark.createDataFrame(List.of(row), row.schema());
    rows.drop("format", "peers").write().mode("overwrite").parquet(data);
    assertThatThrownBy(() -> VerticalGBTRegressionModel.load(place.toString()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it is of format 1, must be 3");
    rows.withColumn("format", functions.lit(4)).write().mode("overwrite").parquet(data);
    assertThatThrownBy(() -> VerticalGBTRegressionModel.load(place.toString()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it is of format 4, must be 3");
  }

  private static Row node(int owner, int split, int left, int right, Double... values) {
    return RowFactory.create(owner, split, left, right, values, 0.0, 0.0, 20);
  }

  /** A field of a saved part, and what someone has put there. */
  static Stream<Arguments> changes() {
    Row leaf = node(-1, -1, -1, -1, 0.5);
    return Stream.of(
        arguments(
            "trees",
            new Row[][] {{node(0, 0, 1, 2), node(1, 0, 2, 3), leaf, leaf}},
            "Invalid node 1 of a tree"),
        arguments(
            "trees",
            new Row[][] {{node(0, 0, 1, 2), leaf, leaf, leaf}},
            "Invalid node 3 of a tree"),
        arguments(
            "trees",
            new Row[][] {{node(0, 0, 1, 2), leaf, node(-1, -1, -1, -1, Double.NaN)}},
            "Invalid node 2 of a tree"),
        arguments(
            "trees", new Row[][] {{node(2, 0, 1, 2), leaf, leaf}}, "A node of split 0 of party 2"),
        arguments("start", new Double[] {Double.NaN}, "are not finite"),
        arguments("start", new Double[] {1.0, 2.0}, "Invalid number of scores 2"),
        arguments("objective", "CUBIC", "CUBIC"),
        arguments("peers", new String[] {"no name"}, "Invalid party name"),
        arguments(
            "thresholds", new Row[] {RowFactory.create(7, 0.5, true)}, "A threshold of column 7"),
        arguments("thresholds", null, ""));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("changes")
  void load_partThatSomeoneHasChanged_isDataException(
      String field, @Nullable Object value, String cause) throws Exception {
    Path place = folder.resolve("model");
    regression(true).save(place.toString());
    StructType schema = TreesPartReader.SCHEMA.asNullable();
    Row whole = TreesPartReader.row(part(true, TreeObjective.SQUARED));
    Object[] values = new Object[schema.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = schema.fieldNames()[i].equals(field) ? value : whole.get(i);
    }
    spark
        .createDataFrame(List.of(RowFactory.create(values)), schema)
        .write()
        .mode("overwrite")
        .parquet(place.resolve("data").toString());
    assertThatThrownBy(() -> VerticalGBTRegressionModel.load(place.toString()))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read the model part "
                + place
                + ": it has changed since it was written, or another version of the program wrote"
                + " it. Use a copy, or train anew")
        .hasStackTraceContaining(cause);
  }

  @Test
  void load_paramThatSomeoneHasChanged_isDataException() throws Exception {
    Path place = folder.resolve("model");
    regression(true).save(place.toString());
    Path file;
    try (Stream<Path> files = Files.list(place.resolve("metadata"))) {
      file =
          files
              .filter(each -> each.getFileName().toString().startsWith("part-"))
              .findFirst()
              .orElseThrow();
    }
    Files.delete(file.resolveSibling("." + file.getFileName() + ".crc"));
    Files.writeString(file, Files.readString(file).replace("\"maxDepth\":5", "\"maxDepth\":50"));
    assertThatThrownBy(() -> VerticalGBTRegressionModel.load(place.toString()))
        .isInstanceOf(DataException.class)
        .hasStackTraceContaining("maxDepth");
  }

  @Test
  void transformSchema_labelHolder_addsThePredictionFeatureHolderNothing() {
    StructType schema = TwoParties.retailerTable(spark, 0, 1).schema();
    assertThat(regression(true).transformSchema(schema).fieldNames())
        .containsExactly("id", "features", "prediction");
    assertThat(regression(false).transformSchema(schema)).isEqualTo(schema);
    assertThatThrownBy(() -> regression(false).setIdCol("key").transformSchema(schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("idCol");
  }

  @Test
  void transformSchema_leafCol_addsAVectorAtTheLabelHolder() {
    StructType schema = TwoParties.retailerTable(spark, 0, 1).schema();
    assertThat(regression(true).setLeafCol("leaves").transformSchema(schema).fieldNames())
        .containsExactly("id", "features", "prediction", "leaves");
    StructType ofClasses = classes(true).setLeafCol("leaves").transformSchema(schema);
    assertThat(ofClasses.fieldNames()).contains("probability").endsWith("leaves");
    assertThat(ofClasses.apply("leaves").dataType()).isEqualTo(SQLDataTypes.VectorType());
    assertThat(classes(false).setLeafCol("leaves").transformSchema(schema)).isEqualTo(schema);
    for (String taken : List.of("id", "prediction")) {
      assertThatThrownBy(() -> classes(true).setLeafCol(taken).transformSchema(schema))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Column " + taken + " (leafCol) is there already");
    }
  }

  @Test
  void models_ofOneParty_neitherPredictAloneNorTellThresholds() {
    assertThatThrownBy(() -> regression(true).predict(Vectors.dense(1, 2, 3)))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> classes(true).predict(Vectors.dense(1, 2, 3)))
        .isInstanceOf(UnsupportedOperationException.class);
    for (Object model : List.of(regression(true), regression(false), classes(true))) {
      assertThat(model.toString()).contains("3 columns").doesNotContain("0.7071", "3.5");
    }
    assertThat(regression(true).toDebugString())
        .isEqualTo(
            """
            VerticalGBTRegressionModel: uid=m, 3 columns
            Start: 10.0
            Tree 1
              If (features_1 <= 0.7071, missing left)
                If (retailer split 17)
                  Predict: 0.25
                Else
                  Predict: 0.5
              Else
                Predict: 0.125
            """);
    assertThat(regression(false).toDebugString())
        .isEqualTo(
            """
            VerticalGBTRegressionModel: uid=m, 3 columns
            split 0: features_1 <= 0.7071, missing left
            """);
  }
}
