// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code heddle train} and {@code heddle score}. {@code bin/heddle} hands both to spark-submit,
 * which runs {@link io.heddle.spark.job.PartyJob}; here stands what they are called with.
 */
@SuppressWarnings("UnusedVariable") // picocli shows the options; the launcher passes them on
class SparkSubcommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "This party's heddle.conf; the role stands there.")
  private String config = "";

  @Option(
      names = "--job",
      paramLabel = "FILE",
      required = true,
      description = "The job file, the same at every party.")
  private String job = "";

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = {
        "This party's table: CSV with a header, Parquet, ORC or JSON lines.",
        "Without it heddle.conf names a table (data.table) or a database (data.jdbc.url)."
      })
  private String data = "";

  @Option(
      names = "--model-dir",
      paramLabel = "DIR",
      description = "This party's part of the model: train writes it, score reads it.")
  private String modelDir = "";

  @Option(names = "--out", paramLabel = "DIR", description = "Figures of the run, and scores.")
  private String out = "";

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting that goes before those of the files.")
  private List<String> assignments = new ArrayList<>();

  @Option(
      names = "--master",
      paramLabel = "URL",
      description = "Spark's master (default: $HEDDLE_MASTER, or local[2]).")
  private String master = "";

  @Option(
      names = "--driver-memory",
      paramLabel = "SIZE",
      description = "Memory of the party's driver (default: $HEDDLE_DRIVER_MEMORY, or 2g).")
  private String driverMemory = "";

  @Option(
      names = "--properties-file",
      paramLabel = "FILE",
      description = "Settings of Spark, such as secrets, that should not stand on a command line.")
  private String propertiesFile = "";

  @Option(
      names = "--insecure-local",
      description = "Run on a cluster that neither authenticates nor encrypts.")
  private boolean insecureLocal;

  @Option(
      names = "--fresh",
      description = "Begin anew instead of going on with a run that was broken off.")
  private boolean fresh;

  @Option(names = "--conf", paramLabel = "KEY=VALUE", description = "A setting of Spark.")
  private List<String> sparkSettings = new ArrayList<>();

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(),
        spec.name()
            + " runs under spark-submit: start it by bin/heddle, or submit"
            + " io.heddle.spark.job.PartyJob as the README shows");
  }

  @Command(
      name = "train",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Aligns rows with the peers and trains; the same line at every party.")
  static final class Train extends SparkSubcommand {}

  @Command(
      name = "score",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Scores rows with the peers by a trained model; the same line at every party.")
  static final class Score extends SparkSubcommand {}
}
