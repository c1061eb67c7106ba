// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.DataSource;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.progress.Progress;
import io.heddle.spark.console.ConsoleProgress;
import io.heddle.spark.console.ExitCode;
import io.heddle.spark.session.ClusterSafety;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.session.SessionMetrics;
import io.heddle.spark.session.WorkerPlugin;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import scala.Tuple2;

/**
 * The main class that a party submits to its Spark. Every party of a job submits it with its own
 * files; the role stands in the configuration.
 *
 * <pre>
 * spark-submit --class io.heddle.spark.job.PartyJob heddle.jar train \
 *     --config heddle.conf --job job.conf --data table.csv --model-dir model --out run
 * </pre>
 *
 * <p>Ends with a code of {@link ExitCode}. After a failure there is no model and nothing half
 * written, and the peers know that this party failed, not why.
 */
@Command(
    name = "party-job",
    description = "One party's part of a job, submitted to Spark.",
    mixinStandardHelpOptions = true,
    subcommands = {PartyJob.Train.class, PartyJob.Score.class})
public final class PartyJob {
  private PartyJob() {}

  /** Runs one job and ends the process. */
  public static void main(String[] arguments) {
    int code = run(arguments);
    var spark = SparkSession.getDefaultSession();
    if (spark.isDefined()) {
      spark.get().stop();
    }
    System.exit(code);
  }

  /** As {@link #main} without the end of Spark and of the process. */
  static int run(String... arguments) {
    return new CommandLine(new PartyJob())
        .setExecutionExceptionHandler(
            (failure, command, parsed) ->
                ExitCode.report(failure, List.of(arguments).contains("--verbose"), System.err)
                    .code())
        .execute(arguments);
  }

  /** What both kinds of job need. */
  static final class Files {
    private static final String CATALOG = "spark.sql.catalogImplementation";
    private static final List<String> HIVE =
        List.of(
            "org.apache.spark.sql.hive.HiveSessionStateBuilder",
            "org.apache.hadoop.hive.conf.HiveConf");

    @Option(names = "--config", required = true, description = "This party's heddle.conf.")
    @Nullable Path config;

    @Option(names = "--job", required = true, description = "The job file that all parties hold.")
    @Nullable Path job;

    @Option(
        names = "--data",
        description =
            "This party's table: CSV, Parquet, ORC or JSON lines. Without it the party's file names"
                + " data.table or data.jdbc.url.")
    @Nullable String data;

    @Option(names = "--set", description = "key=value, goes before both files; may be repeated.")
    List<String> set = List.of();

    @Option(names = "--verbose", description = "Print stack traces.")
    boolean verbose;

    @Option(
        names = "--fresh",
        description = "Begin anew instead of going on with a run that was broken off.")
    boolean fresh;

    @Option(
        names = "--insecure-local",
        description =
            "Run on a cluster that neither authenticates nor encrypts. Only where nobody else can"
                + " reach it: this party's rows cross it in the clear.")
    boolean insecure;

    /** Opens what a job works with, hands it over, and ends the session if the job fails. */
    int run(String command, Work work) {
      if (config == null || job == null) {
        throw new AssertionError("picocli lets no required option pass");
      }
      // Before Spark starts: a wrong file is told at once, and peers find this party early.
      Map<String, String> spark = sparkSettings();
      requireSafe(spark);
      Overrides overrides = Overrides.ofArguments(set).before(Overrides.ofSpark(spark));
      PartyConfig party = PartyConfig.load(config, overrides);
      DataSource source = source(party);
      JobConfig terms = JobConfig.load(job, overrides);
      terms.labelHolder();
      Progress progress = ConsoleProgress.create();
      HeddleSession session =
          HeddleSession.ofCommand(command, job, source.words(), fresh, party, terms, progress);
      try {
        session.listen();
        if (session.isPublished()) {
          progress.note("the results are in their place; peers may have to come as far");
          session.open();
          session.finish();
        } else {
          work.run(start(spark, source), session, party, terms, source);
        }
        session.leave();
        return ExitCode.OK.code();
      } catch (RuntimeException | Error e) {
        session.fail(e);
        throw e;
      } finally {
        progress.end();
      }
    }

    private DataSource source(PartyConfig party) {
      DataSource source = party.sources().choose(data);
      if (source instanceof DataSource.Jdbc jdbc) {
        jdbc.password();
      }
      return source;
    }

    private static SparkSession start(Map<String, String> spark, DataSource source) {
      SparkSession.Builder builder =
          SparkSession.builder()
              .appName("heddle")
              .config(new HashMap<String, Object>(SessionMetrics.settings(spark)))
              .config(new HashMap<String, Object>(WorkerPlugin.settings(spark)));
      return source instanceof DataSource.Table && !spark.containsKey(CATALOG) && hasHive()
          ? builder.enableHiveSupport().getOrCreate()
          : builder.getOrCreate();
    }

    /** Spark with its module for Hive; the catalog is then that of hive-site.xml. */
    private static boolean hasHive() {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      try {
        for (String name : HIVE) {
          Class.forName(name, false, loader);
        }
        return true;
      } catch (ClassNotFoundException | LinkageError e) {
        return false;
      }
    }

    private void requireSafe(Map<String, String> spark) {
      if (!insecure) {
        ClusterSafety.require(spark);
        return;
      }
      System.err.println(
          "WARNING: --insecure-local: Spark's cluster is not checked. This party's rows may cross it"
              + " and lie on its disks in the clear.");
    }

    private static Map<String, String> sparkSettings() {
      Map<String, String> settings = new HashMap<>();
      for (Tuple2<String, String> setting : new SparkConf().getAll()) {
        settings.put(setting._1(), setting._2());
      }
      return settings;
    }
  }

  /** What a job does with its session; finishes it and publishes the results. */
  interface Work {
    void run(
        SparkSession spark,
        HeddleSession session,
        PartyConfig party,
        JobConfig job,
        DataSource data);
  }

  @Command(
      name = "train",
      description = "Align with the peers, train, and measure on the held-out rows.",
      mixinStandardHelpOptions = true)
  static final class Train implements Callable<Integer> {
    @Mixin Files files = new Files();

    @Option(names = "--model-dir", description = "Where this party's part of the model goes.")
    @Nullable Path modelDir;

    @Option(names = "--out", description = "Where run.json goes.")
    @Nullable Path out;

    @Override
    public Integer call() {
      return files.run(
          "train",
          (spark, session, party, job, data) ->
              new TrainJob(spark, session, party, job).run(data, modelDir, out));
    }
  }

  @Command(
      name = "score",
      description = "Align with the peers and score the common rows with a trained model.",
      mixinStandardHelpOptions = true)
  static final class Score implements Callable<Integer> {
    @Mixin Files files = new Files();

    @Option(
        names = "--model-dir",
        required = true,
        description = "Where this party's part of the model is.")
    @Nullable Path modelDir;

    @Option(names = "--out", description = "Where the label holder's scores and run.json go.")
    @Nullable Path out;

    @Override
    public Integer call() {
      return files.run(
          "score",
          (spark, session, party, job, data) -> {
            if (modelDir == null) {
              throw new AssertionError("picocli lets no required option pass");
            }
            new ScoreJob(spark, session, party, job).run(data, modelDir, out);
          });
    }
  }
}
