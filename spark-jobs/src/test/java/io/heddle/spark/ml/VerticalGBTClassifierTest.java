// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.error.PrivacyException;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import io.heddle.train.trees.JoinedTrees;
import io.heddle.train.trees.Threshold;
import io.heddle.train.trees.TreeEnsemble;
import io.heddle.train.trees.TreeNode;
import io.heddle.train.trees.TreeTerms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("spark")
@ExtendWith(SparkExtension.class)
class VerticalGBTClassifierTest {
  private final SparkSession spark;
  private final Path folder;

  VerticalGBTClassifierTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  @AfterEach
  void forgetLocalRows() {
    spark.conf().unset(FeatureRows.LOCAL_ROWS);
  }

  private static VerticalGBTClassifier estimator(HeddleSession session) {
    VerticalGBTClassifier estimator =
        new VerticalGBTClassifier()
            .setMaxIter(3)
            .setMaxDepth(3)
            .setMaxBins(16)
            .setLeafCol("leaves")
            .setSession(session.self().name());
    return session.holdsLabels() ? estimator.setLabelCol("label") : estimator;
  }

  private Dataset<Row> table(HeddleSession session) {
    return session.holdsLabels()
        ? TwoParties.bankTable(spark, 0, 1500)
        : TwoParties.retailerTable(spark, 300, 1800);
  }

  /** What one party has afterwards; columns and labels in aligned order. */
  private record Result(
      VerticalGBTClassificationModel model,
      double[][] columns,
      double[] labels,
      byte[] seed,
      List<Row> scored) {}

  private Result run(HeddleSession session) {
    return run(session, estimator(session));
  }

  private Result run(HeddleSession session, VerticalGBTClassifier estimator) {
    Dataset<Row> own = table(session);
    AlignedTable aligned =
        session.step("align", new TreeMap<>(), step -> session.align(step, own, "id")).table();
    List<Row> rows = aligned.table().orderBy(AlignedTable.INDEX).collectAsList();
    double[][] columns = new double[3][rows.size()];
    double[] labels = new double[rows.size()];
    for (int i = 0; i < rows.size(); i++) {
      Vector features = rows.get(i).getAs("features");
      for (int j = 0; j < columns.length; j++) {
        columns[j][i] = features.apply(j);
      }
      labels[i] = session.holdsLabels() ? rows.get(i).<Double>getAs("label") : 0;
    }
    byte[] seed = new byte[32];
    VerticalGBTClassificationModel model =
        estimator
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
    Dataset<Row> scored = model.transform(aligned.table());
    List<Row> ordered = scored.orderBy(AlignedTable.INDEX).collectAsList();
    session.finish();
    return new Result(model, columns, labels, seed, ordered);
  }

  private static TreeEnsemble ensemble(VerticalGBTClassificationModel model) {
    TreeEnsemble ensemble = model.part().ensemble();
    if (ensemble == null) {
      throw new AssertionError("No trees at the label holder");
    }
    return ensemble;
  }

  /** In this JVM, and by Spark's tasks. */
  @ParameterizedTest
  @ValueSource(strings = {"50000", "0"})
  void fitTransform_equalTreesOfTheJoinedColumns(String localRows) throws Exception {
    spark.conf().set(FeatureRows.LOCAL_ROWS, localRows);

    List<Result> results = TwoParties.run(folder, List.of(), this::run, this::run);

    Result bank = results.get(0);
    VerticalGBTClassificationModel retailer = results.get(1).model();
    TreeEnsemble federated = ensemble(bank.model());
    TreeEnsemble joined =
        JoinedTrees.of(
                TreeTerms.builder().maxIter(3).maxDepth(3).maxBins(16).build(),
                bank.seed(),
                bank.labels(),
                List.of(bank.columns(), results.get(1).columns()))
            .fit(3);
    assertThat(federated.trees()).isEqualTo(joined.trees());
    assertThat(retailer.part().thresholds()).isNotEmpty();
    assertThat(retailer.part().ensemble()).isNull();
    assertThat(retailer.part().fitId()).isEqualTo(bank.model().part().fitId());
    assertThat(bank.model().summary().losses()).hasSize(4);
    assertThat(retailer.summary().ledger()).isNotEmpty();

    double loss = 0;
    for (int i = 0; i < bank.scored().size(); i++) {
      double probability = bank.scored().get(i).<Vector>getAs("probability").apply(1);
      loss -= Math.log(bank.labels()[i] == 1 ? probability : 1 - probability);
      assertThat(bank.scored().get(i).<Double>getAs("prediction"))
          .isEqualTo(probability > 0.5 ? 1.0 : 0.0);
      Vector leaves = bank.scored().get(i).getAs("leaves");
      double raw = federated.start().get(0);
      for (int t = 0; t < federated.trees().size(); t++) {
        int leaf = leaf(results, federated.trees().get(t), i);
        assertThat(leaves.apply(t)).isEqualTo(leaf);
        raw += federated.trees().get(t).get(leaf).values().get(0);
      }
      assertThat(bank.scored().get(i).<Vector>getAs("rawPrediction").apply(1)).isEqualTo(raw);
    }
    assertThat(results.get(1).scored().get(0).schema().fieldNames()).doesNotContain("leaves");
    assertThat(loss / bank.scored().size())
        .isCloseTo(bank.model().summary().losses().get(3), within(1e-9));

    for (VerticalGBTClassificationModel model : List.of(bank.model(), retailer)) {
      Path place = folder.resolve("model-" + model.holdsLabels());
      model.write().overwrite().save(place.toString());
      VerticalGBTClassificationModel loaded = VerticalGBTClassificationModel.load(place.toString());
      assertThat(loaded.part()).isEqualTo(model.part());
      assertThat(loaded.explainParams()).isEqualTo(model.explainParams());
      assertThat(loaded.hasSummary()).isFalse();
    }
  }

  /** Where a row ends by the parts and columns of both parties, in the clear. */
  private static int leaf(List<Result> results, List<TreeNode> tree, int row) {
    int at = 0;
    while (!tree.get(at).isLeaf()) {
      TreeNode node = tree.get(at);
      Result owner = results.get(node.owner());
      Threshold threshold = owner.model().part().thresholds().get(node.split());
      boolean left = owner.columns()[threshold.column()][row] <= threshold.value();
      at = left ? node.left() : node.right();
    }
    return at;
  }

  @Test
  void fit_balanced_equalsTreesOfRowsThatWeighAsTheirClass() {
    List<Result> results =
        TwoParties.run(
            folder,
            List.of(),
            session -> run(session, estimator(session).setClassWeight("balanced")),
            this::run);

    Result bank = results.get(0);
    double ones = Arrays.stream(bank.labels()).sum();
    double[] weights =
        Arrays.stream(bank.labels())
            .map(y -> bank.labels().length / (2 * (y == 1 ? ones : bank.labels().length - ones)))
            .toArray();
    assertThat(ensemble(bank.model()).trees())
        .isEqualTo(
            JoinedTrees.of(
                    TreeTerms.builder().maxIter(3).maxDepth(3).maxBins(16).build(),
                    bank.seed(),
                    bank.labels(),
                    List.of(bank.columns(), results.get(1).columns()))
                .withWeights(weights)
                .fit(3)
                .trees());
    assertThat(ensemble(bank.model()).start().get(0)).isCloseTo(0, within(1e-12));
  }

  @Test
  void fit_leafWise_equalsTreesOfTheJoinedColumns() {
    Function<HeddleSession, Result> party =
        session ->
            run(
                session,
                estimator(session)
                    .setGrowth("leaf-wise")
                    .setMaxLeaves(5)
                    .setMaxDepth(6)
                    .setFirstTreeAlone(false));
    List<Result> results = TwoParties.run(folder, List.of(), party, party);

    Result bank = results.get(0);
    assertThat(ensemble(bank.model()).trees())
        .isEqualTo(
            JoinedTrees.of(
                    TreeTerms.builder()
                        .maxIter(3)
                        .maxDepth(6)
                        .maxLeaves(5)
                        .maxBins(16)
                        .firstTreeAlone(false)
                        .build(),
                    bank.seed(),
                    bank.labels(),
                    List.of(bank.columns(), results.get(1).columns()))
                .fit(3)
                .trees());
    assertThat(results.get(1).model().part().thresholds()).isNotEmpty();
  }

  @Test
  void fit_classWeightAtAFeatureHolder_isRefused() {
    Function<HeddleSession, Integer> party =
        session -> {
          // The other one would wait for it to appear.
          if (!session.holdsLabels()) {
            estimator(session).setClassWeight("2").fit(table(session));
          }
          return 0;
        };

    assertThatThrownBy(() -> TwoParties.run(folder, List.of(), party, party))
        .hasStackTraceContaining("Party retailer holds no labels")
        .hasStackTraceContaining("leave classWeight unset");
  }

  @Test
  void fit_beyondTheTreesThatARowCountHides_isRefused() {
    // 1,200 rows hide 10 trees of depth 3 over all fits of a session.
    Function<HeddleSession, Integer> party =
        session -> {
          Dataset<Row> table = table(session);
          int trees = estimator(session).setMaxIter(11).fit(table).summary().sharedTrees();
          if (!session.holdsLabels()) {
            assertThat(session.nodesOfTrees()).isEqualTo(4L * trees);
          }
          assertThat(trees).isEqualTo(10);
          estimator(session).fit(table);
          return trees;
        };

    assertThatThrownBy(() -> TwoParties.run(folder, List.of(), party, party))
        .hasStackTraceContaining(PrivacyException.class.getName())
        .hasStackTraceContaining("privacy.consent.bins");
  }

  /** As trees of all depths would have them, whatever the depths and their order. */
  @Test
  void fits_ofOtherDepths_countByNodes() {
    // 1,200 rows hide 40 nodes.
    Function<HeddleSession, List<Integer>> party =
        session -> {
          Dataset<Row> table = table(session);
          List<Integer> trees = new ArrayList<>();
          for (int depth : new int[] {3, 1, 2}) {
            VerticalGBTClassifier estimator = estimator(session).setFirstTreeAlone(false);
            int most = depth == 3 ? 6 : depth == 1 ? 8 : 40;
            trees.add(
                estimator.setMaxDepth(depth).setMaxIter(most).fit(table).summary().sharedTrees());
          }
          session.finish();
          return trees;
        };

    List<List<Integer>> trees = TwoParties.run(folder, List.of(), party, party);
    // 24 nodes, 8, and two for each tree of what is left.
    assertThat(trees).containsOnly(List.of(6, 8, 4));
  }

  @Test
  void estimator_savedAndLoaded_isEqualAndChecksItsParams() throws Exception {
    VerticalGBTClassifier estimator =
        new VerticalGBTClassifier().setMaxDepth(4).setLambda(0.5).setSession("bank");
    String place = folder.resolve("estimator").toString();
    estimator.save(place);
    assertThat(VerticalGBTClassifier.load(place).explainParams())
        .isEqualTo(estimator.explainParams());
    assertThatThrownBy(() -> estimator.setMaxDepth(13))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> estimator.setMaxBins(256))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> estimator.setStepSize(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
