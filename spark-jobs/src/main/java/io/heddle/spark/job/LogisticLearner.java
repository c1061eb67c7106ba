// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.JobConfig;
import io.heddle.spark.ml.VerticalLogisticRegression;
import io.heddle.spark.ml.VerticalLogisticRegressionModel;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.LabelRule;
import io.heddle.train.logistic.FitSummary;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Logistic regression. */
record LogisticLearner(JobConfig job, HeddleSession session) implements Learner {
  @Override
  public String fitStep() {
    return VerticalLogisticRegression.STEP;
  }

  @Override
  public String scoreStep() {
    return VerticalLogisticRegressionModel.STEP;
  }

  @Override
  public LabelRule labels() {
    return LabelRule.TWO_CLASSES;
  }

  @Override
  public double threshold() {
    return job.logistic().threshold();
  }

  @Override
  public Trained fit(Dataset<Row> rows, @Nullable TraceFiles trace) {
    JobConfig.Logistic params = job.logistic();
    VerticalLogisticRegression estimator =
        new VerticalLogisticRegression()
            .setFeaturesCol(FEATURES)
            .setSession(session.name())
            .setRegParam(params.regParam())
            .setMaxIter(params.maxIter())
            .setTol(params.tol())
            .setFitIntercept(params.fitIntercept())
            .setStandardization(params.standardization())
            .setThreshold(params.threshold());
    if (session.holdsLabels()) {
      estimator.setLabelCol(LABEL);
      estimator.setWeightCol(Learner.weightCol(rows));
    }
    if (trace != null) {
      estimator.tracedBy(trace);
    }
    VerticalLogisticRegressionModel model = estimator.fit(rows);
    FitSummary summary = model.summary();
    return new Trained(
        model,
        new Figures(
            summary.passes(),
            summary.converged(),
            summary.losses(),
            summary.warnings(),
            summary.ledger()));
  }

  @Override
  public Loaded load(Path part) {
    VerticalLogisticRegressionModel model =
        VerticalLogisticRegressionModel.load(part.toUri().toString())
            .setSession(session.name())
            .setThreshold(threshold());
    return new Loaded(model, model.part().columnNames());
  }

  @Override
  public String scoringLedger(int rows) {
    return "The label holder saw "
        + (job.parties().size() > 2
            ? "the sum of the feature holders' parts"
            : "the feature holder's part")
        + " of the linear predictor of "
        + rows
        + " scored rows, row by row";
  }
}
