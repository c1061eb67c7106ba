// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import io.heddle.psi.command.LocalPsiFailure;
import io.heddle.spark.console.ExitCode;
import io.heddle.spark.demo.DemoFailure;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code heddle} command in a plain JVM; {@code bin/heddle} starts it. */
@Command(
    name = "heddle",
    mixinStandardHelpOptions = true,
    version = "heddle " + HeddleCommand.VERSION,
    description =
        "Organisations that hold different columns about the same people train one model together.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:internal error",
      "2:wrong usage",
      "3:a setting is missing or wrong",
      "4:a table cannot be used, or the parties' rows do not fit together",
      "5:a privacy rule refuses the job",
      "6:the peer broke the protocol or was started with other terms",
      "7:the peer cannot be reached",
      "8:the peer ended the session",
      "9:what was kept for going on after a crash cannot be written or used"
    })
public final class HeddleCommand {
  static final String VERSION = "0.1.0";

  /** In the order of the help. */
  static final Map<String, Class<?>> SUBCOMMANDS = subcommands();

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Print stack traces; they may hold values of your own table.")
  private boolean verbose;

  HeddleCommand() {}

  public static void main(String[] arguments) {
    System.exit(execute(System.out, System.err, arguments));
  }

  /** Runs one command line and returns its exit code. */
  static int execute(PrintStream out, PrintStream err, String... arguments) {
    HeddleCommand root = new HeddleCommand();
    CommandLine line = new CommandLine(root);
    // To read what all of them take is a good part of a short command's time.
    Class<?> asked = arguments.length == 0 ? null : SUBCOMMANDS.get(arguments[0]);
    if (asked != null) {
      line.addSubcommand(asked);
    } else {
      SUBCOMMANDS.values().forEach(line::addSubcommand);
    }
    return line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(
            (failure, wrong) -> {
              String name = failure.getCommandLine().getCommandSpec().qualifiedName();
              err.println("heddle: " + failure.getMessage() + " (see " + name + " --help)");
              return ExitCode.USAGE.code();
            })
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              if (failure instanceof DemoFailure party) {
                err.println("heddle: " + party.getMessage());
                return party.exitCode();
              }
              if (failure instanceof LocalPsiFailure party) {
                err.println("heddle: " + party.getMessage());
                if (root.verbose) {
                  party.printStackTrace(err);
                }
                return party.exitCode();
              }
              return ExitCode.report(failure, root.verbose, err).code();
            })
        .execute(arguments);
  }

  private static Map<String, Class<?>> subcommands() {
    Map<String, Class<?>> all = new LinkedHashMap<>();
    all.put("demo", DemoSubcommand.class);
    all.put("train", SparkSubcommand.Train.class);
    all.put("score", SparkSubcommand.Score.class);
    all.put("psi", PsiSubcommand.class);
    all.put("init", InitSubcommand.class);
    all.put("peer", PeerSubcommand.class);
    all.put("config", ConfigSubcommand.class);
    all.put("plan", PlanSubcommand.class);
    all.put("doctor", DoctorSubcommand.class);
    all.put("exchange", ExchangeSubcommand.class);
    return Collections.unmodifiableMap(all);
  }
}
