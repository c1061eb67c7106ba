// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Blobs;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.checkpoint.BlobStore;
import io.heddle.config.Address;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code heddle exchange} as processes of their own, beside the drivers of two parties. */
class ExchangeSubcommandTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final String SESSION = "ab".repeat(32);
  private static final int BLOBS = 12;

  /** A process takes its time to start again. */
  private static final ExchangeTimeouts TIMEOUTS =
      new ExchangeTimeouts(
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60));

  private final Path directory;
  private final Path config;
  private final int bankPort = NettyNetwork.freePort();
  private final int retailerPort = NettyNetwork.freePort();
  private final List<Address> places =
      Stream.generate(() -> new Address(NettyNetwork.HOST, NettyNetwork.freePort()))
          .limit(2)
          .toList();
  private final BlobStore bankStore = BlobStore.temporary(1 << 20);
  private final BlobStore retailerStore = BlobStore.temporary(1 << 20);
  private final Identity bank;
  private final Identity retailer;
  private final List<Process> processes = new ArrayList<>();

  ExchangeSubcommandTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    bank = IdentityFiles.create(BANK, directory.resolve("bank"), false);
    retailer = IdentityFiles.create(RETAILER, directory.resolve("retailer"), false);
    config = directory.resolve("bank/heddle.conf");
    Files.writeString(
        config,
        """
        party = bank
        listen { host = "127.0.0.1", port = %d }
        identity { key-store = "identity.p12", password-file = "identity.password" }
        peers.retailer { address = "localhost:%d", fingerprint = "%s" }
        blobs.exchanges = ["%s", "%s"]
        """
            .formatted(
                bankPort, retailerPort, retailer.fingerprint(), places.get(0), places.get(1)));
  }

  @AfterEach
  void close() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
    bankStore.close();
    retailerStore.close();
  }

  /** Returns once it listens. */
  private Process start(int number) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                HeddleCommand.class.getName(),
                "exchange",
                "--config",
                config.toString(),
                "--number",
                "" + number)
            .redirectErrorStream(true)
            .start();
    processes.add(process);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    List<String> said = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      said.add(line);
      if (line.startsWith("Exchange " + number + " of 2 of party bank listens on 127.0.0.1:")) {
        return process;
      }
    }
    throw new AssertionError("The exchange has ended: " + said);
  }

  private NettyExchange driver(
      PartyId self, Identity own, int port, PartyId peer, Identity theirs, int peerPort) {
    return NettyExchange.builder(self, Parties.codec(TestMessage.TYPES))
        .identity(own.privateKey(), own.certificateChain())
        .listen(NettyNetwork.HOST, port)
        .timeouts(TIMEOUTS)
        .peer(peer, NettyNetwork.HOST, peerPort, theirs.fingerprint())
        .store(self.equals(BANK) ? bankStore : retailerStore)
        .exchanges(BANK, places)
        .open();
  }

  private static byte[] body(int seed) {
    byte[] body = new byte[10_000 + seed];
    new Random(seed).nextBytes(body);
    return body;
  }

  private static List<byte[]> put(Blobs blobs, int from) {
    List<byte[]> digests = new ArrayList<>();
    for (int i = from; i < from + BLOBS; i++) {
      digests.add(blobs.put(BANK, body(i)));
    }
    return digests;
  }

  /** Where blobs are, of the processes that have any. */
  private Set<Path> stores() throws IOException {
    Set<Path> found = new HashSet<>();
    try (Stream<Path> all = Files.walk(directory.resolve("bank/checkpoints"))) {
      all.filter(file -> file.getFileName().toString().matches("[0-9a-f]{32}"))
          .filter(Files::isRegularFile)
          .forEach(file -> found.add(directory.relativize(file).subpath(0, 3)));
    } catch (UncheckedIOException e) {
      // One has gone while they were counted.
      return stores();
    }
    return found;
  }

  @Test
  void exchange_killedAndStartedAgain_hasWhatItHadAndTakesMore() throws Exception {
    Process first = start(1);
    Process second = start(2);
    try (NettyExchange ofRetailer = driver(RETAILER, retailer, retailerPort, BANK, bank, bankPort);
        NettyExchange ofBank = driver(BANK, bank, bankPort, RETAILER, retailer, retailerPort)) {
      ofBank.open(SESSION);
      ofRetailer.open(SESSION);
      Blobs putting = Objects.requireNonNull(ofRetailer.blobs(SESSION));
      Blobs getting = Objects.requireNonNull(ofBank.blobs(SESSION));
      List<byte[]> digests = new ArrayList<>(put(putting, 0));
      assertThat(bankStore.usedBytes()).isZero();
      assertThat(stores())
          .containsExactlyInAnyOrder(
              Path.of("bank/checkpoints/exchange-1"), Path.of("bank/checkpoints/exchange-2"));

      first.destroyForcibly().waitFor();
      FutureTask<List<byte[]>> more = new FutureTask<>(() -> put(putting, BLOBS));
      new Thread(more, "puts").start();
      Process again = start(1);
      digests.addAll(more.get(60, TimeUnit.SECONDS));
      for (int i = 0; i < 2 * BLOBS; i++) {
        assertThat(getting.get(digests.get(i), 1 << 20)).isEqualTo(body(i));
      }

      ofBank.close(SESSION);
      assertThat(stores()).isEmpty();
      for (Process process : List.of(again, second)) {
        process.destroy();
        assertThat(process.waitFor(8, TimeUnit.SECONDS)).as("ends at once").isTrue();
      }
    }
  }

  /** What is refused before anything is listened to. */
  private String refusal(int code, String... more) {
    List<String> arguments = new ArrayList<>(List.of("exchange", "--config", config.toString()));
    arguments.addAll(List.of(more));
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, UTF_8);
    assertThat(HeddleCommand.execute(stream, stream, arguments.toArray(String[]::new)))
        .as(err.toString(UTF_8))
        .isEqualTo(code);
    return err.toString(UTF_8);
  }

  @Test
  void exchange_badUse_isRefusedAndSaysWhatIsAllowed() throws Exception {
    assertThat(refusal(3, "--number", "3"))
        .contains("There is no exchange 3 of party bank: blobs.exchanges")
        .contains("has numbers 1 to 2");
    assertThat(refusal(3, "--number", "0")).contains("There is no exchange 0");
    assertThat(refusal(2, "--forget", "0")).contains("Invalid --forget 0: must be at least 1");
    Files.writeString(config, Files.readString(config).replaceAll("blobs.exchanges.*", ""));
    assertThat(refusal(3)).contains("blobs.exchanges").contains("is not set");
  }

  @Test
  void exchange_thatRunsAlready_isRefused() throws Exception {
    Process unused = start(2);
    assertThat(refusal(9, "--number", "2")).contains("A running process uses");
    assertThat(refusal(3, "--number", "1", "--set", "blobs.exchanges=" + places.get(1)))
        .contains("Cannot listen on 127.0.0.1:" + places.get(1).port());
  }
}
