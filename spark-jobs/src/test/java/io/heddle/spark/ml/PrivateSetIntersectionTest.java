// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.error.AlignmentException;
import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import io.heddle.error.ProtocolException;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark")
@ExtendWith(SparkExtension.class)
class PrivateSetIntersectionTest {
  private final SparkSession spark;
  private final Path folder;

  PrivateSetIntersectionTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  private static PrivateSetIntersection stage(HeddleSession session, String... idCols) {
    return new PrivateSetIntersection().setSession(session.self().name()).setIdCols(idCols);
  }

  private Dataset<Row> table(HeddleSession session) {
    return session.holdsLabels()
        ? TwoParties.bankTable(spark, 0, 900)
        : TwoParties.retailerTable(spark, 300, 1200);
  }

  private List<Dataset<Row>> aligned(
      Function<HeddleSession, Dataset<Row>> tables, String... idCols) {
    Function<HeddleSession, Dataset<Row>> party =
        session -> {
          Dataset<Row> table = tables.apply(session);
          Dataset<Row> aligned = stage(session, idCols).transform(table);
          assertThat(Arrays.stream(aligned.schema().fields()).map(f -> f.name() + f.dataType()))
              .isEqualTo(
                  Arrays.stream(stage(session, idCols).transformSchema(table.schema()).fields())
                      .map(f -> f.name() + f.dataType())
                      .toList());
          session.finish();
          return aligned;
        };
    return TwoParties.run(folder, List.of(), party, party);
  }

  /** The values of some columns by aligned index; none twice. */
  private static SortedMap<Integer, String> byIndex(Dataset<Row> aligned, String... columns) {
    SortedMap<Integer, String> all = new TreeMap<>();
    for (Row row : aligned.select(AlignedTable.INDEX, columns).collectAsList()) {
      List<String> values = new ArrayList<>();
      for (int j = 1; j < row.size(); j++) {
        values.add(row.get(j).toString());
      }
      assertThat(all.put(row.getInt(0), String.join("|", values))).isNull();
    }
    return all;
  }

  @Test
  void transform_twoTables_equalsThePlainJoinInOneOrder() {
    List<Dataset<Row>> aligned = aligned(this::table, "id");

    SortedMap<Integer, String> ofBank = byIndex(aligned.get(0), "id");
    assertThat(ofBank).isEqualTo(byIndex(aligned.get(1), "id")).hasSize(600);
    assertThat(ofBank.firstKey()).isZero();
    assertThat(ofBank.lastKey()).isEqualTo(599);
    List<Row> joined =
        TwoParties.bankTable(spark, 0, 900)
            .join(TwoParties.retailerTable(spark, 300, 1200).select("id"), "id")
            .orderBy("id")
            .collectAsList();
    assertThat(aligned.get(0).drop(AlignedTable.INDEX).orderBy("id").collectAsList())
        .isEqualTo(joined);
    AlignedTable bank = Objects.requireNonNull(AlignedTable.read(aligned.get(0)));
    AlignedTable retailer = Objects.requireNonNull(AlignedTable.read(aligned.get(1)));
    assertThat(bank.digest()).isEqualTo(retailer.digest()).hasSize(64);
    assertThat(bank.rows()).isEqualTo(600);
  }

  @Test
  void transform_severalIdColumnsOfOtherTypes_alignsBySameText() {
    StructType ofBank =
        new StructType()
            .add("a.b", DataTypes.StringType)
            .add("number", DataTypes.createDecimalType(20, 0));
    StructType ofRetailer =
        new StructType().add("a.b", DataTypes.StringType).add("number", DataTypes.LongType);
    List<Row> bank = new ArrayList<>();
    List<Row> retailer = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      bank.add(
          RowFactory.create("k" + i % 3, java.math.BigDecimal.valueOf(1_000_000_000_000L + i)));
      retailer.add(RowFactory.create("k" + i % 2, 1_000_000_000_000L + i));
    }

    List<Dataset<Row>> aligned =
        aligned(
            session ->
                session.holdsLabels()
                    ? spark.createDataFrame(bank, ofBank)
                    : spark.createDataFrame(retailer, ofRetailer),
            "a.b",
            "number");

    SortedMap<Integer, String> common = byIndex(aligned.get(0), "`a.b`", "number");
    assertThat(common).isEqualTo(byIndex(aligned.get(1), "`a.b`", "number"));
    // Alike by 2 and by 3: the rest by 6 is 0 or 1.
    assertThat(common).hasSize(10);
  }

  @Test
  void pipeline_fitAndTransform_equalTheEstimatorThatAlignsForItself() {
    record Result(double[] coefficients, double[] probabilities) {}
    Function<HeddleSession, List<Result>> party =
        session -> {
          Dataset<Row> table =
              (session.holdsLabels()
                      ? TwoParties.bankTable(spark, 0, 350)
                      : TwoParties.retailerTable(spark, 100, 400))
                  .withColumnsRenamed(Map.of("id", "customer", "features", "x"));
          VectorAssembler assembler =
              new VectorAssembler().setInputCols(new String[] {"x"}).setOutputCol("features");
          VerticalLogisticRegression estimator =
              new VerticalLogisticRegression()
                  .setSession(session.self().name())
                  .setRegParam(0.05)
                  .setMaxIter(3);
          if (session.holdsLabels()) {
            estimator.setLabelCol("label");
          }
          PipelineModel model =
              new Pipeline()
                  .setStages(new PipelineStage[] {stage(session, "customer"), assembler, estimator})
                  .fit(table);
          Dataset<Row> scored = model.transform(table);
          assertThat(scored.count()).isEqualTo(250);
          Dataset<Row> own = assembler.transform(table);
          VerticalLogisticRegressionModel alone = estimator.setIdCol("customer").fit(own);
          Dataset<Row> scoredAlone = alone.transform(own);
          session.finish();
          return List.of(
              new Result(
                  ((VerticalLogisticRegressionModel) model.stages()[2]).coefficients().toArray(),
                  probabilities(session, scored)),
              new Result(alone.coefficients().toArray(), probabilities(session, scoredAlone)));
        };

    List<List<Result>> results =
        TwoParties.run(folder, List.of("privacy.consent.predictor=full"), party, party);

    for (List<Result> of : results) {
      assertThat(of.get(0).coefficients()).hasSize(3);
      assertThat(of.get(0).coefficients()).containsExactly(of.get(1).coefficients(), within(0.02));
      assertThat(of.get(0).probabilities())
          .containsExactly(of.get(1).probabilities(), within(0.02));
    }
    assertThat(results.get(0).get(0).probabilities()).hasSize(250);
  }

  private static double[] probabilities(HeddleSession session, Dataset<Row> scored) {
    return session.holdsLabels()
        ? scored.orderBy("customer").select("probability").collectAsList().stream()
            .mapToDouble(row -> row.<Vector>getAs(0).apply(1))
            .toArray()
        : new double[0];
  }

  @Test
  void stage_savedLoadedAndCopied_isEqual() throws Exception {
    PrivateSetIntersection stage =
        new PrivateSetIntersection().setSession("bank").setIdCols("first", "last");
    String place = folder.resolve("stage").toString();
    stage.save(place);
    for (PrivateSetIntersection same :
        List.of(PrivateSetIntersection.load(place), stage.copy(ParamMap.empty()))) {
      assertThat(same).isNotSameAs(stage);
      assertThat(same.uid()).isEqualTo(stage.uid());
      assertThat(same.getSession()).isEqualTo("bank");
      assertThat(same.getIdCols()).containsExactly("first", "last");
    }
    PrivateSetIntersection fresh = new PrivateSetIntersection();
    assertThat(fresh.getIdCols()).containsExactly("id");
    assertThat(fresh.getSession()).isEqualTo("default");
    assertThat(Arrays.stream(fresh.params()).map(Param::name)).contains("session", "idCols");
    for (Param<?> param : fresh.params()) {
      assertThat(param.doc()).isNotBlank();
      assertThat(fresh.hasDefault(param)).isTrue();
    }
  }

  @Test
  void transformSchema_badColumns_areNamed() {
    StructType schema =
        new StructType().add("id", DataTypes.StringType).add("x", DataTypes.DoubleType);
    assertThatThrownBy(() -> new PrivateSetIntersection().setIdCols("key").transformSchema(schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("No column key (idCols): the table has id, x");
    assertThatThrownBy(() -> new PrivateSetIntersection().setIdCols("x").transformSchema(schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Column x (idCols) is of type double: must be text or whole numbers");
    assertThatThrownBy(() -> new PrivateSetIntersection().setIdCols().transformSchema(schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must name one column or more");
    StructType aligned = new PrivateSetIntersection().transformSchema(schema);
    assertThatThrownBy(() -> new PrivateSetIntersection().transformSchema(aligned))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("aligned already");
    assertThatThrownBy(
            () ->
                new PrivateSetIntersection()
                    .transformSchema(schema.add(AlignedTable.INDEX, DataTypes.IntegerType)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rename or drop");
  }

  @Test
  void transform_unknownSession_isConfigurationException() {
    assertThatThrownBy(
            () ->
                new PrivateSetIntersection()
                    .setSession("nobody")
                    .transform(TwoParties.retailerTable(spark, 0, 2)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("No Heddle session with the name nobody");
  }

  @Test
  void transform_idsTwiceOrNoneCommon_endsAtBoth() {
    assertThatThrownBy(
            () ->
                aligned(
                    session ->
                        session.holdsLabels()
                            ? table(session).union(table(session).limit(2))
                            : table(session),
                    "id"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2");
    assertThatThrownBy(
            () ->
                aligned(
                    session ->
                        session.holdsLabels()
                            ? TwoParties.bankTable(spark, 0, 20)
                            : TwoParties.retailerTable(spark, 20, 40),
                    "id"))
        .isInstanceOf(AlignmentException.class);
  }

  @Test
  void transform_peerFits_isProtocolExceptionNamingBoth() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder,
                    List.of(),
                    session -> stage(session, "id").transform(table(session)),
                    session ->
                        new VerticalLogisticRegression()
                            .setSession(session.self().name())
                            .fit(table(session))))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("transform-private-set-intersection")
        .hasMessageContaining("fit-vertical-logistic-regression");
  }
}
