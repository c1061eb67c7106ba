// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.JobConfig;
import io.heddle.spark.ml.VerticalGBTClassificationModel;
import io.heddle.spark.ml.VerticalGBTClassifier;
import io.heddle.spark.session.HeddleSession;
import io.heddle.train.trees.TreesSummary;
import java.nio.file.Path;
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
  public double threshold() {
    return job.gbt().threshold();
  }

  @Override
  public Trained fit(Dataset<Row> rows, @Nullable TraceFiles trace) {
    JobConfig.Gbt params = job.gbt();
    VerticalGBTClassifier estimator =
        new VerticalGBTClassifier()
            .setMaxIter(params.maxIter())
            .setMaxDepth(params.maxDepth())
            .setMaxBins(params.maxBins())
            .setStepSize(params.stepSize())
            .setLambda(params.lambda())
            .setGamma(params.gamma())
            .setMinChildWeight(params.minChildWeight())
            .setMinInstancesPerNode(params.minInstancesPerNode())
            .setFirstTreeAlone(params.firstTreeAlone())
            .setThreshold(params.threshold())
            .setSession(session.name())
            .setFeaturesCol(FEATURES);
    if (session.holdsLabels()) {
      estimator.setLabelCol(LABEL);
    }
    if (trace != null) {
      estimator.tracedBy(trace);
    }
    VerticalGBTClassificationModel model = estimator.fit(rows);
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
    VerticalGBTClassificationModel model =
        VerticalGBTClassificationModel.load(part.toUri().toString())
            .setSession(session.name())
            .setThreshold(threshold());
    return new Loaded(model, model.part().columnNames());
  }

  @Override
  public String scoringLedger(int rows) {
    return "The label holder saw which way "
        + rows
        + " scored rows go at feature holders' splits, and these which of the rows come there";
  }
}
