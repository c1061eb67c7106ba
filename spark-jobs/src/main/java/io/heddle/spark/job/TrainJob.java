// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.DataSource;
import io.heddle.config.JobConfig;
import io.heddle.config.PartyConfig;
import io.heddle.error.AlignmentException;
import io.heddle.progress.Progress;
import io.heddle.psi.command.ProcessUsage;
import io.heddle.session.Traffic;
import io.heddle.spark.ml.VerticalGBTModel;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import io.heddle.train.trees.FeatureImportance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.ml.PredictionModel;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NumericAttribute;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/** Reads, aligns, trains on one part of the common rows, measures on the other, publishes. */
final class TrainJob {
  static final String ALIGN = "align";

  private final SparkSession spark;
  private final HeddleSession session;
  private final PartyConfig party;
  private final JobConfig job;
  private final Learner learner;

  TrainJob(SparkSession spark, HeddleSession session, PartyConfig party, JobConfig job) {
    this.spark = spark;
    this.session = session;
    this.party = party;
    this.job = job;
    learner = Learner.of(job, session);
  }

  /**
   * Does it all.
   *
   * @param modelDir where the model part goes, null for nowhere
   * @param out where run.json goes, null for nowhere
   */
  void run(DataSource data, @Nullable Path modelDir, @Nullable Path out) {
    try (Publication model =
            modelDir == null
                ? null
                : Publication.prepare(modelDir, "--model-dir", session.broken());
        Publication figures =
            out == null ? null : Publication.prepare(out, "--out", session.broken())) {
      TableReader own =
          TableReader.read(
              spark,
              data,
              party.data(),
              session.holdsLabels() ? learner.labels() : null,
              learner.takesMissing());
      HeddleSession.Aligned aligned = align(session, own.table(), party.data().id());
      KeyedSplit split = KeyedSplit.of(job.seed(), job.testFraction(), aligned.ids());
      AlignedTable rows = withFeatures(aligned.table(), own.features(), party.data());
      AlignedTable train = rows.keep(split.train());
      if (train.rows() == 0) {
        throw new AlignmentException(
            "No training rows among " + rows.rows() + " common rows: lower test-fraction");
      }
      TraceFiles trace = null;
      if (party.traceDirectory() != null) {
        trace = new TraceFiles(party.traceDirectory());
        List<byte[]> ids = aligned.ids().collect();
        trace.trainingIds(Arrays.stream(split.train()).mapToObj(ids::get).toList());
      }
      Learner.Trained fitted = learner.fit(train.table(), trace);
      // Before any row is scored, and while the peers still wait: a full disk here leaves them
      // without a model as well.
      if (model != null) {
        save(fitted.model(), TrainedPart.in(model.folder()));
        if (fitted.model() instanceof VerticalGBTModel trees) {
          model.lines("trees.txt", trees.part().lines());
        }
        model.complete(session.open().id());
      }
      Quality quality =
          split.test().length == 0 ? null : measure(fitted.model(), rows.keep(split.test()));
      if (figures != null) {
        Traffic traffic = session.open().traffic();
        figures.json("run.json", figures(aligned, split, fitted, quality, traffic));
        figures.complete(session.open().id());
      }
      session.finish();
      if (figures != null) {
        figures.publish();
      }
      if (model != null) {
        model.publish();
      }
      tell(fitted.figures(), quality, split.test().length, modelDir, out);
    }
  }

  /** What a person at this party's terminal wants to know at the end. */
  private void tell(
      Learner.Figures summary,
      @Nullable Quality quality,
      int testRows,
      @Nullable Path modelDir,
      @Nullable Path out) {
    Progress progress = session.progress();
    summary.warnings().forEach(warning -> progress.note("warning: " + warning));
    progress.note(
        "trained in "
            + summary.passes()
            + (job.algorithm() == JobConfig.Algorithm.GBT ? " trees" : " passes")
            + (job.algorithm() == JobConfig.Algorithm.GBT
                ? ""
                : summary.converged() ? ", converged" : ", not converged")
            + (quality == null
                ? ""
                : "; " + quality.words() + " on " + testRows + " held-out rows"));
    if (modelDir != null) {
      progress.note("this party's part of the model: " + modelDir);
    }
    if (out != null) {
      progress.note("figures, and what each party learned: " + out.resolve("run.json"));
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

  /**
   * Replaces columns by one vector that knows their names, and names label and row weight as MLlib
   * can take them: names in a file may hold dots and quotes.
   *
   * @param data names label and row weight, which may not have been read
   */
  static AlignedTable withFeatures(
      AlignedTable rows, List<String> features, PartyConfig.Data data) {
    Dataset<Row> table = rows.table();
    Attribute[] names =
        features.stream()
            .map(name -> NumericAttribute.defaultAttr().withName(name))
            .toArray(Attribute[]::new);
    List<Column> columns = new ArrayList<>();
    for (String name : table.columns()) {
      if (!features.contains(name)) {
        Column column = AlignedTable.column(table, name);
        columns.add(
            name.equals(data.label())
                ? column.as(Learner.LABEL)
                : name.equals(data.weight()) ? column.as(Learner.WEIGHT) : column);
      }
    }
    Column values =
        functions
            .array(
                features.stream()
                    .map(name -> AlignedTable.column(table, name))
                    .toArray(Column[]::new))
            .cast(new ArrayType(DataTypes.DoubleType, true));
    columns.add(
        org.apache
            .spark
            .ml
            .functions
            .array_to_vector(values)
            .as(Learner.FEATURES, new AttributeGroup(Learner.FEATURES, names).toMetadata()));
    return new AlignedTable(
        table.select(columns.toArray(Column[]::new)), rows.rows(), rows.digest());
  }

  /** Scores the test rows with the peers; the label holder alone sees how well. */
  private @Nullable Quality measure(PredictionModel<Vector, ?> model, AlignedTable test) {
    Dataset<Row> scored = model.transform(test.table());
    if (!session.holdsLabels()) {
      return null;
    }
    List<Column> columns = new ArrayList<>();
    columns.add(functions.col(AlignedTable.INDEX));
    columns.add(functions.col(Learner.LABEL));
    columns.addAll(learner.measured(scored));
    List<Row> rows =
        scored.select(columns.toArray(Column[]::new)).toJavaRDD().collect().stream()
            // Figures are sums, and the last digit of a sum depends on its order.
            .sorted(Comparator.comparingInt(row -> row.getInt(0)))
            .toList();
    double[] labels = rows.stream().mapToDouble(row -> row.getDouble(1)).toArray();
    double[][] predicted = new double[columns.size() - 2][];
    for (int c = 0; c < predicted.length; c++) {
      int at = c + 2;
      predicted[c] = rows.stream().mapToDouble(row -> row.getDouble(at)).toArray();
    }
    return Quality.of(learner.labels(), labels, predicted, learner.threshold());
  }

  private static void save(PredictionModel<Vector, ?> model, Path place) {
    try {
      ((MLWritable) model).save(place.toUri().toString());
    } catch (IOException | RuntimeException e) {
      throw Publication.cannotWrite("the model to " + place, e);
    }
  }

  private Map<String, Object> figures(
      HeddleSession.Aligned aligned,
      KeyedSplit split,
      Learner.Trained fitted,
      @Nullable Quality quality,
      Traffic traffic) {
    Learner.Figures summary = fitted.figures();
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
    if (quality != null) {
      run.putAll(quality.figures());
    }
    if (fitted.model() instanceof VerticalGBTModel trees) {
      run.put("importances", trees.featureImportances().stream().map(TrainJob::json).toList());
    }
    run.put("passes", summary.passes());
    run.put("converged", summary.converged());
    run.put("losses", summary.losses());
    run.put("warnings", summary.warnings());
    List<String> ledger = new ArrayList<>();
    ledger.add(alignmentLedger(job, aligned.table().rows()));
    ledger.addAll(summary.ledger());
    if (split.test().length > 0) {
      ledger.add(learner.scoringLedger(split.test().length));
    }
    run.put("ledger", ledger);
    run.put(
        "seconds",
        Map.of(
            "total", ProcessUsage.seconds(),
            "psi", session.secondsIn(ALIGN),
            "train", session.secondsIn(learner.fitStep()),
            "score", session.secondsIn(learner.scoreStep())));
    run.put(
        "bytes",
        Map.of(
            "psi", traffic.bytesSent(ALIGN),
            "train", traffic.bytesSent(learner.fitStep()),
            "score", traffic.bytesSent(learner.scoreStep())));
    return run;
  }

  /** What a party knows of it: a feature holder has no gain and no cover. */
  private static Map<String, Object> json(FeatureImportance importance) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (importance.peer() != null) {
      json.put("party", importance.peer().name());
    }
    if (importance.column() != null) {
      json.put("column", importance.column());
    }
    json.put("splits", importance.splits());
    if (!Double.isNaN(importance.gain())) {
      json.put("gain", importance.gain());
      json.put("cover", importance.cover());
    }
    return json;
  }

  static String alignmentLedger(JobConfig job, int rows) {
    return "Every party learned which "
        + rows
        + " of its ids all parties have, and how many ids each other party has"
        + (job.parties().size() > 2
            ? "; " + job.psi().receiver() + " also how many ids each group of parties has in common"
            : "");
  }

  static Map<String, Object> common(HeddleSession session) {
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("party", session.self().name());
    run.put("role", session.holdsLabels() ? "label-holder" : "feature-holder");
    run.put("pid", ProcessHandle.current().pid());
    run.put("cpuSeconds", ProcessUsage.cpuSeconds());
    run.put("peakMemoryMiB", ProcessUsage.peakMemoryMiB());
    run.put("session", SessionReport.of(session.open().figures()));
    return run;
  }
}
