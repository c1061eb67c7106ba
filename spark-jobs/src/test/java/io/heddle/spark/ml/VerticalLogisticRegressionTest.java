// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.error.AlignmentException;
import io.heddle.error.DataException;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.session.HeddleSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark")
@ExtendWith(SparkExtension.class)
class VerticalLogisticRegressionTest {
  private static final List<String> CONSENT = List.of("privacy.consent.predictor=full");

  private final SparkSession spark;
  private final Path folder;

  VerticalLogisticRegressionTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  private static VerticalLogisticRegression estimator(HeddleSession session) {
    VerticalLogisticRegression estimator =
        new VerticalLogisticRegression().setSession(session.self().name()).setTol(1e-9);
    return session.holdsLabels() ? estimator.setLabelCol("label") : estimator;
  }

  private Dataset<Row> table(HeddleSession session) {
    return session.holdsLabels()
        ? TwoParties.bankTable(spark, 0, 1500)
        : TwoParties.retailerTable(spark, 300, 1800);
  }

  /** MLlib on the 1,200 common rows, with the same Params. */
  private LogisticRegressionModel joined() {
    return joined("", functions.lit(1.0));
  }

  private LogisticRegressionModel joined(String weightCol, Column weight) {
    Map<String, Double> labels = new TreeMap<>();
    TwoParties.bankTable(spark, 300, 1500)
        .collectAsList()
        .forEach(row -> labels.put(row.getString(0), row.getDouble(2)));
    List<Row> rows = new ArrayList<>();
    for (int i = 300; i < 1500; i++) {
      rows.add(
          RowFactory.create(
              "customer-" + i, Vectors.dense(TwoParties.features(i)), labels.get("customer-" + i)));
    }
    Dataset<Row> table =
        spark.createDataFrame(
            rows,
            new StructType()
                .add("id", DataTypes.StringType)
                .add("features", SQLDataTypes.VectorType())
                .add("label", DataTypes.DoubleType));
    LogisticRegression mllib =
        new LogisticRegression().setRegParam(1e-4).setTol(1e-10).setMaxIter(1000);
    if (!weightCol.isEmpty()) {
      mllib.setWeightCol(weightCol);
    }
    return mllib.fit(table.withColumn("weight", weight));
  }

  @Test
  void fitTransform_unalignedTables_equalMllibOnTheJoinedRows() {
    record Result(VerticalLogisticRegressionModel model, Dataset<Row> scored) {}
    Function<HeddleSession, Result> party =
        session -> {
          VerticalLogisticRegressionModel model = estimator(session).fit(table(session));
          Dataset<Row> scored = model.transform(table(session));
          assertThat(Arrays.stream(scored.schema().fields()).map(f -> f.name() + f.dataType()))
              .isEqualTo(
                  Arrays.stream(model.transformSchema(table(session).schema()).fields())
                      .map(f -> f.name() + f.dataType())
                      .toList());
          session.finish();
          return new Result(model, scored);
        };

    List<Result> results = TwoParties.run(folder, CONSENT, party, party);

    VerticalLogisticRegressionModel bank = results.get(0).model();
    VerticalLogisticRegressionModel retailer = results.get(1).model();
    LogisticRegressionModel joined = joined();
    double[] expected = joined.coefficients().toArray();
    for (int j = 0; j < 3; j++) {
      assertThat(bank.coefficients().apply(j)).isCloseTo(expected[j], within(0.01));
      assertThat(retailer.coefficients().apply(j)).isCloseTo(expected[3 + j], within(0.01));
    }
    assertThat(bank.intercept() + retailer.intercept()).isCloseTo(joined.intercept(), within(0.01));
    assertThat(bank.summary().converged()).isTrue();
    assertThat(retailer.summary().passes()).isEqualTo(bank.summary().passes());
    assertThat(bank.part().fitId()).isEqualTo(retailer.part().fitId());

    List<Row> scored =
        results
            .get(0)
            .scored()
            .select("id", "probability", "rawPrediction", "prediction")
            .collectAsList();
    assertThat(scored).hasSize(1200);
    for (Row row : scored.subList(0, 100)) {
      int customer = Integer.parseInt(row.getString(0).substring("customer-".length()));
      Vector probability = row.getAs("probability");
      assertThat(probability.apply(1))
          .isCloseTo(
              joined.predictProbability(Vectors.dense(TwoParties.features(customer))).apply(1),
              within(0.005));
      assertThat(probability.apply(0) + probability.apply(1)).isCloseTo(1, within(1e-12));
      assertThat(row.<Double>getAs("prediction")).isEqualTo(probability.apply(1) > 0.5 ? 1.0 : 0.0);
      assertThat(row.<Vector>getAs("rawPrediction").apply(1))
          .isCloseTo(Math.log(probability.apply(1) / probability.apply(0)), within(1e-6));
    }
    assertThat(results.get(1).scored().columns()).containsExactly("id", "features");
    assertThat(results.get(1).scored().count()).isEqualTo(1500);
  }

  @Test
  void fit_withWeights_equalsMllibOnTheJoinedRows() {
    Column weight = functions.expr("case when pmod(hash(id), 2) = 0 then 1 else 5 end");
    Function<HeddleSession, VerticalLogisticRegressionModel> party =
        session -> {
          VerticalLogisticRegressionModel model =
              session.holdsLabels()
                  ? estimator(session)
                      .setWeightCol("weight.1")
                      .fit(table(session).withColumn("weight.1", weight))
                  : estimator(session).fit(table(session));
          session.finish();
          return model;
        };

    List<VerticalLogisticRegressionModel> models = TwoParties.run(folder, CONSENT, party, party);

    LogisticRegressionModel weighted = joined("weight", weight);
    LogisticRegressionModel plain = joined();
    double[] expected = weighted.coefficients().toArray();
    for (int j = 0; j < 3; j++) {
      assertThat(models.get(0).coefficients().apply(j)).isCloseTo(expected[j], within(0.01));
      assertThat(models.get(1).coefficients().apply(j)).isCloseTo(expected[3 + j], within(0.01));
    }
    double[] unweighted = plain.coefficients().toArray();
    assertThat(Math.abs(unweighted[0] - expected[0]) + Math.abs(unweighted[3] - expected[3]))
        .as("the weights matter")
        .isGreaterThan(0.03);
  }

  @Test
  void fit_twiceInASession_countsOpenedPredictorsTogether() {
    List<Integer> opened = new ArrayList<>();
    Function<HeddleSession, Integer> party =
        session -> {
          Dataset<Row> table = session.holdsLabels() ? table(session) : sixColumns();
          VerticalLogisticRegression estimator = estimator(session).setMaxIter(3);
          int passes = estimator.fit(table).summary().passes();
          if (!session.holdsLabels()) {
            opened.add(passes);
            assertThat(session.openedPredictors()).isEqualTo(passes);
          }
          estimator.fit(table);
          return 0;
        };

    assertThatThrownBy(
            () ->
                TwoParties.run(folder, List.of("privacy.consent.predictor=limited"), party, party))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("privacy.consent.predictor = full");

    // Five may be opened; three of them are, and a fit that gets less than three is of no use.
    assertThat(opened).containsExactly(3);
  }

  /** The retailer's three columns and their products. */
  private Dataset<Row> sixColumns() {
    List<Row> rows =
        TwoParties.retailerTable(spark, 300, 1800).collectAsList().stream()
            .map(
                row -> {
                  double[] x = row.<Vector>getAs(1).toArray();
                  return RowFactory.create(
                      row.getString(0),
                      Vectors.dense(x[0], x[1], x[2], x[0] * x[1], x[1] * x[2], x[2] * x[0]));
                })
            .toList();
    return spark.createDataFrame(
        rows,
        new StructType()
            .add("id", DataTypes.StringType)
            .add("features", SQLDataTypes.VectorType()));
  }

  @Test
  void pipeline_savedAndLoaded_scoresAlike() {
    Function<HeddleSession, double[]> party =
        session -> {
          Dataset<Row> wide =
              table(session)
                  .selectExpr(
                      session.holdsLabels()
                          ? new String[] {"id", "features as inner", "label"}
                          : new String[] {"id", "features as inner"});
          Pipeline pipeline =
              new Pipeline()
                  .setStages(
                      new PipelineStage[] {
                        new VectorAssembler()
                            .setInputCols(new String[] {"inner"})
                            .setOutputCol("features"),
                        estimator(session)
                      });
          PipelineModel model = pipeline.fit(wide);
          Path place = folder.resolve("model-of-" + session.self());
          try {
            model.save(place.toString());
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
          double[] first = probabilities(model.transform(wide));
          double[] second = probabilities(PipelineModel.load(place.toString()).transform(wide));
          assertThat(second).isEqualTo(first);
          session.finish();
          return first;
        };

    List<double[]> results = TwoParties.run(folder, CONSENT, party, party);

    assertThat(results.get(0)).hasSize(1200);
  }

  private static double[] probabilities(Dataset<Row> scored) {
    if (!Arrays.asList(scored.columns()).contains("probability")) {
      return new double[0];
    }
    return scored.orderBy("id").select("probability").collectAsList().stream()
        .mapToDouble(row -> row.<Vector>getAs(0).apply(1))
        .toArray();
  }

  @Test
  void fit_peerTransforms_isProtocolExceptionNamingBoth() {
    VerticalLogisticRegressionModel part =
        ModelParts.model(false).setSession(TwoParties.RETAILER.name());

    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder,
                    CONSENT,
                    session -> estimator(session).fit(table(session)),
                    session -> part.transform(table(session))))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("fit-vertical-logistic-regression")
        .hasMessageContaining("transform-vertical-logistic-regression");
  }

  @Test
  void fit_paramsDiffer_isProtocolExceptionNamingTheParam() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder,
                    CONSENT,
                    session -> estimator(session).setRegParam(0.5).fit(table(session)),
                    session -> estimator(session).fit(table(session))))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("regParam");
  }

  @Test
  void fit_noCommonRows_isAlignmentExceptionAtBoth() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder,
                    CONSENT,
                    session -> estimator(session).fit(TwoParties.bankTable(spark, 0, 50)),
                    session -> estimator(session).fit(TwoParties.retailerTable(spark, 50, 100))))
        .isInstanceOf(AlignmentException.class);
  }

  @Test
  void fit_labelHolderFails_peerEnds() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder,
                    CONSENT,
                    session ->
                        estimator(session)
                            .fit(table(session).selectExpr("id", "features", "label * 0 as label")),
                    session -> estimator(session).fit(table(session))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("one class only");
  }
}
