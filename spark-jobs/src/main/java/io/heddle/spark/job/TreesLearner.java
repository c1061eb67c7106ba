// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.JobConfig;
import io.heddle.spark.ml.VerticalGBTClassificationModel;
import io.heddle.spark.ml.VerticalGBTClassifier;
import io.heddle.spark.ml.VerticalGBTModel;
import io.heddle.spark.ml.VerticalGBTRegressionModel;
import io.heddle.spark.ml.VerticalGBTRegressor;
import io.heddle.spark.ml.VerticalGBTSetters;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import io.heddle.spark.table.LabelRule;
import io.heddle.train.trees.TreeObjective;
import io.heddle.train.trees.TreesSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.spark.ml.PredictionModel;
import org.apache.spark.ml.functions;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Boosted trees. */
record TreesLearner(JobConfig job, HeddleSession session) implements Learner {
  @Override
  public String fitStep() {
    return VerticalGBTClassifier.STEP;
  }

  @Override
  public String scoreStep() {
    return VerticalGBTClassificationModel.STEP;
  }

  @Override
  public LabelRule labels() {
    return LabelRule.of(TreeObjective.of(job.gbt().objective()));
  }

  @Override
  public boolean takesMissing() {
    return true;
  }

  @Override
  public int classes() {
    return labels() == LabelRule.CLASSES ? job.gbt().classes() : Learner.super.classes();
  }

  @Override
  public double threshold() {
    return job.gbt().threshold();
  }

  @Override
  public Trained fit(Dataset<Row> rows, @Nullable TraceFiles trace) {
    return classes() > 0 ? fitClasses(rows, trace) : fitNumbers(rows, trace);
  }

  private Trained fitClasses(Dataset<Row> rows, @Nullable TraceFiles trace) {
    VerticalGBTClassifier estimator =
        withTerms(new VerticalGBTClassifier())
            .setNumClasses(classes())
            .setThreshold(threshold())
            .setFeaturesCol(FEATURES)
            .setProbabilityCol(PROBABILITY)
            .setPredictionCol(PREDICTION);
    if (session.holdsLabels()) {
      estimator.setLabelCol(LABEL);
      estimator.setWeightCol(Learner.weightCol(rows));
      estimator.setClassWeight(job.gbt().classWeight());
      estimator.setMonotoneConstraints(session.monotoneConstraints().toString());
    }
    if (trace != null) {
      estimator.tracedBy(trace);
    }
    return trained(estimator.fit(rows));
  }

  private Trained fitNumbers(Dataset<Row> rows, @Nullable TraceFiles trace) {
    VerticalGBTRegressor estimator =
        withTerms(new VerticalGBTRegressor())
            .setObjective(job.gbt().objective().name().toLowerCase(Locale.ROOT))
            .setFeaturesCol(FEATURES)
            .setPredictionCol(PREDICTION);
    if (session.holdsLabels()) {
      estimator.setLabelCol(LABEL);
      estimator.setWeightCol(Learner.weightCol(rows));
      estimator.setMonotoneConstraints(session.monotoneConstraints().toString());
    }
    if (trace != null) {
      estimator.tracedBy(trace);
    }
    return trained(estimator.fit(rows));
  }

  private <S extends VerticalGBTSetters<S>> S withTerms(S estimator) {
    JobConfig.Gbt params = job.gbt();
    if (params.maxLeaves() > 0) {
      estimator.setGrowth("leaf-wise").setMaxLeaves(params.maxLeaves());
    }
    return estimator
        .setMaxIter(params.maxIter())
        .setMaxDepth(params.maxDepth())
        .setMaxBins(params.maxBins())
        .setStepSize(params.stepSize())
        .setLambda(params.lambda())
        .setGamma(params.gamma())
        .setMinChildWeight(params.minChildWeight())
        .setMinInstancesPerNode(params.minInstancesPerNode())
        .setSubsamplingRate(params.subsamplingRate())
        .setGossTopRate(params.gossTopRate())
        .setGossOtherRate(params.gossOtherRate())
        .setFeatureSubsetStrategy(params.featureSubsetStrategy())
        .setValidationFraction(params.validationFraction())
        .setEarlyStoppingRounds(params.earlyStoppingRounds())
        .setFirstTreeAlone(params.firstTreeAlone())
        .setSharedTrees(params.sharedTrees().name().toLowerCase(Locale.ROOT))
        .setScheme(params.scheme().name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .setRowPacking(params.rowPacking().name().toLowerCase(Locale.ROOT))
        .setSession(session.name());
  }

  private static <M extends PredictionModel<Vector, ?> & VerticalGBTModel> Trained trained(
      M model) {
    TreesSummary summary = model.summary();
    return new Trained(
        model,
        new Figures(
            summary.trees(),
            summary.complete(),
            summary.losses(),
            summary.warnings(),
            summary.ledger()));
  }

  @Override
  public Loaded load(Path part) {
    String place = part.toUri().toString();
    if (classes() > 0) {
      VerticalGBTClassificationModel model =
          VerticalGBTClassificationModel.load(place)
              .setSession(session.name())
              .setLeafCol(leafCol())
              .setThreshold(threshold());
      return new Loaded(model, model.part().columnNames());
    }
    VerticalGBTRegressionModel model =
        VerticalGBTRegressionModel.load(place).setSession(session.name()).setLeafCol(leafCol());
    return new Loaded(model, model.part().columnNames());
  }

  /** Empty for none, as the stages have it. */
  private String leafCol() {
    return Objects.requireNonNullElse(session.leafCol(), "");
  }

  /** The leaves are one text, with spaces between, as there may be thousands of trees. */
  @Override
  public List<Column> outcome(Dataset<Row> scored) {
    String name = session.leafCol();
    if (name == null) {
      return Learner.super.outcome(scored);
    }
    List<Column> columns = new ArrayList<>(Learner.super.outcome(scored));
    Column leaves = functions.vector_to_array(AlignedTable.column(scored, name), "float64");
    columns.add(
        org.apache
            .spark
            .sql
            .functions
            .concat_ws(" ", leaves.cast("array<int>").cast("array<string>"))
            .as(name));
    return columns;
  }

  @Override
  public String scoringLedger(int rows) {
    return "The label holder saw which way "
        + rows
        + " scored rows go at feature holders' splits, and these which of the rows come there";
  }
}
