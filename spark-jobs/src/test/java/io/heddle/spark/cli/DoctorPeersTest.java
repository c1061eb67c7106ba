// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.channel.netty.DataServer;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.channel.netty.TestIdentity;
import io.heddle.channel.netty.TlsExchange;
import io.heddle.checkpoint.BlobStore;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code heddle doctor --config}, at both parties or at one. */
class DoctorPeersTest {
  private static final List<String> PEER_CHECKS =
      List.of(
          "dns",
          "tcp",
          "tls",
          "certificates",
          "linkBack",
          "clock",
          "versions",
          "room",
          "bandwidth",
          "idle",
          "exchanges");

  private final Path directory;
  private final int bankPort = NettyNetwork.freePort();
  private final int retailerPort = NettyNetwork.freePort();
  private final Identity bank;
  private final Identity retailer;

  DoctorPeersTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    bank = IdentityFiles.create(new PartyId("bank"), directory.resolve("bank"), false);
    retailer = IdentityFiles.create(new PartyId("retailer"), directory.resolve("retailer"), false);
    config("bank", bankPort, "retailer", retailerPort, retailer);
    config("retailer", retailerPort, "bank", bankPort, bank);
  }

  private void config(String self, int port, String peer, int peerPort, Identity theirs)
      throws IOException {
    Files.writeString(
        directory.resolve(self).resolve("heddle.conf"),
        """
        party = %s
        listen { host = "127.0.0.1", port = %d }
        identity { key-store = "identity.p12", password-file = "identity.password" }
        peers.%s { address = "localhost:%d", fingerprint = "%s" }
        """
            .formatted(self, port, peer, peerPort, theirs.fingerprint()));
  }

  /** What one command has returned and printed. */
  private record Ran(int code, String out, String err) {}

  private Ran run(String self, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("doctor", "--config", directory.resolve(self) + "/heddle.conf"));
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        HeddleCommand.execute(
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            arguments.toArray(String[]::new));
    return new Ran(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  @Test
  void doctor_bothParties_findAllWell() throws Exception {
    int storePort = NettyNetwork.freePort();
    Path there = directory.resolve("retailer/heddle.conf");
    append(there, "blobs.exchanges = \"localhost:" + storePort + "\"");
    append(
        directory.resolve("bank/heddle.conf"),
        "peers.retailer.exchanges = \"localhost:" + storePort + "\"");
    PartyConfig party = PartyConfig.load(there, Overrides.NONE);
    try (BlobStore store = BlobStore.temporary(1 << 20);
        DataServer server = TlsExchange.blobServer(party, retailer, 1, store)) {
      assertThat(server.port()).isEqualTo(storePort);
      assertBothFindAllWell();
    }
  }

  private static void append(Path file, String line) throws IOException {
    Files.writeString(file, Files.readString(file) + line + "\n");
  }

  private void assertBothFindAllWell() throws Exception {
    FutureTask<Ran> other = new FutureTask<>(() -> run("retailer", "--json"));
    Thread thread = new Thread(other, "retailer");
    thread.setDaemon(true);
    thread.start();
    Path file = directory.resolve("bank.json");

    Ran here = run("bank", "--peer", "retailer", "--json=" + file);
    Ran there = other.get(120, TimeUnit.SECONDS);

    assertThat(here.code()).as(here.toString()).isZero();
    assertThat(there.code()).as(there.toString()).isZero();
    assertThat(here.out())
        .contains("this party, bank:")
        .contains("retailer, at localhost:" + retailerPort + ":")
        .containsPattern("tls +ok +TLSv1.3, TLS_\\w+, heddle-doctor/1, retailer has the pinned key")
        .containsPattern("idle +skipped +not asked for")
        .containsPattern(
            "exchanges +ok +all of peers.retailer.exchanges answer with the key of retailer");
    JsonNode own = json(Files.readString(file));
    assertThat(own.at("/party").asText()).isEqualTo("bank");
    assertThat(own.at("/own/keys/fingerprint").asText()).isEqualTo(bank.fingerprint());
    assertThat(own.at("/own/certificate/days").asLong()).isBetween(1000L, 1100L);
    assertThat(own.at("/own/listen/status").asText()).isEqualTo("ok");
    JsonNode others = json(there.out());
    // The retailer has a process for large messages, the bank has none.
    assertThat(own.at("/peers/retailer/exchanges/status").asText()).isEqualTo("ok");
    assertThat(others.at("/own/exchanges/count").asInt()).isEqualTo(1);
    assertThat(others.at("/peers/bank/exchanges/status").asText()).isEqualTo("skipped");
    for (JsonNode each : List.of(own.at("/peers/retailer"), others.at("/peers/bank"))) {
      List<String> skipped =
          each.equals(others.at("/peers/bank")) ? List.of("idle", "exchanges") : List.of("idle");
      for (String check : PEER_CHECKS) {
        assertThat(each.at("/" + check + "/status").asText())
            .as(check)
            .isEqualTo(skipped.contains(check) ? "skipped" : "ok");
      }
      assertThat(each.at("/certificates/peerDays").asLong()).isBetween(1000L, 1100L);
      assertThat(each.at("/versions/spark/1").asText()).isEqualTo("4.1.0");
      assertThat(each.at("/bandwidth/outMiBPerSecond").asDouble()).isPositive();
      assertThat(each.at("/tls/fingerprint").asText()).startsWith("sha256:");
    }
    String password = Files.readString(directory.resolve("bank/identity.password")).strip();
    assertThat(here.out() + here.err() + own).doesNotContain(password);
  }

  @Test
  void doctor_nobodyThere_returnsSevenAndTellsWhatToRun() throws Exception {
    Ran ran = run("bank", "--wait", "1", "--json");

    assertThat(ran.code()).isEqualTo(7);
    JsonNode json = json(ran.out());
    assertThat(json.at("/exitCode").asInt()).isEqualTo(7);
    assertThat(json.at("/peers/retailer/dns/status").asText()).isEqualTo("ok");
    assertThat(json.at("/peers/retailer/tcp/outcome").asText()).isEqualTo("refused");
    assertThat(json.at("/peers/retailer/tls/found").asText())
        .isEqualTo("run `heddle doctor` at the peer now");
    assertThat(ran.err()).containsPattern("tcp +failed +localhost:\\d+ refuses connections");
  }

  @Test
  void doctor_processForLargeMessagesIsNotThere_returnsSevenAndTellsWhatToRun() {
    String place = "localhost:" + NettyNetwork.freePort();

    Ran ran = run("bank", "--wait", "1", "--set", "blobs.exchanges=" + place);

    assertThat(ran.code()).isEqualTo(7);
    assertThat(ran.out())
        .containsPattern(
            "exchanges +failed +The store of party bank at "
                + place
                + " cannot be reached: have it started there with `heddle exchange --number N`, or"
                + " correct blobs.exchanges");
  }

  @Test
  void doctor_keyFileOpenToOthers_returnsThreeAndNamesTheMode() throws Exception {
    Path password = directory.resolve("bank/identity.password");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));

    Ran ran = run("bank", "--wait", "1");

    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.out())
        .containsPattern(
            "keys +failed +Others than its owner may use the file .*: must have mode 0600")
        .containsPattern("tls +skipped +this party's own key cannot be used");
  }

  @Test
  void doctor_ownCertificateExpired_returnsThree() throws Exception {
    TestIdentity expired = TestIdentity.generate(Duration.ofDays(-2), Duration.ofDays(-1));
    char[] password = "secret".toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        Identity.ALIAS, expired.key(), password, new Certificate[] {expired.certificate()});
    try (OutputStream out = Files.newOutputStream(directory.resolve("bank/identity.p12"))) {
      store.store(out, password);
    }
    Files.writeString(directory.resolve("bank/identity.password"), "secret\n", US_ASCII);

    Ran ran = run("bank", "--wait", "1");

    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.out())
        .containsPattern("keys +ok")
        .containsPattern(
            "certificate +failed +.*not valid today: make a new one with `heddle init");
  }

  @Test
  void doctor_portInUse_returnsThreeAndNamesIt() throws Exception {
    try (ServerSocket holder = new ServerSocket(bankPort, 1, InetAddress.getLoopbackAddress())) {
      Ran ran = run("bank", "--wait", "1");

      assertThat(holder.isBound()).isTrue();
      assertThat(ran.code()).isEqualTo(3);
      assertThat(ran.out())
          .containsPattern("listen +failed +cannot listen on 127.0.0.1:" + bankPort);
    }
  }

  @Test
  void doctor_unknownPeerOrOptionWithoutConfig_isRefused() {
    assertThat(run("bank", "--peer", "insurer").err())
        .contains("No peer insurer in ")
        .contains("it knows [retailer]");
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        HeddleCommand.execute(
            new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
            new PrintStream(err, true, UTF_8),
            "doctor",
            "--idle",
            "5");
    assertThat(code).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("--peer, --idle and --set need --config");
  }
}
