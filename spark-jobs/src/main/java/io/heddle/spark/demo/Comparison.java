// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.spark.job.KeyedSplit;
import io.heddle.spark.job.RankMetrics;
import io.heddle.spark.job.TraceFiles;
import io.heddle.spark.session.AlignedIds;
import io.heddle.train.logistic.JoinedReference;
import io.heddle.train.logistic.LogisticTerms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Trains in the clear on the joined tables of a demo, which only somebody who plays all parties can
 * do, and compares: the quality with Spark MLlib's on the same rows, the coefficients with the same
 * optimiser's, pass by pass. Main class of a {@code spark-submit}.
 */
public final class Comparison {
  /** So tight that MLlib's own stopping does not show in the fourth digit of an AUC. */
  private static final double REFERENCE_TOL = 1e-10;

  private static final int REFERENCE_MAX_ITER = 1_000;
  private static final String LABEL = "label";
  private static final String FEATURES = "features";

  private Comparison() {}

  /**
   * Compares and writes the result.
   *
   * @param args the file for the result, then for each party its configuration, its job file and
   *     its table; the label holder first
   */
  public static void main(String[] args) throws IOException {
    if (args.length < 7 || args.length % 3 != 1) {
      throw new IllegalArgumentException(
          "Invalid arguments: must be the result's file, then heddle.conf, job.conf and table of"
              + " each party");
    }
    try (SparkSession spark = SparkSession.builder().appName("heddle demo").getOrCreate()) {
      JobConfig job = JobConfig.load(Path.of(args[2]), Overrides.NONE);
      List<PartyConfig> configs = new ArrayList<>();
      List<DemoTable> tables = new ArrayList<>();
      for (int i = 1; i < args.length; i += 3) {
        PartyConfig config = PartyConfig.load(Path.of(args[i]), Overrides.NONE);
        configs.add(config);
        tables.add(DemoTable.read(Path.of(args[i + 2]), config.data(), job.psi().normalise()));
      }
      compare(spark, job, configs, tables).write(Path.of(args[0]));
    }
  }

  private static ComparisonResult compare(
      SparkSession spark, JobConfig job, List<PartyConfig> configs, List<DemoTable> tables)
      throws IOException {
    List<byte[]> common = DemoTable.commonKeys(tables);
    KeyedSplit split = KeyedSplit.of(job.seed(), job.testFraction(), AlignedIds.of(common));
    List<byte[]> train = pick(common, split.train());
    List<byte[]> test = pick(common, split.test());
    JoinedRows joined = new JoinedRows(tables, train, test);
    JoinedRows labelHolderOnly = new JoinedRows(tables.subList(0, 1), train, test);
    if (job.algorithm() == JobConfig.Algorithm.GBT) {
      return TreesComparison.compare(job, configs, tables, joined, labelHolderOnly);
    }
    return new ComparisonResult(
        "Spark MLlib LogisticRegression on the joined rows",
        aucOfMllib(spark, job, joined),
        aucOfMllib(spark, job, labelHolderOnly),
        maxCoefficientDifference(job, configs, tables));
  }

  private static List<byte[]> pick(List<byte[]> keys, int[] indices) {
    return Arrays.stream(indices).mapToObj(keys::get).toList();
  }

  /** Trains MLlib's estimator with the job's parameters; the AUC is that of the test rows. */
  private static double aucOfMllib(SparkSession spark, JobConfig job, JoinedRows joined) {
    LogisticRegression estimator =
        new LogisticRegression()
            .setRegParam(job.logistic().regParam())
            .setFitIntercept(job.logistic().fitIntercept())
            .setStandardization(job.logistic().standardization())
            .setTol(REFERENCE_TOL)
            .setMaxIter(REFERENCE_MAX_ITER);
    LogisticRegressionModel model = estimator.fit(frame(spark, joined).cache());
    double[] labels = joined.testLabels();
    List<double[]> rows = joined.testRows();
    double[] probabilities = new double[labels.length];
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] = model.predictProbability(Vectors.dense(rows.get(i))).apply(1);
    }
    return RankMetrics.of(labels, probabilities, job.logistic().threshold()).auc();
  }

  private static Dataset<Row> frame(SparkSession spark, JoinedRows joined) {
    double[] labels = joined.trainLabels();
    List<double[]> values = joined.trainRows();
    List<Row> rows = new ArrayList<>(labels.length);
    for (int i = 0; i < labels.length; i++) {
      rows.add(RowFactory.create(labels[i], Vectors.dense(values.get(i))));
    }
    return spark.createDataFrame(
        rows,
        new StructType().add(LABEL, DataTypes.DoubleType).add(FEATURES, SQLDataTypes.VectorType()));
  }

  private static double maxCoefficientDifference(
      JobConfig job, List<PartyConfig> configs, List<DemoTable> tables) throws IOException {
    List<Path> traces = configs.stream().map(Comparison::trace).toList();
    List<byte[]> alignedTraining = TraceFiles.readTrainingIds(traces.get(0));
    List<List<double[]>> passes = passes(traces);
    List<List<double[]>> reference =
        JoinedReference.train(
            terms(job),
            configs.get(0).privacy().labelRowsPerColumn(),
            tables.get(0).labels(alignedTraining),
            null,
            tables.stream().map(table -> table.columns(alignedTraining)).toList(),
            TraceFiles.readSeed(traces.get(0)),
            passes.size());
    return JoinedReference.maxCoefficientDifference(passes, reference);
  }

  static Path trace(PartyConfig config) {
    Path directory = config.traceDirectory();
    if (directory == null) {
      throw new IllegalArgumentException("No trace.dir in " + config.file());
    }
    return directory;
  }

  /** By pass, then by party. */
  private static List<List<double[]>> passes(List<Path> traces) throws IOException {
    List<List<double[]>> passes = new ArrayList<>();
    for (Path trace : traces) {
      List<double[]> ofParty = TraceFiles.readCoefficients(trace);
      for (int pass = 0; pass < ofParty.size(); pass++) {
        if (pass == passes.size()) {
          passes.add(new ArrayList<>());
        }
        passes.get(pass).add(ofParty.get(pass));
      }
    }
    return passes;
  }

  private static LogisticTerms terms(JobConfig job) {
    return LogisticTerms.builder()
        .regParam(job.logistic().regParam())
        .maxIter(job.logistic().maxIter())
        .tol(job.logistic().tol())
        .fitIntercept(job.logistic().fitIntercept())
        .standardization(job.logistic().standardization())
        .keyBits(job.keyBits())
        .build();
  }
}
