// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.error.DataException;
import io.heddle.party.PartyId;
import io.heddle.psi.command.LocalPsi;
import io.heddle.psi.command.LocalPsiFailure;
import io.heddle.psi.command.ProcessUsage;
import io.heddle.psi.command.PsiCommand;
import io.heddle.psi.command.PsiReport;
import io.heddle.psi.oprf.OprfFigures;
import io.heddle.spark.console.ConsoleProgress;
import io.heddle.spark.console.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code heddle psi}. */
@Command(
    name = "psi",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Finds the rows that all parties have, and writes the own columns of these rows.",
      "The job file may ask for others: psi.join = inner, left or difference;",
      "psi.duplicates = refuse, first or expand, for ids that stand in several rows;",
      "psi.result = both, receiver, cardinality or sum; the last two give numbers and no rows:",
      "with sum the party that is not the receiver learns the sum of its own column psi.sum.column",
      "over the common ids, both learn how many these are, and neither learns which.",
      "Every party runs it with its own --config and --data and the same --job;",
      "what each learned stands in its ledger (psi.ledger), by which it may bound peers;",
      "--local runs all parties on this machine: the receiver in this process, the others each in",
      "one of its own."
    })
final class PsiSubcommand implements Callable<Integer> {
  private static final String STANDARD_OUTPUT = "-";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "This party's heddle.conf.")
  private @Nullable Path config;

  @Option(names = "--job", paramLabel = "FILE", description = "The job file that all parties hold.")
  private @Nullable Path job;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "This party's table: CSV with a header, or Parquet.")
  private @Nullable Path data;

  @Option(names = "--local", description = "Run all parties here.")
  private boolean local;

  @Option(names = "--receiver", paramLabel = "FILE", description = "--local: the receiver's table.")
  private @Nullable Path receiver;

  @Option(names = "--sender", paramLabel = "FILE", description = "--local: the sender's table.")
  private @Nullable Path sender;

  @Option(
      names = "--party",
      paramLabel = "NAME=FILE",
      description = {
        "--local: a party and its table, two to eight times, in the place of --receiver and --sender.",
        "The first one is the receiver."
      })
  private Map<String, Path> tables = new LinkedHashMap<>();

  @Option(
      names = "--id",
      paramLabel = "COL",
      split = ",",
      description = "--local: the column that names a row; COL,COL if it takes several.")
  private List<String> id = new ArrayList<>();

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      converter = ProtocolName.class,
      description = {
        "--local: auto, kkrt, rr22 for thin links, ecdh, or ecdh-oprf for a sender much larger than",
        "the receiver."
      })
  private JobConfig.PsiProtocol protocol = JobConfig.PsiProtocol.AUTO;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the common rows go; .parquet for Parquet, anything else for CSV.")
  private @Nullable Path out;

  @Option(
      names = "--json",
      arity = "0..1",
      fallbackValue = STANDARD_OUTPUT,
      paramLabel = "FILE",
      description = "Figures as JSON, into a file or as the last thing on standard output.")
  private @Nullable String json;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Goes before the files; may be given several times.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--fresh",
      description = "Begin anew instead of going on with a run that was broken off.")
  private boolean fresh;

  @Override
  public Integer call() {
    Map<String, Object> figures = local ? runLocal() : runParty();
    if (json != null) {
      writeJson(figures);
    }
    return ExitCode.OK.code();
  }

  private Map<String, Object> runParty() {
    refuse(
        "--receiver, --sender, --party and --id need --local",
        receiver != null || sender != null || !tables.isEmpty() || !id.isEmpty());
    Path ownConfig = require("--config", config);
    Path sharedJob = require("--job", job);
    Path table = require("--data", data);
    ConsoleProgress progress = ConsoleProgress.create();
    PsiReport result;
    try {
      result =
          PsiCommand.run(
              new PsiCommand.Request(
                  ownConfig, sharedJob, table, out, null, fresh, Overrides.ofArguments(settings)),
              progress);
    } finally {
      progress.end();
    }
    PrintWriter text = spec.commandLine().getOut();
    text.println("rows:          " + result.rows());
    printJoined(text, result);
    if (!result.digest().isEmpty()) {
      text.println("digest:        " + result.digest());
    }
    printSum(text, result);
    printBytes(text, result.bytesSent() + result.bytesReceived(), result.bytesPerItem());
    if (out != null) {
      text.println("written to:    " + out);
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("protocol", result.protocol());
    figures.put("join", result.join());
    figures.put(
        "rows",
        ordered(
            "own", result.rows(),
            "intersection", result.intersection(),
            "joined", result.joined()));
    figures.put("digest", result.digest());
    addSum(figures, result);
    Map<String, Object> seconds = ordered("total", ProcessUsage.seconds());
    figures.put("seconds", seconds);
    addOprf(figures, seconds, result.oprf());
    figures.put("cpuSeconds", result.cpuSeconds());
    figures.put("peakMemoryMiB", result.peakMemoryMiB());
    figures.put("bytes", ordered("sent", result.bytesSent(), "received", result.bytesReceived()));
    return figures;
  }

  private Map<String, Object> runLocal() {
    refuse(
        "--config, --job and --data are not for --local",
        config != null || job != null || data != null);
    Map<PartyId, Path> parties = localParties();
    if (id.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "Missing option --id");
    }
    Map<PartyId, PsiReport> reports =
        LocalPsi.run(
            new LocalPsi.Request(
                parties, id, protocol, out, settings, partyCommand(), PsiSubcommand::failure),
            (party, directory) -> IdentityFiles.create(party, directory, false).fingerprint(),
            ConsoleProgress.create());
    PsiReport first = reports.values().iterator().next();
    if (reports.values().stream().anyMatch(report -> !report.digest().equals(first.digest()))) {
      throw new AssertionError("the session compares the digests");
    }
    long bytes = reports.values().stream().mapToLong(PsiReport::bytesSent).sum();
    long items = reports.values().stream().mapToLong(PsiReport::rows).sum();
    PrintWriter text = spec.commandLine().getOut();
    Map<String, Object> rows = new LinkedHashMap<>();
    Map<String, Object> cpuSeconds = new LinkedHashMap<>();
    Map<String, Object> peakMemory = new LinkedHashMap<>();
    reports.forEach(
        (party, report) -> {
          text.println(String.format(Locale.ROOT, "%-14s %d rows", party + ":", report.rows()));
          rows.put(party.name(), report.rows());
          cpuSeconds.put(party.name(), report.cpuSeconds());
          peakMemory.put(party.name(), report.peakMemoryMiB());
        });
    rows.put("intersection", first.intersection());
    rows.put("joined", first.joined());
    printJoined(text, first);
    if (!first.digest().isEmpty()) {
      text.println(
          "digest:        " + first.digest() + (reports.size() == 2 ? " at both" : " at all"));
    }
    reports.values().forEach(report -> printSum(text, report));
    printBytes(text, bytes, (double) bytes / items);
    if (out != null) {
      text.println("written to:    " + out);
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("protocol", first.protocol());
    figures.put("join", first.join());
    figures.put("rows", rows);
    reports.values().forEach(report -> addSum(figures, report));
    Map<String, Object> seconds = ordered("total", ProcessUsage.seconds());
    figures.put("seconds", seconds);
    addOprf(figures, seconds, first.oprf());
    figures.put("cpuSeconds", cpuSeconds);
    figures.put("peakMemoryMiB", peakMemory);
    figures.put("bytes", ordered("total", bytes));
    return figures;
  }

  /** As a party's own process would tell it. */
  private static LocalPsiFailure failure(Throwable thrown) {
    return new LocalPsiFailure(ExitCode.of(thrown).code(), ExitCode.line(thrown), thrown);
  }

  private static void printJoined(PrintWriter text, PsiReport result) {
    text.println("in common:     " + result.intersection());
    if (result.joined() != result.intersection()) {
      text.println("joined:        " + result.joined() + " rows, " + result.join());
    }
  }

  private static void printSum(PrintWriter text, PsiReport result) {
    if (result.sum() != null) {
      text.println("sum:           " + result.sum());
    }
  }

  /** As text: it may have more digits than a double. */
  private static void addSum(Map<String, Object> figures, PsiReport result) {
    if (result.sum() != null) {
      figures.put("sum", result.sum());
    }
  }

  /** In the order in which they were named; the first one receives. */
  private Map<PartyId, Path> localParties() {
    Map<PartyId, Path> parties = new LinkedHashMap<>();
    if (tables.isEmpty()) {
      parties.put(new PartyId("receiver"), require("--receiver", receiver));
      parties.put(new PartyId("sender"), require("--sender", sender));
      return parties;
    }
    refuse(
        "--party is given in the place of --receiver and --sender",
        receiver != null || sender != null);
    tables.forEach(
        (name, table) -> {
          try {
            parties.put(new PartyId(name), table);
          } catch (IllegalArgumentException e) {
            throw new ParameterException(
                spec.commandLine(), "Invalid --party " + name + ": " + e.getMessage(), e);
          }
        });
    refuse(
        "Invalid --party: must be given for two to " + JobConfig.MAX_PARTIES + " parties",
        parties.size() < 2 || parties.size() > JobConfig.MAX_PARTIES);
    return parties;
  }

  private static void printBytes(PrintWriter text, long bytes, double perItem) {
    text.println(String.format(Locale.ROOT, "bytes:         %d, %.1f per item", bytes, perItem));
  }

  /** Whether the receiver had the sender's tags already, and what the run took without them. */
  private static void addOprf(
      Map<String, Object> figures, Map<String, Object> seconds, @Nullable OprfFigures oprf) {
    if (oprf != null) {
      figures.put("cacheUsed", oprf.cacheUsed());
      seconds.put("online", oprf.onlineSeconds());
      seconds.put("offline", oprf.offlineSeconds());
    }
  }

  /** A protocol as it is written in a job file. */
  static final class ProtocolName implements ITypeConverter<JobConfig.PsiProtocol> {
    @Override
    public JobConfig.PsiProtocol convert(String word) {
      for (JobConfig.PsiProtocol protocol : JobConfig.PsiProtocol.values()) {
        if (protocol.word().equalsIgnoreCase(word)) {
          return protocol;
        }
      }
      throw new TypeConversionException(
          "must be "
              + Arrays.stream(JobConfig.PsiProtocol.values())
                  .map(JobConfig.PsiProtocol::word)
                  .collect(Collectors.joining(", "))
              + ", but was "
              + word);
    }
  }

  private static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
    }
    return map;
  }

  private void refuse(String message, boolean anyGiven) {
    if (anyGiven) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private <T> T require(String option, @Nullable T value) {
    if (value == null) {
      throw new ParameterException(spec.commandLine(), "Missing option " + option);
    }
    return value;
  }

  private void writeJson(Map<String, Object> figures) {
    try {
      String text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(figures);
      if (STANDARD_OUTPUT.equals(json)) {
        spec.commandLine().getOut().println(text);
      } else {
        Files.writeString(Path.of(String.valueOf(json)), text + "\n");
      }
    } catch (IOException e) {
      throw new DataException("Cannot write the figures to " + json, e);
    }
  }

  /** Another JVM like this one for a party, without what would slow it down. */
  private static List<String> partyCommand() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!argument.startsWith("-agent") && !argument.startsWith("-javaagent")) {
        command.add(argument);
      }
    }
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), LocalPsiParty.class.getName()));
    return command;
  }
}
