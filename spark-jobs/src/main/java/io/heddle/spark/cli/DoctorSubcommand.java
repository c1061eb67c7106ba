// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.doctor.Software;
import io.heddle.doctor.Visit;
import io.heddle.error.DataException;
import io.heddle.party.PartyId;
import io.heddle.spark.console.ConsoleProgress;
import io.heddle.spark.console.ExitCode;
import io.heddle.spark.doctor.Diagnosis;
import io.heddle.spark.doctor.Doctor;
import io.heddle.spark.doctor.PartyDiagnosis;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heddle doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Tells what this machine computes with, whether that computes right, and how fast one core is.",
      "Takes half a minute; other work on the machine does not change the figures much.",
      "",
      "With --config it tells instead whether this party and its peers get through to each other, and what to",
      "do where they do not: own key files and listen address, then for each peer name, TCP, TLS and the pinned",
      "keys, certificates, the link back, clocks, versions, room for messages, bandwidth and, with --idle,",
      "silence. The peers run it at the same time with their own --config. It can disturb no job.",
      ""
    })
final class DoctorSubcommand implements Callable<Integer> {
  private static final String STANDARD_OUTPUT = "-";
  private static final int MAX_WAIT_SECONDS = 24 * 3600;

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

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "This party's heddle.conf: look at the ways to its peers.")
  private @Nullable Path config;

  @Option(
      names = "--peer",
      paramLabel = "NAME",
      description = "--config: only this peer; may be given several times (default: all).")
  private List<String> peers = new ArrayList<>();

  @Option(
      names = "--idle",
      paramLabel = "SECONDS",
      description =
          "--config: send nothing for so long, and see whether the links live (1 to 3600; default: no). One party asks, both wait.")
  private int idleSeconds;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "--config: how long to wait for a peer's doctor (default: 60).")
  private int waitSeconds = 60;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "--config: goes before the file; may be given several times.")
  private List<String> settings = new ArrayList<>();

  DoctorSubcommand() {
    this(Duration.ofSeconds(2));
  }

  DoctorSubcommand(Duration perFigure) {
    this.perFigure = perFigure;
  }

  @Override
  public Integer call() {
    return config == null ? examineMachine() : examineParty(config);
  }

  private int examineParty(Path file) {
    if (idleSeconds < 0 || idleSeconds > Visit.MAX_IDLE.toSeconds()) {
      throw new ParameterException(
          spec.commandLine(),
          "Invalid --idle " + idleSeconds + ": must be 1 to " + Visit.MAX_IDLE.toSeconds());
    }
    if (waitSeconds < 1 || waitSeconds > MAX_WAIT_SECONDS) {
      throw new ParameterException(
          spec.commandLine(),
          "Invalid --wait " + waitSeconds + ": must be 1 to " + MAX_WAIT_SECONDS);
    }
    PartyConfig party = PartyConfig.load(file, Overrides.ofArguments(settings));
    Set<PartyId> asked = new TreeSet<>();
    peers.forEach(name -> asked.add(InitSubcommand.partyId(spec, name)));
    Software software =
        new Software(
            HeddleCommand.VERSION,
            System.getProperty("java.runtime.version"),
            PartyDiagnosis.sparkVersion());
    Visit visit =
        new Visit(
            software,
            Duration.ofSeconds(waitSeconds),
            Duration.ofSeconds(idleSeconds),
            party.timeouts().idle());
    PrintWriter text =
        STANDARD_OUTPUT.equals(json) ? spec.commandLine().getErr() : spec.commandLine().getOut();
    ConsoleProgress progress = ConsoleProgress.create();
    PartyDiagnosis diagnosis;
    try {
      diagnosis =
          PartyDiagnosis.examine(
              party,
              asked.isEmpty() ? party.peers().keySet() : asked,
              visit,
              progress,
              line -> {
                text.println(line);
                text.flush();
              });
    } finally {
      progress.end();
    }
    write(diagnosis.toJson());
    return diagnosis.exitCode().code();
  }

  private int examineMachine() {
    if (!peers.isEmpty() || idleSeconds != 0 || !settings.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--peer, --idle and --set need --config");
    }
    PrintWriter err = spec.commandLine().getErr();
    Diagnosis diagnosis = Doctor.examine(perFigure, step -> err.println("doctor: " + step));
    if (!STANDARD_OUTPUT.equals(json)) {
      PrintWriter out = spec.commandLine().getOut();
      out.print(diagnosis.toText());
      out.flush();
    }
    write(diagnosis.toJson());
    return ExitCode.OK.code();
  }

  private void write(String figures) {
    if (STANDARD_OUTPUT.equals(json)) {
      spec.commandLine().getOut().println(figures);
    } else if (json != null) {
      try {
        Files.writeString(Path.of(json), figures + "\n");
      } catch (IOException e) {
        throw new DataException("Cannot write the figures to " + json, e);
      }
    }
  }
}
