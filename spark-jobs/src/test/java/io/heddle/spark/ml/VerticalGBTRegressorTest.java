// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.error.DataException;
import io.heddle.error.ProtocolException;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import io.heddle.train.trees.FeatureImportance;
import io.heddle.train.trees.JoinedTrees;
import io.heddle.train.trees.TreeEnsemble;
import io.heddle.train.trees.TreeObjective;
import io.heddle.train.trees.TreeTerms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("spark")
@ExtendWith(SparkExtension.class)
class VerticalGBTRegressorTest {
  private static final int TREES = 8;
  private static final int HELD_OUT = 2000;

  private final SparkSession spark;
  private final Path folder;

  VerticalGBTRegressorTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  /** A number, or a count, that hangs on the columns of both. */
  private static double label(String objective, int customer) {
    double[] x = TwoParties.features(customer);
    double noise = new SplittableRandom(customer * 17L + 3).nextDouble();
    return objective.equals("squared")
        ? 40 + 5 * x[0] - 3 * x[1] * x[1] + (x[3] > 0.5 ? 9 : 0) - 4 * x[5] + noise
        : Math.floor(2 * noise * Math.exp(0.5 * x[0] + 0.7 * x[3]));
  }

  private static double weight(int customer) {
    return 1 + customer % 3;
  }

  /** Rows with three columns and, at the bank, a target and a weight. */
  private Dataset<Row> table(HeddleSession session, String objective, int from, int to) {
    List<Row> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      double[] x = TwoParties.features(i);
      rows.add(
          session.holdsLabels()
              ? RowFactory.create("c-" + i, x[0], x[1], x[2], label(objective, i), weight(i))
              : RowFactory.create("c-" + i, x[3], x[4], x[5]));
    }
    StructType schema = new StructType().add("id", DataTypes.StringType);
    for (String column :
        session.holdsLabels()
            ? List.of("a", "b", "c", "target", "w")
            : List.of("visits", "spent", "age")) {
      schema = schema.add(column, DataTypes.DoubleType);
    }
    return spark.createDataFrame(rows, schema);
  }

  private static VerticalGBTRegressor estimator(HeddleSession session, String objective) {
    VerticalGBTRegressor estimator =
        new VerticalGBTRegressor()
            .setObjective(objective)
            .setMaxIter(TREES)
            .setMaxDepth(3)
            .setMaxBins(16)
            .setFirstTreeAlone(false)
            .setSession(session.self().name())
            .setFeaturesCol("x")
            .setLeafCol("leaves")
            .setPredictionCol("forecast");
    return session.holdsLabels() ? estimator.setLabelCol("target").setWeightCol("w") : estimator;
  }

  /** What one party has afterwards; columns by aligned row. */
  private record Result(
      VerticalGBTRegressionModel model,
      List<Row> rows,
      double[][] columns,
      byte[] seed,
      List<Row> scored,
      List<Row> heldOut) {}

  private Result run(HeddleSession session, String objective) {
    Dataset<Row> own = table(session, objective, session.holdsLabels() ? 0 : 300, 1500);
    AlignedTable aligned =
        session.step("align", new TreeMap<>(), step -> session.align(step, own, "id")).table();
    List<Row> rows = aligned.table().orderBy(AlignedTable.INDEX).collectAsList();
    String[] names =
        session.holdsLabels()
            ? new String[] {"a", "b", "c"}
            : new String[] {"visits", "spent", "age"};
    double[][] columns = new double[3][];
    for (int j = 0; j < 3; j++) {
      String name = names[j];
      columns[j] = rows.stream().mapToDouble(row -> row.<Double>getAs(name)).toArray();
    }
    byte[] seed = new byte[32];
    FitTrace trace =
        new FitTrace() {
          @Override
          public void seed(byte[] roundingSeed) {
            System.arraycopy(roundingSeed, 0, seed, 0, seed.length);
          }

          @Override
          public void afterPass(int pass, double[] coefficients) {}
        };
    PipelineModel pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new VectorAssembler().setInputCols(names).setOutputCol("x"),
                  estimator(session, objective).tracedBy(trace)
                })
            .fit(aligned.table());
    Dataset<Row> scored = pipeline.transform(aligned.table());
    List<Row> ordered = scored.orderBy(AlignedTable.INDEX).collectAsList();
    Dataset<Row> others =
        loaded(session, pipeline).transform(table(session, objective, HELD_OUT, HELD_OUT + 600));
    List<Row> heldOut = others.orderBy("id").collectAsList();
    session.finish();
    return new Result(
        (VerticalGBTRegressionModel) pipeline.stages()[1], rows, columns, seed, ordered, heldOut);
  }

  private PipelineModel loaded(HeddleSession session, PipelineModel pipeline) {
    String place = folder.resolve("pipeline-" + session.self()).toString();
    try {
      pipeline.write().overwrite().save(place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    PipelineModel loaded = PipelineModel.load(place);
    VerticalGBTRegressionModel model = (VerticalGBTRegressionModel) loaded.stages()[1];
    VerticalGBTRegressionModel fitted = (VerticalGBTRegressionModel) pipeline.stages()[1];
    assertThat(model.part()).isEqualTo(fitted.part());
    assertThat(model.explainParams()).isEqualTo(fitted.explainParams());
    assertThat(model.hasSummary()).isFalse();
    return loaded;
  }

  private static double[] column(List<Row> rows, String name) {
    return rows.stream().mapToDouble(row -> row.<Double>getAs(name)).toArray();
  }

  private static double rmse(double[] labels, double[] predicted) {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum += (labels[i] - predicted[i]) * (labels[i] - predicted[i]);
    }
    return Math.sqrt(sum / labels.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"squared", "poisson"})
  void fitTransform_inAPipeline_equalTreesOfTheJoinedColumns(String objective) {
    Function<HeddleSession, Result> party = session -> run(session, objective);

    List<Result> results = TwoParties.run(folder, List.of(), party, party);

    Result bank = results.get(0);
    VerticalGBTRegressionModel retailer = results.get(1).model();
    double[] labels = column(bank.rows(), "target");
    double[] weights = column(bank.rows(), "w");
    TreeEnsemble joined =
        JoinedTrees.of(
                TreeTerms.builder()
                    .objective(TreeObjective.valueOf(objective.toUpperCase(Locale.ROOT)))
                    .maxIter(TREES)
                    .maxDepth(3)
                    .maxBins(16)
                    .firstTreeAlone(false)
                    .build(),
                bank.seed(),
                labels,
                List.of(bank.columns(), results.get(1).columns()))
            .withWeights(weights)
            .fit(TREES);
    assertThat(bank.model().part().ensemble()).isEqualTo(joined);
    assertThat(retailer.part().ensemble()).isNull();
    assertThat(retailer.part().thresholds()).isNotEmpty();

    assertThat(bank.scored().get(0).schema().fieldNames())
        .contains("forecast", "leaves")
        .doesNotContain("probability", "rawPrediction");
    double[] forecast = column(bank.scored(), "forecast");
    for (int i = 0; i < forecast.length; i++) {
      Vector leaves = bank.scored().get(i).getAs("leaves");
      double[] predicted = {joined.start().get(0)};
      for (int t = 0; t < TREES; t++) {
        predicted[0] += joined.trees().get(t).get((int) leaves.apply(t)).values().get(0);
      }
      joined.objective().predict(predicted);
      assertThat(forecast[i]).isEqualTo(predicted[0]);
    }
    double loss = 0;
    double total = 0;
    for (int i = 0; i < labels.length; i++) {
      loss +=
          weights[i]
              * (objective.equals("squared")
                  ? Math.pow(forecast[i] - labels[i], 2) / 2
                  : forecast[i] - labels[i] * Math.log(forecast[i]));
      total += weights[i];
    }
    assertThat(loss / total).isCloseTo(bank.model().summary().losses().get(TREES), within(1e-9));
    assertThat(results.get(1).scored().get(0).schema().fieldNames())
        .doesNotContain("forecast", "leaves");

    double ofFederated = rmse(column(bank.heldOut(), "target"), column(bank.heldOut(), "forecast"));
    double ofMean = rmse(column(bank.heldOut(), "target"), constant(mean(labels)));
    assertThat(ofFederated).isLessThan((objective.equals("squared") ? 0.75 : 0.9) * ofMean);
    assertThat(ofFederated)
        .isCloseTo(ofXgboost(objective, results, labels, weights), within(0.05 * ofMean));

    List<FeatureImportance> importances = bank.model().featureImportances();
    assertThat(importances.stream().map(each -> String.valueOf(each.column())))
        .containsExactlyInAnyOrder("a", "b", "c", "null");
    assertThat(importances.stream().mapToInt(FeatureImportance::splits).sum())
        .isEqualTo(bank.model().part().thresholds().size() + retailer.part().thresholds().size());
    assertThat(bank.model().toDebugString())
        .contains("Tree 8\n", "If (retailer split ", "If (a <= ")
        .doesNotContain("visits", "spent", "age");
    assertThat(retailer.toDebugString())
        .contains("\nsplit 0: ", "visits <= ")
        .doesNotContain("Predict", "Tree", "bank");
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(0);
  }

  private static double[] constant(double value) {
    double[] all = new double[600];
    Arrays.fill(all, value);
    return all;
  }

  /** The held-out error of XGBoost with the same terms on the joined rows. */
  private static double ofXgboost(
      String objective, List<Result> results, double[] labels, double[] weights) {
    List<double[]> train = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      double[] row = new double[6];
      for (int j = 0; j < 6; j++) {
        row[j] = results.get(j / 3).columns()[j % 3][i];
      }
      train.add(row);
    }
    List<double[]> test =
        results.get(0).heldOut().stream()
            .map(row -> TwoParties.features(Integer.parseInt(row.<String>getAs("id").substring(2))))
            .toList();
    Map<String, Object> params = new TreeMap<>();
    params.put("objective", objective.equals("squared") ? "reg:squarederror" : "count:poisson");
    params.put("base_score", mean(labels));
    params.put("tree_method", "hist");
    params.put("max_bin", 16);
    params.put("max_depth", 3);
    params.put("eta", 0.3);
    params.put("nthread", 1);
    params.put("verbosity", 0);
    try {
      DMatrix rows = matrix(train);
      rows.setLabel(floats(labels));
      rows.setWeight(floats(weights));
      float[][] predicted =
          XGBoost.train(rows, params, TREES, Map.of(), null, null).predict(matrix(test));
      double[] forecast = new double[predicted.length];
      for (int i = 0; i < forecast.length; i++) {
        forecast[i] = predicted[i][0];
      }
      return rmse(column(results.get(0).heldOut(), "target"), forecast);
    } catch (XGBoostError e) {
      throw new AssertionError(e);
    } catch (LinkageError e) {
      Assumptions.abort("XGBoost does not run here: " + e);
      throw e;
    }
  }

  private static DMatrix matrix(List<double[]> rows) throws XGBoostError {
    float[] values = new float[rows.size() * 6];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rows.get(i / 6)[i % 6];
    }
    return new DMatrix(values, rows.size(), 6, Float.NaN);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** One trains for numbers, the other for counts. */
  @Test
  void fit_partiesDifferInTheObjective_isRefusedNamingIt() {
    Function<HeddleSession, Integer> party =
        session -> {
          Dataset<Row> table = assembled(session, table(session, "squared", 0, 300));
          estimator(session, session.holdsLabels() ? "squared" : "poisson").fit(table);
          return 0;
        };

    assertThatThrownBy(() -> TwoParties.run(folder, List.of(), party, party))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("objective");
  }

  private static Dataset<Row> assembled(HeddleSession session, Dataset<Row> table) {
    return new VectorAssembler()
        .setInputCols(
            session.holdsLabels()
                ? new String[] {"a", "b", "c"}
                : new String[] {"visits", "spent", "age"})
        .setOutputCol("x")
        .transform(table);
  }

  /** The numbers have negative ones, and the constant tells nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"negative", "constant", "missing"})
  void fit_labelsThatCannotBe_areRefusedTellingNoValue(String kind) {
    Function<HeddleSession, Integer> party =
        session -> {
          Dataset<Row> table = assembled(session, table(session, "squared", 0, 300));
          if (session.holdsLabels()) {
            table =
                table.withColumn(
                    "target",
                    switch (kind) {
                      case "negative" -> functions.lit(-7.5).multiply(functions.col("w"));
                      case "constant" -> functions.lit(7.5);
                      default -> functions.lit(null).cast(DataTypes.DoubleType);
                    });
          }
          estimator(session, "poisson").fit(table);
          return 0;
        };

    assertThatThrownBy(() -> TwoParties.run(folder, List.of(), party, party))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Label column target")
        .hasMessageContaining(
            kind.equals("constant")
                ? "has one value only"
                : "300 of 300 rows are missing or not finite and not negative")
        .hasMessageNotContaining("7.5");
  }
}
