// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import io.heddle.error.DataException;
import io.heddle.spark.console.ExitCode;
import io.heddle.spark.doctor.Diagnosis;
import io.heddle.spark.doctor.Doctor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code heddle doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Tells what this machine computes with, whether that computes right, and how fast one core is.",
      "Takes half a minute; other work on the machine does not change the figures much."
    })
final class DoctorSubcommand implements Callable<Integer> {
  private static final String STANDARD_OUTPUT = "-";

  private final Duration perFigure;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(
      names = "--json",
      arity = "0..1",
      fallbackValue = STANDARD_OUTPUT,
      paramLabel = "FILE",
      description = "As JSON: besides into a file, or without one to standard output and alone.")
  private @Nullable String json;

  DoctorSubcommand() {
    this(Duration.ofSeconds(2));
  }

  DoctorSubcommand(Duration perFigure) {
    this.perFigure = perFigure;
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Diagnosis diagnosis = Doctor.examine(perFigure, step -> err.println("doctor: " + step));
    PrintWriter out = spec.commandLine().getOut();
    if (STANDARD_OUTPUT.equals(json)) {
      out.println(diagnosis.toJson());
    } else {
      out.print(diagnosis.toText());
      out.flush();
    }
    if (json != null && !json.equals(STANDARD_OUTPUT)) {
      try {
        Files.writeString(Path.of(json), diagnosis.toJson() + "\n");
      } catch (IOException e) {
        throw new DataException("Cannot write the figures to " + json, e);
      }
    }
    return ExitCode.OK.code();
  }
}
