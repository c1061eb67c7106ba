// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.spark.console.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heddle init}. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    description = "Makes a party: its keys (mode 0600) and a commented heddle.conf.")
final class InitSubcommand implements Callable<Integer> {
  private static final String TEMPLATE =
      """
      # What this party decides for itself. The job file holds what all parties agree on.
      # `heddle config check --config heddle.conf` tells whether it is right.
      party = %s

      # Where the peers connect to. One port, TLS 1.3 with certificates on both sides.
      listen { host = "0.0.0.0", port = %d }
      # listen.websocket = true          # behind a gateway that lets only HTTP in
      # If no peer can connect to this party: `heddle peer add ... --dial both` for each, `--dial never` there; then nothing listens.

      # Keys as `heddle init` made them; both files must have mode 0600.
      identity { key-store = "identity.p12", password-file = "identity.password" }

      # A company's gateway for outgoing connections; a user's password is the first line of a file of mode 0600.
      # proxy { address = "http://gateway:3128", user = "heddle", password-file = "proxy.password" }   # or socks5://

      # The peers, written by `heddle peer add`.
      include "peers.conf"

      # The own table: the column or columns that name a row, and, at the label holder, the label.
      data {
        # id = customer_id
        # label = default
        # weight = exposure              # label holder: how much a row counts in training; 1 if this is not set
        # columns = [income, age]        # all others take part if this is not set
        # table = db.customers           # rows in a table of Spark, for train and score without --data
        # jdbc { url = "jdbc:...", table = customers, user = heddle, password-file = "db.password" }   # or in a database
      }

      privacy {
        # min-key-bits = 2048            # the shortest key this party works with
        # min-intersection = 1           # fewer common rows end the job
        # max-peer-set-size = 10000000   # a peer with more ids is refused
        # consent.labels = 50            # label holder: training rows for each column of a feature holder, 10 or more
        # consent.predictor = limited    # lone feature holder: no, limited (fewer passes than columns) or full
        # consent.bins = limited         # feature holder of boosted trees: limited (fewer trees than rows hide) or full
      }

      psi {
        # ledger = psi-ledger.jsonl      # a line for each intersection; none for no ledger
        # quota-period = 30 d            # the time in which peers.NAME.psi-quota bounds a peer's ids
      }

      channel {
        # connect-timeout = 10 minutes   # for a peer to appear
        # receive-timeout = 2 hours        # for one message: the longest a peer may compute
        # reconnect-timeout = 2 minutes    # for a lost link to come back
      }
      """;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(
      names = "--party",
      required = true,
      paramLabel = "NAME",
      description = "This party's name.")
  private @Nullable String party;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where to put the files (default: here).")
  private Path directory = Path.of("");

  @Option(names = "--port", paramLabel = "N", description = "Port for the peers (default: 7717).")
  private int port = 7717;

  @Option(names = "--force", description = "Replace what is there; peers need the new fingerprint.")
  private boolean force;

  @Override
  public Integer call() {
    PartyId id = partyId(spec, String.valueOf(party));
    if (port < 1 || port > 65535) {
      throw new ParameterException(
          spec.commandLine(), "Invalid --port " + port + ": must be 1 to 65535");
    }
    Path directoryPath = directory.toAbsolutePath().normalize();
    Path config = directoryPath.resolve("heddle.conf");
    if (!force && Files.exists(config)) {
      throw new ConfigurationException(
          "There is a file " + config + " already: --force replaces it and the identity");
    }
    Identity identity = IdentityFiles.create(id, directoryPath, force);
    try {
      Files.writeString(config, TEMPLATE.formatted(id, port));
    } catch (IOException e) {
      throw new ConfigurationException("Cannot write " + config, e);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println("Wrote " + config);
    out.println("Tell each peer, on a way you trust, to run:");
    out.println(
        "  heddle peer add "
            + id
            + " --address HOST:"
            + port
            + " --fingerprint "
            + identity.fingerprint());
    return ExitCode.OK.code();
  }

  static PartyId partyId(CommandSpec spec, String name) {
    try {
      return new PartyId(name);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
