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
import io.heddle.train.trees.JoinedTrees;
import io.heddle.train.trees.Threshold;
import io.heddle.train.trees.TreeEnsemble;
import io.heddle.train.trees.TreeNode;
import io.heddle.train.trees.TreeObjective;
import io.heddle.train.trees.TreeTerms;
import io.heddle.train.trees.TreesModelPart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("spark")
@ExtendWith(SparkExtension.class)
class VerticalGBTMultiClassTest {
  private static final int CLASSES = 3;
  private static final int TREES = 12;
  private static final int LEAVES = 6;
  private static final int ROWS = 6000;
  private static final int HELD_OUT = 40_000;

  private final SparkSession spark;
  private final Path folder;

  VerticalGBTMultiClassTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  /** Of 16 values each, so that every bin is one value, here and at XGBoost. */
  private static double[] features(int customer) {
    return Arrays.stream(TwoParties.features(customer)).map(x -> Math.floor(4 * x)).toArray();
  }

  private static double label(int customer) {
    double[] x = features(customer);
    double[] scores = {
      0.25 * x[0] - 0.15 * x[4], 0.02 * x[1] * x[3] + (x[5] > 2 ? 1 : 0), 0.2 * x[3] + 0.1
    };
    SplittableRandom random = new SplittableRandom(customer * 13L + 5);
    for (int c = 0; c < CLASSES; c++) {
      scores[c] -= Math.log(-Math.log(random.nextDouble()));
    }
    return Vectors.dense(scores).argmax();
  }

  private Dataset<Row> table(HeddleSession session, int rows, IntUnaryOperator label) {
    List<Row> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      double[] x = features(i);
      all.add(
          session.holdsLabels()
              ? RowFactory.create(
                  "c-" + i, Vectors.dense(x[0], x[1], x[2]), (double) label.applyAsInt(i))
              : RowFactory.create("c-" + i, Vectors.dense(x[3], x[4], x[5])));
    }
    StructType schema =
        new StructType().add("id", DataTypes.StringType).add("features", SQLDataTypes.VectorType());
    return spark.createDataFrame(
        all, session.holdsLabels() ? schema.add("label", DataTypes.DoubleType) : schema);
  }

  private static VerticalGBTClassifier estimator(HeddleSession session) {
    return estimator(session, false);
  }

  private static VerticalGBTClassifier estimator(HeddleSession session, boolean leafWise) {
    VerticalGBTClassifier estimator =
        new VerticalGBTClassifier()
            .setNumClasses(CLASSES)
            .setMaxIter(TREES)
            .setGrowth(leafWise ? "leaf-wise" : "level-wise")
            .setMaxLeaves(LEAVES)
            .setMaxDepth(depth(leafWise))
            .setMaxBins(32)
            .setMinChildWeight(0)
            .setFirstTreeAlone(false)
            .setLeafCol("leaves")
            .setSession(session.self().name());
    return session.holdsLabels() ? estimator.setLabelCol("label") : estimator;
  }

  private static int depth(boolean leafWise) {
    return leafWise ? 5 : 3;
  }

  private static TreeTerms terms(boolean leafWise) {
    return TreeTerms.builder()
        .objective(TreeObjective.MULTI_CLASS)
        .classes(CLASSES)
        .maxIter(TREES)
        .maxDepth(depth(leafWise))
        .maxLeaves(leafWise ? LEAVES : 0)
        .maxBins(32)
        .minChildWeight(0)
        .firstTreeAlone(false)
        .build();
  }

  /**
   * What one party has afterwards.
   *
   * @param customers by aligned row
   */
  private record Result(
      VerticalGBTClassificationModel model, int[] customers, byte[] seed, List<Row> scored) {}

  private Result run(HeddleSession session, boolean leafWise) {
    Dataset<Row> own = table(session, ROWS, i -> (int) label(i));
    AlignedTable aligned =
        session.step("align", new TreeMap<>(), step -> session.align(step, own, "id")).table();
    byte[] seed = new byte[32];
    VerticalGBTClassificationModel model =
        estimator(session, leafWise)
            .tracedBy(
                new FitTrace() {
                  @Override
                  public void seed(byte[] roundingSeed) {
                    System.arraycopy(roundingSeed, 0, seed, 0, seed.length);
                  }

                  @Override
                  public void afterPass(int pass, double[] coefficients) {}
                })
            .fit(aligned.table());
    VerticalGBTClassificationModel loaded = loaded(model);
    List<Row> scored =
        loaded.transform(aligned.table()).orderBy(AlignedTable.INDEX).collectAsList();
    if (!session.holdsLabels()) {
      long nodes = leafWise ? LEAVES - 1 : 4;
      assertThat(session.nodesOfTrees()).isEqualTo(CLASSES * TREES * nodes);
    }
    session.finish();
    int[] customers =
        scored.stream()
            .mapToInt(row -> Integer.parseInt(row.<String>getAs("id").substring(2)))
            .toArray();
    return new Result(model, customers, seed, scored);
  }

  private VerticalGBTClassificationModel loaded(VerticalGBTClassificationModel model) {
    Path place = folder.resolve("model-" + model.holdsLabels());
    try {
      model.write().overwrite().save(place.toString());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    VerticalGBTClassificationModel loaded = VerticalGBTClassificationModel.load(place.toString());
    assertThat(loaded.part()).isEqualTo(model.part());
    assertThat(loaded.explainParams()).isEqualTo(model.explainParams());
    assertThat(loaded.numClasses()).isEqualTo(model.holdsLabels() ? CLASSES : 2);
    return loaded;
  }

  private static double[][] columns(int[] customers, int from) {
    double[][] columns = new double[3][customers.length];
    for (int i = 0; i < customers.length; i++) {
      double[] x = features(customers[i]);
      for (int j = 0; j < 3; j++) {
        columns[j][i] = x[from + j];
      }
    }
    return columns;
  }

  private static TreeEnsemble ensemble(Result bank) {
    return Objects.requireNonNull(bank.model().part().ensemble());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fitTransform_ofThreeClasses_equalTreesOfTheJoinedColumnsAndAreAsGoodAsXgboost(
      boolean leafWise) {
    Function<HeddleSession, Result> party = session -> run(session, leafWise);
    List<Result> results = TwoParties.run(folder, List.of(), party, party);

    Result bank = results.get(0);
    double[] labels =
        Arrays.stream(bank.customers()).mapToDouble(VerticalGBTMultiClassTest::label).toArray();
    TreeEnsemble joined =
        JoinedTrees.of(
                terms(leafWise),
                bank.seed(),
                labels,
                List.of(columns(bank.customers(), 0), columns(bank.customers(), 3)))
            .fit(TREES);
    assertThat(ensemble(bank)).isEqualTo(joined);
    assertThat(results.get(1).model().part().thresholds()).isNotEmpty();
    assertThat(results.get(1).scored().get(0).schema().fieldNames()).doesNotContain("probability");

    double loss = 0;
    for (int i = 0; i < labels.length; i++) {
      Row row = bank.scored().get(i);
      Vector probability = row.getAs("probability");
      double[] raw = raw(results, features(bank.customers()[i]));
      assertThat(row.<Vector>getAs("rawPrediction").toArray()).isEqualTo(raw);
      assertThat(raw(ensemble(bank), row.getAs("leaves"))).isEqualTo(raw);
      assertThat(bank.model().raw2probability(Vectors.dense(raw))).isEqualTo(probability);
      assertThat(row.<Double>getAs("prediction")).isEqualTo(probability.argmax());
      loss -= Math.log(probability.apply((int) labels[i]));
    }
    assertThat(loss / labels.length)
        .isCloseTo(bank.model().summary().losses().get(TREES), within(1e-9));

    assertAsGoodAsXgboost(results, labels, leafWise);
  }

  /** By the leaves that a row ends in. */
  private static double[] raw(TreeEnsemble ensemble, Vector leaves) {
    double[] raw = ensemble.start().stream().mapToDouble(Double::doubleValue).toArray();
    for (int t = 0; t < ensemble.trees().size(); t++) {
      TreeNode leaf = ensemble.trees().get(t).get((int) leaves.apply(t));
      for (int c = 0; c < raw.length; c++) {
        raw[c] += leaf.values().get(c);
      }
    }
    return raw;
  }

  /** By the parts of both parties, in the clear. */
  private static double[] raw(List<Result> results, double[] x) {
    TreeEnsemble ensemble = ensemble(results.get(0));
    double[] raw = ensemble.start().stream().mapToDouble(Double::doubleValue).toArray();
    for (List<TreeNode> tree : ensemble.trees()) {
      TreeNode node = tree.get(0);
      while (!node.isLeaf()) {
        TreesModelPart owner = results.get(node.owner()).model().part();
        Threshold threshold = owner.thresholds().get(node.split());
        boolean left = x[3 * node.owner() + threshold.column()] <= threshold.value();
        node = tree.get(left ? node.left() : node.right());
      }
      for (int c = 0; c < raw.length; c++) {
        raw[c] += node.values().get(c);
      }
    }
    return raw;
  }

  /** Share of right ones, and mean loss. */
  private record Fit(double accuracy, double logLoss) {
    static Fit of(double[][] probabilities) {
      int right = 0;
      double loss = 0;
      for (int i = 0; i < probabilities.length; i++) {
        int truth = (int) label(ROWS + i);
        right += Vectors.dense(probabilities[i]).argmax() == truth ? 1 : 0;
        loss -= Math.log(probabilities[i][truth]);
      }
      return new Fit(right / (double) probabilities.length, loss / probabilities.length);
    }
  }

  private static void assertAsGoodAsXgboost(
      List<Result> results, double[] labels, boolean leafWise) {
    double[][] probabilities = new double[HELD_OUT][];
    for (int i = 0; i < HELD_OUT; i++) {
      probabilities[i] = raw(results, features(ROWS + i));
      TreeObjective.MULTI_CLASS.predict(probabilities[i]);
    }
    Fit federated = Fit.of(probabilities);
    List<Double> start = ensemble(results.get(0)).start();
    double[][] constant = new double[HELD_OUT][];
    for (int i = 0; i < HELD_OUT; i++) {
      constant[i] = start.stream().mapToDouble(Double::doubleValue).toArray();
      TreeObjective.MULTI_CLASS.predict(constant[i]);
    }
    assertThat(federated.logLoss()).isLessThan(Fit.of(constant).logLoss() - 0.1);
    for (String strategy : List.of("multi_output_tree", "one_output_per_tree")) {
      Fit xgboost = ofXgboost(strategy, results.get(0).customers(), labels, leafWise);
      System.out.printf(
          "three classes: accuracy %.4f, loss %.4f; XGBoost %s %.4f, %.4f%n",
          federated.accuracy(),
          federated.logLoss(),
          strategy,
          xgboost.accuracy(),
          xgboost.logLoss());
      if (strategy.equals("multi_output_tree")) {
        assertThat(federated.accuracy()).isCloseTo(xgboost.accuracy(), within(0.002));
        assertThat(federated.logLoss()).isCloseTo(xgboost.logLoss(), within(0.002));
      }
    }
  }

  /**
   * With the same terms on the joined rows. It begins with equal probabilities, which here are
   * nearly the shares of the classes: its Java interface takes no other ones.
   */
  private static Fit ofXgboost(
      String strategy, int[] customers, double[] labels, boolean leafWise) {
    Map<String, Object> params = new TreeMap<>();
    params.put("objective", "multi:softprob");
    params.put("num_class", CLASSES);
    params.put("multi_strategy", strategy);
    params.put("tree_method", "hist");
    params.put("max_bin", 32);
    params.put("max_depth", depth(leafWise));
    if (leafWise) {
      params.put("grow_policy", "lossguide");
      params.put("max_leaves", LEAVES);
    }
    params.put("eta", 0.3);
    params.put("min_child_weight", 0);
    params.put("nthread", 1);
    params.put("verbosity", 0);
    try {
      DMatrix rows = matrix(customers);
      rows.setLabel(floats(labels));
      int[] others = new int[HELD_OUT];
      Arrays.setAll(others, i -> ROWS + i);
      float[][] predicted =
          XGBoost.train(rows, params, TREES, Map.of(), null, null).predict(matrix(others));
      double[][] probabilities = new double[HELD_OUT][CLASSES];
      for (int i = 0; i < HELD_OUT; i++) {
        for (int c = 0; c < CLASSES; c++) {
          probabilities[i][c] = predicted[i][c];
        }
      }
      return Fit.of(probabilities);
    } catch (XGBoostError | LinkageError e) {
      return Assumptions.abort("XGBoost does not run here: " + e);
    }
  }

  private static DMatrix matrix(int[] customers) throws XGBoostError {
    float[] values = new float[customers.length * 6];
    for (int i = 0; i < customers.length; i++) {
      double[] x = features(customers[i]);
      for (int j = 0; j < 6; j++) {
        values[6 * i + j] = (float) x[j];
      }
    }
    return new DMatrix(values, customers.length, 6, Float.NaN);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** One party trains for other classes than the other. */
  @Test
  void fit_partiesDifferInTheNumberOfClasses_isRefusedNamingIt() {
    Function<HeddleSession, Integer> party =
        session -> {
          estimator(session)
              .setNumClasses(session.holdsLabels() ? 3 : 4)
              .fit(table(session, 900, i -> i % 3));
          return 0;
        };

    assertThatThrownBy(() -> TwoParties.run(folder, List.of(), party, party))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("classes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | label has one value only",
        "1 | 225 labels cannot be used: must be whole numbers from 0 to 2",
        "2 | No training row of weight above 0 is of these of the 3 classes: [1]",
        "3 | 300 of 900 rows are missing or not whole numbers from 0 on",
      })
  void fit_labelsThatCannotBe_areRefused(int kind, String message) {
    List<IntUnaryOperator> labels = List.of(i -> 2, i -> i % 4, i -> 2 * (i % 2), i -> i % 3 - 1);
    Function<HeddleSession, Integer> party =
        session -> {
          estimator(session).fit(table(session, 900, labels.get(kind)));
          return 0;
        };

    assertThatThrownBy(() -> TwoParties.run(folder, List.of(), party, party))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void fit_aNumberAsTheWeightOfSeveralClasses_isRefused() {
    Function<HeddleSession, Integer> party =
        session -> {
          // The other one would wait for it to appear.
          if (session.holdsLabels()) {
            estimator(session).setClassWeight("2").fit(table(session, 900, i -> i % 3));
          }
          return 0;
        };

    assertThatThrownBy(() -> TwoParties.run(folder, List.of(), party, party))
        .hasStackTraceContaining("must be none or balanced with numClasses = 3");
  }
}
