// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.heddle.channel.MessageCodec;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.TlsExchange;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.PeerAbortedException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionMessages;
import io.heddle.session.SessionTerms;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.cli.IdentityFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("spark")
@ExtendWith(SparkExtension.class)
class PartyJobTest {
  private final Path folder;
  private final Path job;

  /** Takes the session so that the job finds it. */
  PartyJobTest(SparkSession spark, @TempDir Path folder) {
    assertThat(spark.sparkContext().isStopped()).isFalse();
    this.folder = folder;
    job = folder.resolve("job.conf");
  }

  @BeforeEach
  void files() throws IOException {
    Files.writeString(job, "parties = [bank, retailer]\nlabel-holder = bank\n");
    int bankPort = freePort();
    int retailerPort = freePort();
    String bank = identity("bank");
    String retailer = identity("retailer");
    configure("bank", bankPort, "retailer", retailerPort, retailer);
    configure("retailer", retailerPort, "bank", bankPort, bank);
    Files.writeString(folder.resolve("bank.csv"), "id,label,a\n1,0,2\n2,1,3\n");
  }

  private String identity(String party) {
    return IdentityFiles.create(new PartyId(party), folder.resolve(party), false).fingerprint();
  }

  private void configure(String party, int port, String peer, int peerPort, String fingerprint)
      throws IOException {
    Files.writeString(
        folder.resolve(party).resolve("heddle.conf"),
        """
        party = %s
        listen { host = "127.0.0.1", port = %d }
        peers.%s { address = "127.0.0.1:%d", fingerprint = "%s" }
        channel.connect-timeout = 20 s
        data { id = id, label = label }
        """
            .formatted(party, port, peer, peerPort, fingerprint));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private int bank(String... set) {
    String[] arguments = {
      "train",
      "--config=" + folder.resolve("bank/heddle.conf"),
      "--job=" + job,
      "--data=" + folder.resolve("bank.csv"),
      "--model-dir=" + folder.resolve("model"),
      "--out=" + folder.resolve("run"),
      "--set=" + (set.length == 0 ? "channel.idle-timeout=60s" : set[0])
    };
    return PartyJob.run(arguments);
  }

  private void nothingIsLeft() throws IOException {
    try (var left = Files.list(folder)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("bank", "retailer", "bank.csv", "job.conf");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "logistic.maxIter=0, 3",
    "peers.retailer.address=nowhere, 3",
    "no.such.key=1, 3",
    "data.table=people, 3",
    "identity.key-store=nowhere.p12, 3",
    "channel.connect-timeout=200ms, 7"
  })
  void run_cannotBegin_returnsItsCode(String set, int code) throws IOException {
    assertThat(bank(set)).isEqualTo(code);
    nothingIsLeft();
  }

  @Test
  void run_badTable_returns4AndTellsThePeer() throws Exception {
    Files.writeString(folder.resolve("bank.csv"), "id,label,a\n1,0,x\n2,1,3\n");
    failsAndTells(4, "Party bank cannot use its data");
  }

  @Test
  void run_placeTaken_returns3AndTellsThePeer() throws Exception {
    Path kept = Files.createDirectory(folder.resolve("model")).resolve("file");
    Files.writeString(kept, "kept");
    failsAndTells(3, "Party bank has a wrong setting");
    assertThat(kept).hasContent("kept");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  private void failsAndTells(int code, String told) throws Exception {
    PartyConfig retailer = PartyConfig.load(folder.resolve("retailer/heddle.conf"), Overrides.NONE);
    CompletableFuture<Integer> bank = CompletableFuture.supplyAsync(this::bank);
    try (NettyExchange exchange =
        TlsExchange.open(
            retailer,
            JobConfig.load(job, Overrides.NONE),
            new MessageCodec(SessionMessages.TYPES))) {
      SessionTerms terms =
          SessionTerms.of(
              "job",
              Map.of(
                  new PartyId("bank"), "label-holder", new PartyId("retailer"), "feature-holder"),
              new TreeMap<>());
      Throwable failure = catchThrowable(() -> Session.open(exchange, terms, Progress.NONE));
      assertThat(bank.get()).isEqualTo(code);
      assertThat(failure).isInstanceOf(PeerAbortedException.class).hasMessageContaining(told);
    }
    if (code == 4) {
      nothingIsLeft();
    }
  }
}
