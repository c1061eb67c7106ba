// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.JobConfig;
import io.heddle.config.PartyConfig;
import io.heddle.error.AlignmentException;
import io.heddle.psi.command.ProcessUsage;
import io.heddle.session.Traffic;
import io.heddle.spark.ml.VerticalLogisticRegression;
import io.heddle.spark.ml.VerticalLogisticRegressionModel;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import io.heddle.train.logistic.FitSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;

/** Reads, aligns, trains on one part of the common rows, measures on the other, publishes. */
final class TrainJob {
  static final String ALIGN = "align";
  static final String MODEL = "part";
  private static final String FEATURES = "heddle_features";

  private final SparkSession spark;
  private final HeddleSession session;
  private final PartyConfig party;
  private final JobConfig job;

  TrainJob(SparkSession spark, HeddleSession session, PartyConfig party, JobConfig job) {
    this.spark = spark;
    this.session = session;
    this.party = party;
    this.job = job;
  }

  /**
   * Does it all.
   *
   * @param modelDir where the model part goes, null for nowhere
   * @param out where run.json goes, null for nowhere
   */
  void run(String data, @Nullable Path modelDir, @Nullable Path out) {
    try (Publication model =
            modelDir == null ? null : Publication.prepare(modelDir, "--model-dir");
        Publication figures = out == null ? null : Publication.prepare(out, "--out")) {
      TableReader own = TableReader.read(spark, data, party.data(), session.holdsLabels());
      HeddleSession.Aligned aligned = align(session, own.table(), party.data().id());
      KeyedSplit split = KeyedSplit.of(job.seed(), job.testFraction(), aligned.ids());
      AlignedTable rows = withFeatures(aligned.table(), own.features());
      AlignedTable train = rows.keep(split.train());
      if (train.rows() == 0) {
        throw new AlignmentException(
            "No training rows among " + rows.rows() + " common rows: lower test-fraction");
      }
      VerticalLogisticRegression estimator = estimator();
      if (party.traceDirectory() != null) {
        TraceFiles trace = new TraceFiles(party.traceDirectory());
        trace.trainingIds(
            Arrays.stream(split.train()).mapToObj(row -> aligned.ids().get(row)).toList());
        estimator.tracedBy(trace);
      }
      VerticalLogisticRegressionModel fitted = estimator.fit(train.table());
      RankMetrics metrics =
          split.test().length == 0 ? null : measure(fitted, rows.keep(split.test()));
      if (model != null) {
        // While the peers still wait: a full disk here leaves them without a model as well.
        save(fitted, model.folder().resolve(MODEL));
      }
      Traffic traffic = session.open().traffic();
      session.finish();
      Map<String, Object> run = figures(aligned, split, fitted.summary(), metrics, traffic);
      if (model != null) {
        model.publish();
      }
      if (figures != null) {
        figures.json("run.json", run);
        figures.publish();
      }
    }
  }

  static HeddleSession.Aligned align(
      HeddleSession session, Dataset<Row> table, List<String> idCols) {
    return session.step(
        ALIGN,
        new TreeMap<>(),
        step -> {
          HeddleSession.Aligned aligned = session.align(step, table, idCols.toArray(String[]::new));
          aligned.table().table().persist();
          return aligned;
        });
  }

  static AlignedTable withFeatures(AlignedTable rows, List<String> features) {
    Dataset<Row> assembled =
        new VectorAssembler()
            .setInputCols(features.toArray(String[]::new))
            .setOutputCol(FEATURES)
            .transform(rows.table())
            .drop(features.toArray(String[]::new));
    return new AlignedTable(assembled, rows.rows(), rows.digest());
  }

  private VerticalLogisticRegression estimator() {
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
      estimator.setLabelCol(party.data().label());
    }
    return estimator;
  }

  /** Scores the test rows with the peers; the label holder alone sees how well. */
  private @Nullable RankMetrics measure(VerticalLogisticRegressionModel model, AlignedTable test) {
    Dataset<Row> scored = model.transform(test.table());
    if (!session.holdsLabels()) {
      return null;
    }
    List<Row> rows =
        scored
            .select(
                AlignedTable.column(scored, String.valueOf(party.data().label())),
                functions.col(model.getProbabilityCol()))
            .collectAsList();
    double[] labels = rows.stream().mapToDouble(row -> row.getDouble(0)).toArray();
    double[] probabilities =
        rows.stream().mapToDouble(row -> ((Vector) row.get(1)).apply(1)).toArray();
    return RankMetrics.of(labels, probabilities, model.getThreshold());
  }

  private static void save(VerticalLogisticRegressionModel model, Path place) {
    try {
      model.save(place.toUri().toString());
    } catch (IOException | RuntimeException e) {
      throw Publication.cannotWrite("the model to " + place, e);
    }
  }

  private Map<String, Object> figures(
      HeddleSession.Aligned aligned,
      KeyedSplit split,
      FitSummary summary,
      @Nullable RankMetrics metrics,
      Traffic traffic) {
    Map<String, Object> run = common(session);
    run.put(
        "rows",
        Map.of(
            "own",
            aligned.ownRows(),
            "aligned",
            aligned.table().rows(),
            "train",
            split.train().length,
            "test",
            split.test().length));
    if (metrics != null && !Double.isNaN(metrics.auc())) {
      run.put("auc", metrics.auc());
    }
    if (metrics != null) {
      run.put("logLoss", metrics.logLoss());
      run.put("accuracy", metrics.accuracy());
    }
    run.put("passes", summary.passes());
    run.put("converged", summary.converged());
    run.put("losses", summary.losses());
    run.put("warnings", summary.warnings());
    run.put("ledger", summary.ledger());
    run.put(
        "seconds",
        Map.of(
            "total", ProcessUsage.seconds(),
            "psi", session.secondsIn(ALIGN),
            "train", session.secondsIn(VerticalLogisticRegression.STEP),
            "score", session.secondsIn(VerticalLogisticRegressionModel.STEP)));
    run.put(
        "bytes",
        Map.of(
            "psi", traffic.bytesSent(ALIGN),
            "train", traffic.bytesSent(VerticalLogisticRegression.STEP),
            "score", traffic.bytesSent(VerticalLogisticRegressionModel.STEP)));
    return run;
  }

  static Map<String, Object> common(HeddleSession session) {
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("party", session.self().name());
    run.put("role", session.holdsLabels() ? "label-holder" : "feature-holder");
    run.put("pid", ProcessHandle.current().pid());
    run.put("cpuSeconds", ProcessUsage.cpuSeconds());
    run.put("peakMemoryMiB", ProcessUsage.peakMemoryMiB());
    return run;
  }
}
