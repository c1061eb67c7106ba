// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import io.heddle.channel.netty.DataServer;
import io.heddle.channel.netty.TlsExchange;
import io.heddle.checkpoint.BlobStore;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.identity.Identity;
import io.heddle.spark.console.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heddle exchange}. */
@Command(
    name = "exchange",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Takes large messages (blobs) of this party's jobs in the place of their drivers, until it is ended.",
      "",
      "blobs.exchanges in heddle.conf lists where such processes are, and the peers list them as",
      "peers.NAME.exchanges. Blobs are spread over them, each on its own disk: under checkpoint.dir, encrypted,",
      "at most blobs.quota-bytes. One that was killed and is started again has what it had.",
      ""
    })
final class ExchangeSubcommand implements Callable<Integer> {
  private static final int LONGEST_END_SECONDS = 10;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "This party's file (default: heddle.conf).")
  private Path config = Path.of("heddle.conf");

  @Option(
      names = "--number",
      paramLabel = "N",
      description = "Which of blobs.exchanges this is: it listens on that port (default: 1).")
  private int number = 1;

  @Option(
      names = "--forget",
      paramLabel = "DAYS",
      description = "Delete first what jobs have left that nobody has gone on with for so long.")
  private @Nullable Integer days;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Goes before the file; may be given several times.")
  private List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    if (days != null && days < 1) {
      throw new ParameterException(
          spec.commandLine(), "Invalid --forget " + days + ": must be at least 1");
    }
    PartyConfig party = PartyConfig.load(config, Overrides.ofArguments(settings));
    Identity identity = TlsExchange.identity(party);
    CountDownLatch ending = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    try (BlobStore store = TlsExchange.blobStore(party, identity, number)) {
      int forgotten = days == null ? 0 : store.forget(Duration.ofDays(days));
      try (DataServer server = TlsExchange.blobServer(party, identity, number, store)) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(ending, ended)));
        tell(party, forgotten, server.port(), store.usedBytes());
        ending.await();
      }
    } finally {
      ended.countDown();
    }
    return ExitCode.OK.code();
  }

  /** What a signal does: the process ends when this returns. */
  private static void end(CountDownLatch ending, CountDownLatch ended) {
    ending.countDown();
    try {
      boolean unused = ended.await(LONGEST_END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(PartyConfig party, int forgotten, int port, long usedBytes) {
    PrintWriter out = spec.commandLine().getOut();
    if (forgotten > 0) {
      out.println("Forgot " + forgotten + " sessions");
    }
    out.println(
        "Exchange "
            + number
            + " of "
            + party.blobs().exchanges().size()
            + " of party "
            + party.party()
            + " listens on "
            + party.listen().host()
            + ":"
            + port
            + "; "
            + usedBytes
            + " of "
            + party.blobs().quotaBytes()
            + " bytes are taken");
  }
}
