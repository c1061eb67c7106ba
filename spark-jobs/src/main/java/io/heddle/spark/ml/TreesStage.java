// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.config.MonotoneConstraints;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.ConfigurationException;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import io.heddle.spark.table.LabelRule;
import io.heddle.train.trees.TreeObjective;
import io.heddle.train.trees.TreeRules;
import io.heddle.train.trees.TreeScheme;
import io.heddle.train.trees.TreeScores;
import io.heddle.train.trees.TreeTerms;
import io.heddle.train.trees.TreesFeatureHolder;
import io.heddle.train.trees.TreesFit;
import io.heddle.train.trees.TreesLabelHolder;
import io.heddle.train.trees.TreesModelPart;
import io.heddle.train.trees.TreesScoringFeatureHolder;
import io.heddle.train.trees.TreesScoringLabelHolder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.shared.HasFeaturesCol;
import org.apache.spark.ml.param.shared.HasLabelCol;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** What stages of trees do in a session, whatever they predict. */
final class TreesStage {
  static final String FIT = "fit-vertical-gbt";
  static final String TRANSFORM = "transform-vertical-gbt";

  private final VerticalGBTParams params;
  private final Predicted predicted;
  private final UnaryOperator<LabelColumns> weighing;
  private final FitTrace trace;
  private final String featuresCol;
  private final String labelCol;
  private final HeddleSession session;

  /**
   * What trees predict.
   *
   * @param classes 0 but for several classes
   */
  record Predicted(TreeObjective objective, int classes) {
    static Predicted ofScore(TreeObjective objective) {
      return new Predicted(objective, 0);
    }

    static Predicted ofClasses(int classes) {
      return new Predicted(TreeObjective.MULTI_CLASS, classes);
    }
  }

  private <S extends VerticalGBTParams & HasFeaturesCol & HasLabelCol> TreesStage(
      S stage,
      Predicted predicted,
      UnaryOperator<LabelColumns> weighing,
      @Nullable FitTrace trace,
      HeddleSession session) {
    params = stage;
    this.predicted = predicted;
    this.weighing = weighing;
    this.trace = trace != null ? trace : FitTrace.NONE;
    featuresCol = stage.getFeaturesCol();
    labelCol = stage.getLabelCol();
    this.session = session;
  }

  /**
   * Trains with the peers, as one step of the stage's session.
   *
   * @param weighing what becomes of the label holder's row weights
   */
  static <S extends VerticalGBTParams & HasFeaturesCol & HasLabelCol> TreesFit fit(
      S stage,
      Predicted predicted,
      UnaryOperator<LabelColumns> weighing,
      @Nullable FitTrace trace,
      Dataset<?> dataset) {
    HeddleSession session = HeddleSession.named(stage.getSession(), dataset.sparkSession());
    return new TreesStage(stage, predicted, weighing, trace, session).fit(dataset.toDF());
  }

  private TreesFit fit(Dataset<Row> table) {
    TreeTerms terms = terms();
    return new AlignedStep(session, FIT, table, params.getIdCol())
        .train(terms.asTerms(), this::prepare, (step, rows) -> fit(step, terms, rows));
  }

  private TreeTerms terms() {
    return TreeTerms.builder()
        .objective(predicted.objective())
        .classes(predicted.classes())
        .maxIter(params.getMaxIter())
        .maxDepth(params.getMaxDepth())
        .maxLeaves(params.getGrowth().equals("leaf-wise") ? params.getMaxLeaves() : 0)
        .maxBins(params.getMaxBins())
        .stepSize(params.getStepSize())
        .lambda(params.getLambda())
        .gamma(params.getGamma())
        .minChildWeight(params.getMinChildWeight())
        .minInstancesPerNode(params.getMinInstancesPerNode())
        .subsamplingRate(params.getSubsamplingRate())
        .goss(params.getGossTopRate(), params.getGossOtherRate())
        .featureSubsetStrategy(params.getFeatureSubsetStrategy())
        .earlyStopping(params.getValidationFraction(), params.getEarlyStoppingRounds())
        .firstTreeAlone(params.getFirstTreeAlone())
        .alternate(params.getSharedTrees().equals("alternate"))
        .scheme(scheme())
        .rowPacking(TreesRowPacking.valueOf(params.getRowPacking().toUpperCase(Locale.ROOT)))
        .keyBits(session.keyBits())
        .build();
  }

  private TreeScheme scheme() {
    TreeScheme scheme =
        TreeScheme.valueOf(params.getScheme().toUpperCase(Locale.ROOT).replace('-', '_'));
    if (scheme == TreeScheme.OKAMOTO_UCHIYAMA && !session.takesPeersAsSemiHonest()) {
      throw new ConfigurationException(
          "Invalid scheme "
              + params.getScheme()
              + ": must be paillier where this party has peers.NAME.semi-honest = false for a peer");
    }
    return scheme;
  }

  private StageRows prepare(AlignedTable aligned) {
    return StageRows.of(
        session,
        aligned,
        featuresCol,
        labelCol,
        params.getWeightCol(),
        LabelRule.of(predicted.objective()));
  }

  private TreesFit fit(Channel step, TreeTerms terms, StageRows rows) {
    PrivateRandomness randomness = session.open()::privateRandomness;
    LabelColumns given = rows.labels();
    MonotoneConstraints constraints = MonotoneConstraints.parse(params.getMonotoneConstraints());
    if (given == null) {
      if (!constraints.isEmpty()) {
        throw new ConfigurationException(
            "Invalid monotoneConstraints "
                + constraints
                + ": must be none at a feature holder, for only the label holder's columns have them");
      }
      TreesFit fit =
          new TreesFeatureHolder(terms, session.treeRules(), randomness)
              .fit(
                  step,
                  session.labelHolder(),
                  rows.features().table(),
                  session.nodesOfTrees(),
                  session.progress());
      session.countNodesOfTrees(TreeRules.nodesCounted(fit.summary(), terms));
      return fit;
    }
    LabelColumns labels = weighing.apply(given);
    byte[] roundingSeed = TreesLabelHolder.roundingSeed(randomness, step);
    trace.seed(roundingSeed.clone());
    return new TreesLabelHolder(
            terms,
            TreesLabelHolder.key(randomness, step, terms),
            randomness,
            roundingSeed,
            constraints)
        .fit(step, rows.features().table(), labels.labels(), labels.weights(), session.progress());
  }

  /**
   * Scores with the peers, as one step of the model's session.
   *
   * @param scored the label holder's rows with their scores
   */
  static <M extends VerticalGBTModel & VerticalGBTParams & HasFeaturesCol> Dataset<Row> transform(
      M model, Dataset<?> dataset, BiFunction<AlignedTable, TreeScores, Dataset<Row>> scored) {
    TreesModelPart part = model.part();
    Dataset<Row> table = dataset.toDF();
    HeddleSession session = HeddleSession.named(model.getSession(), dataset.sparkSession());
    return new AlignedStep(session, TRANSFORM, table, model.getIdCol())
        .score(
            new AlignedStep.Part(part.fitId(), model.holdsLabels(), part.columnNames()),
            model.getFeaturesCol(),
            (step, aligned, features) -> {
              if (!model.holdsLabels()) {
                new TreesScoringFeatureHolder(part)
                    .score(step, session.labelHolder(), features.table(), session.progress());
                return table;
              }
              return scored.apply(
                  aligned,
                  new TreesScoringLabelHolder(part)
                      .score(step, features.table(), session.progress()));
            });
  }

  /**
   * A schema with the column of leaves, if the stage has one.
   *
   * @throws IllegalArgumentException if there is such a column already
   */
  static StructType withLeaves(VerticalGBTParams stage, StructType schema) {
    String name = stage.getLeafCol();
    if (name.isEmpty()) {
      return schema;
    }
    if (List.of(schema.fieldNames()).contains(name)) {
      throw new IllegalArgumentException("Column " + name + " (leafCol) is there already");
    }
    return schema.add(name, SQLDataTypes.VectorType(), false);
  }

  /** What scoring adds, with the leaves if the stage has a column for them. */
  static List<ScoredRows.Added> withLeaves(
      VerticalGBTParams stage, TreeScores scores, List<ScoredRows.Added> added) {
    if (stage.getLeafCol().isEmpty()) {
      return added;
    }
    List<ScoredRows.Added> all = new ArrayList<>(added);
    all.add(
        new ScoredRows.Added(
            stage.getLeafCol(),
            SQLDataTypes.VectorType(),
            row ->
                Vectors.dense(
                    Arrays.stream(scores.leaves()).mapToDouble(tree -> tree[row]).toArray())));
    return all;
  }

  /** What a model's table must have. */
  static <M extends VerticalGBTParams & HasFeaturesCol> void check(M model, StructType schema) {
    Schemas.checkFeatures(schema, model.getFeaturesCol());
    Schemas.checkRows(schema, model.getIdCol());
  }
}
