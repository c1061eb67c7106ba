// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import io.heddle.config.JobConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.spark.console.ExitCode;
import io.heddle.spark.demo.Demo;
import io.heddle.spark.demo.DemoReport;
import io.heddle.spark.demo.DemoRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heddle demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Plays all organisations on this machine: each party is its own process with its own keys,",
      "configuration and folder; they align their rows, train one model on encrypted gradients, and",
      "the result is compared with training on the joined data.",
      "Without files: made-up customers of a bank (label: default) and of a retailer."
    })
final class DemoSubcommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(
      names = "--label-holder",
      paramLabel = "FILE",
      description = "The label holder's table: CSV with a header, or Parquet.")
  private @Nullable Path labelHolder;

  @Option(
      names = "--feature-holder",
      paramLabel = "FILE",
      description = "A feature holder's table. May be given several times.")
  private List<Path> featureHolders = new ArrayList<>();

  @Option(
      names = "--id",
      paramLabel = "COL",
      description = "The column that names a row, in every table; COL,COL if it takes several.")
  private @Nullable String id;

  @Option(
      names = "--label",
      paramLabel = "COL",
      description = "The label holder's column with 0 or 1 for each row.")
  private @Nullable String label;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      defaultValue = "logistic",
      description =
          "What is trained: logistic, or gbt for boosted trees (default: ${DEFAULT-VALUE}).")
  private String model = "logistic";

  @Option(
      names = "--test-fraction",
      paramLabel = "F",
      defaultValue = "0.3",
      description = "The part of the aligned rows that is held out (default: ${DEFAULT-VALUE}).")
  private double testFraction;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "7",
      description =
          "Decides which rows are held out, and the made-up tables (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = {
        "A setting of every party's heddle.conf or of the job file, such as logistic.regParam=0.01",
        "(default 1e-4), gbt.maxDepth=3, or privacy.consent.predictor=full: consent of all demo",
        "parties. The model's own settings may be given without its name: maxDepth=3."
      })
  private List<String> assignments = new ArrayList<>();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      arity = "0..1",
      fallbackValue = "-",
      description =
          "Also the figures as JSON: to the file, or without one to standard output, last.")
  private @Nullable String json;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "heddle-demo",
      description =
          "Where all is written; an earlier demo's is replaced (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("heddle-demo");

  @Override
  public Integer call() throws IOException {
    if (!model.equals("logistic") && !model.equals("gbt")) {
      throw new ParameterException(
          spec.commandLine(), "Invalid --model " + model + ": must be logistic or gbt");
    }
    DemoRequest request;
    try {
      request =
          new DemoRequest(
              labelHolder, featureHolders, id, label, testFraction, seed, ofModel(), out);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    DemoReport report =
        new Demo(
                launcher(),
                (party, directory) -> IdentityFiles.create(party, directory, false).fingerprint(),
                System.err)
            .run(request);
    PrintWriter output = spec.commandLine().getOut();
    output.print(report.toText());
    if (json != null && json.equals("-")) {
      output.print(report.toJson());
    } else if (json != null) {
      Files.writeString(Path.of(json), report.toJson());
    }
    output.flush();
    return ExitCode.OK.code();
  }

  /** The settings, those of the model by their full names. */
  private List<String> ofModel() {
    List<String> full = new ArrayList<>();
    full.add("algorithm=" + model);
    for (String assignment : assignments) {
      String own = model + "." + assignment;
      full.add(JobConfig.isSetting(own.replaceFirst("=.*", "")) ? own : assignment);
    }
    return full;
  }

  /** The script that started this process starts the parties too. */
  private static Path launcher() {
    String script = System.getProperty("heddle.launcher");
    if (script == null) {
      throw new ConfigurationException(
          "Missing system property heddle.launcher: start the demo by bin/heddle, or name that script");
    }
    return Path.of(script);
  }
}
