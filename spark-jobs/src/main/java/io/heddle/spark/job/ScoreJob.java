// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.DataSource;
import io.heddle.config.JobConfig;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.psi.command.ProcessUsage;
import io.heddle.session.Traffic;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.PredictionModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Reads, aligns, scores the common rows; the label holder writes ids with their predictions. */
final class ScoreJob {
  private final SparkSession spark;
  private final HeddleSession session;
  private final PartyConfig party;
  private final JobConfig job;
  private final Learner learner;

  ScoreJob(SparkSession spark, HeddleSession session, PartyConfig party, JobConfig job) {
    this.spark = spark;
    this.session = session;
    this.party = party;
    this.job = job;
    learner = Learner.of(job, session);
  }

  /**
   * Does it all.
   *
   * @param modelDir a folder that a training published
   * @param out where the scores (label holder) and run.json go, null for nowhere
   */
  void run(DataSource data, Path modelDir, @Nullable Path out) {
    Path part = TrainedPart.in(modelDir);
    if (!Files.isDirectory(part)) {
      throw new ConfigurationException(
          "No model in --model-dir " + modelDir + ": must be a folder that heddle train wrote");
    }
    try (Publication results =
        out == null ? null : Publication.prepare(out, "--out", session.broken())) {
      Learner.Loaded loaded = learner.load(part);
      PredictionModel<Vector, ?> model = loaded.model();
      TableReader own =
          TableReader.ofModel(
              spark, data, party.data(), loaded.columnNames(), learner.takesMissing());
      HeddleSession.Aligned aligned = TrainJob.align(session, own.table(), party.data().id());
      AlignedTable rows = TrainJob.withFeatures(aligned.table(), own.features(), party.data());
      Dataset<Row> scored = model.transform(rows.table());
      // While the peers still wait: a full disk here ends the job for them as well.
      if (results != null) {
        if (session.holdsLabels()) {
          write(scored, results.folder().resolve("scores.csv"));
        }
        results.json("run.json", figures(aligned, session.open().traffic()));
        results.complete(session.open().id());
      }
      session.finish();
      if (results != null && out != null) {
        results.publish();
        session.progress().note("figures, and what each party learned: " + out.resolve("run.json"));
        if (session.holdsLabels()) {
          session.progress().note("scores of the common rows: " + out.resolve("scores.csv"));
        }
      }
    }
  }

  /** One CSV file; the rows are few enough for the driver, as their ids were. */
  private void write(Dataset<Row> scored, Path file) {
    List<Column> columns = new ArrayList<>();
    for (String id : party.data().id()) {
      columns.add(AlignedTable.column(scored, id));
    }
    columns.addAll(learner.outcome(scored));
    Path folder = file.resolveSibling(file.getFileName() + ".parts");
    try {
      scored
          .select(columns.toArray(Column[]::new))
          .coalesce(1)
          .write()
          .option("header", true)
          .option("escape", "\"")
          .csv(folder.toUri().toString());
    } catch (Exception e) {
      // Spark's own exceptions are checked ones that Scala does not declare.
      throw Publication.cannotWrite("the scores to " + folder, e);
    }
    Publication.single(folder, file);
  }

  private Map<String, Object> figures(HeddleSession.Aligned aligned, Traffic traffic) {
    Map<String, Object> run = TrainJob.common(session);
    int rows = aligned.table().rows();
    run.put("rows", Map.of("own", aligned.ownRows(), "aligned", rows));
    run.put("ledger", List.of(TrainJob.alignmentLedger(job, rows), learner.scoringLedger(rows)));
    run.put(
        "seconds",
        Map.of(
            "total", ProcessUsage.seconds(),
            "psi", session.secondsIn(TrainJob.ALIGN),
            "score", session.secondsIn(learner.scoreStep())));
    run.put(
        "bytes",
        Map.of(
            "psi", traffic.bytesSent(TrainJob.ALIGN),
            "score", traffic.bytesSent(learner.scoreStep())));
    return run;
  }
}
