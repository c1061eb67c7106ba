// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import io.heddle.channel.netty.Proxy;
import io.heddle.channel.netty.TlsExchange;
import io.heddle.config.DataSource;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.identity.Identity;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heddle config}. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Looks at configuration files.",
    subcommands = ConfigSubcommand.Check.class)
final class ConfigSubcommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command: must be check");
  }

  /** {@code heddle config check}. */
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description =
          "Reads the files as a run would, and prints every setting that counts; runs nothing.")
  static final class Check implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "This party's file (default: heddle.conf).")
    private Path config = Path.of("heddle.conf");

    @Option(
        names = "--job",
        paramLabel = "FILE",
        description = "The job file that all parties hold.")
    private @Nullable Path job;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "Goes before the files; may be given several times.")
    private List<String> settings = new ArrayList<>();

    @Override
    public void run() {
      Overrides overrides = Overrides.ofArguments(settings);
      PartyConfig party = PartyConfig.load(config, overrides);
      Identity identity =
          Identity.load(party.identity().keyStore(), party.identity().passwordFile());
      Proxy proxy = TlsExchange.proxy(party);
      if (party.sources().named() instanceof DataSource.Jdbc jdbc) {
        jdbc.password();
      }
      PrintWriter out = spec.commandLine().getOut();
      out.println("# " + config);
      print(out, party.effective());
      out.println("# this party's fingerprint: " + identity.fingerprint());
      if (proxy != null) {
        out.println("# dials through " + proxy);
      }
      if (job != null) {
        JobConfig terms = JobConfig.load(job, overrides);
        terms.checkFor(party);
        out.println("# " + job);
        print(out, terms.canonicalTerms());
      }
    }

    private static void print(PrintWriter out, Map<String, String> settings) {
      settings.forEach((key, value) -> out.println(key + " = " + value));
    }
  }
}
