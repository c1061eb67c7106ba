// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cluster;

import io.heddle.channel.Channel;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.spark.TwoParties;
import io.heddle.spark.table.SparkAlignedRows;
import io.heddle.table.AlignedRows;
import io.heddle.table.ColumnBlock;
import io.heddle.table.LocalAlignedRows;
import io.heddle.table.PartyTable;
import io.heddle.train.trees.TreeRules;
import io.heddle.train.trees.TreeTerms;
import io.heddle.train.trees.TreesFeatureHolder;
import io.heddle.train.trees.TreesFit;
import io.heddle.train.trees.TreesLabelHolder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * For tests: trees whose feature holder has its rows on executors, and how long these take to add
 * up. The label holder has no columns and is in the driver.
 */
final class AddingUp {
  /** Starts each line. */
  static final String LINE = "ADDING ";

  static final String TREES = LINE + "trees: ";

  /** With 800,000 rows one executor has taken more than five minutes where four are usual. */
  private static final Duration MOST = Duration.ofMinutes(9);

  private static final int COLUMNS = 10;
  private static final int PARTITIONS = 4;
  private static final TreeTerms TERMS =
      TreeTerms.builder()
          .maxIter(4)
          .maxDepth(4)
          .maxBins(32)
          .firstTreeAlone(false)
          .rowPacking(TreesRowPacking.OFF)
          .build();

  private AddingUp() {}

  private static double[] features(int row) {
    return new SplittableRandom(row).doubles(COLUMNS).toArray();
  }

  private static double label(int row) {
    double[] features = features(row);
    double noise = new SplittableRandom(~row).nextDouble();
    return features[0] + features[1] * features[2] + noise > 1.25 ? 1 : 0;
  }

  /** Arguments: the master, how many rows, how much memory an executor has. */
  public static void main(String[] arguments) {
    int rows = Integer.parseInt(arguments[1]);
    SparkSession spark =
        SparkSession.builder()
            .master(arguments[0])
            .appName("heddle-adding-up")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.executor.memory", arguments[2])
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            // A core for each, also for its compiler and collector: a task works alone.
            .config(
                "spark.executor.extraJavaOptions",
                "--add-modules=jdk.incubator.vector -XX:ActiveProcessorCount=1"
                    + " -Djava.util.concurrent.ForkJoinPool.common.parallelism=0")
            .config("spark.network.timeout", "300s")
            .getOrCreate();
    try {
      Map<PartyId, Parties.Code<TreesFit>> code = new TreeMap<>();
      code.put(TwoParties.BANK, session -> ofLabelHolder(session, rows));
      code.put(TwoParties.RETAILER, session -> ofFeatureHolder(session, spark, rows));
      List<TreesFit> fits =
          List.copyOf(
              Parties.run(new ClusterFit.InMemory(MOST), ClusterTrees.TYPES, code).values());
      byte[] trees =
          (fits.get(0).part().ensemble() + fits.get(1).part().thresholds().toString())
              .getBytes(StandardCharsets.UTF_8);
      System.out.println(TREES + HexFormat.of().formatHex(Sha256.of(trees)));
    } finally {
      spark.stop();
    }
  }

  private static Channel begin(Session session) {
    return session.beginStep("fit", new TreeMap<>(TERMS.asTerms()));
  }

  private static PartyTable table(AlignedRows<ColumnBlock> rows, int columns) {
    return new PartyTable(
        rows, IntStream.range(0, columns).mapToObj(j -> "x" + j).toList(), new byte[32]);
  }

  private static TreesFit ofLabelHolder(Session session, int rows) {
    Channel step = begin(session);
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) 9);
    return new TreesLabelHolder(
            TERMS,
            TreesLabelHolder.key(session::privateRandomness, step, TERMS),
            session::privateRandomness,
            seed)
        .fit(
            step,
            table(LocalAlignedRows.of(rows, new double[0][], 1), 0),
            IntStream.range(0, rows).mapToDouble(AddingUp::label).toArray(),
            null,
            Progress.NONE);
  }

  private static TreesFit ofFeatureHolder(Session session, SparkSession spark, int rows) {
    StructType schema =
        new StructType()
            .add("index", DataTypes.IntegerType)
            .add("features", SQLDataTypes.VectorType());
    List<Integer> indices = IntStream.range(0, rows).boxed().toList();
    JavaRDD<Row> table =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(indices, PARTITIONS)
            .map(i -> RowFactory.create(i, Vectors.dense(features(i))));
    try (AlignedRows<ColumnBlock> aligned =
        SparkAlignedRows.of(spark.createDataFrame(table, schema), rows, PARTITIONS)) {
      return new TreesFeatureHolder(TERMS, new TreeRules(true), session::privateRandomness)
          .fit(begin(session), TwoParties.BANK, table(aligned, COLUMNS), 0, new Notes());
    }
  }

  /** Prints what the feature holder notes. */
  private static final class Notes implements Progress {
    @Override
    public void note(String line) {
      System.out.println(LINE + line);
    }
  }
}
