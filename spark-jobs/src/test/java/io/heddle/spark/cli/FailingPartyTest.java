// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What two real processes say and return, and what they leave, if one of them cannot go on. */
@Tag("waiting")
class FailingPartyTest {
  private static final String GOOD = "id,x\na,1\nb,2\nc,3\n";
  private static final int PATIENCE_SECONDS = 90;

  /** How a party's process ended. */
  private record Ended(int code, String err) {}

  private final Path directory;
  private final List<Process> processes = new ArrayList<>();
  private Party bank;
  private Party retailer;

  FailingPartyTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** A party's files, good ones unless a test changes them. */
  private final class Party {
    final Path files;
    final int port = NettyNetwork.freePort();
    final String fingerprint;
    String out = "out.csv";

    Party(String name) throws IOException {
      files = Files.createDirectory(directory.resolve(name));
      fingerprint = IdentityFiles.create(new PartyId(name), files, false).fingerprint();
      write("data.csv", GOOD);
      write("job.conf", "parties = [bank, retailer]\npsi.receiver = bank\n");
    }

    void configure(String name, String peer, Party other) throws IOException {
      write(
          "heddle.conf",
          """
          party = %s
          listen { host = "127.0.0.1", port = %d }
          peers.%s { address = "127.0.0.1:%d", fingerprint = "%s" }
          channel.connect-timeout = 60 s
          data.id = id
          """
              .formatted(name, port, peer, other.port, other.fingerprint));
    }

    void write(String file, String text) throws IOException {
      Files.writeString(files.resolve(file), text);
    }

    void change(String file, UnaryOperator<String> change) throws IOException {
      String before = Files.readString(files.resolve(file));
      String after = change.apply(before);
      assertThat(after).isNotEqualTo(before);
      write(file, after);
    }

    Process start(String... more) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx256m"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.addAll(List.of(HeddleCommand.class.getName(), "psi", "--config", "heddle.conf"));
      command.addAll(List.of("--job", "job.conf", "--data", "data.csv", "--out", out));
      command.addAll(List.of(more));
      Process process =
          new ProcessBuilder(command)
              .directory(files.toFile())
              .redirectOutput(files.resolve("stdout").toFile())
              .redirectError(files.resolve("stderr").toFile())
              .start();
      processes.add(process);
      return process;
    }

    /** Waits for the end of the process, and checks that it left nothing. */
    Ended failed(Process process) throws IOException, InterruptedException {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
          .as("ends: " + Files.readString(files.resolve("stderr")))
          .isTrue();
      try (var left = Files.list(files)) {
        assertThat(left.map(file -> file.getFileName().toString()))
            .doesNotContain("out.csv")
            .noneMatch(name -> name.startsWith("."));
      }
      String err = Files.readString(files.resolve("stderr"));
      assertThat(err.lines().filter(line -> line.startsWith("heddle: "))).as(err).hasSize(1);
      assertThat(err).doesNotContain("\tat ");
      return new Ended(process.exitValue(), err);
    }
  }

  @BeforeEach
  void parties() throws IOException {
    bank = new Party("bank");
    retailer = new Party("retailer");
    bank.configure("bank", "retailer", retailer);
    retailer.configure("retailer", "bank", bank);
  }

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void psi_nothingWrong_endsWellAtBoth() throws Exception {
    Process first = bank.start();
    Process second = retailer.start();
    assertThat(first.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(second.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(first.exitValue()).isZero();
    assertThat(second.exitValue()).isZero();
    assertThat(bank.files.resolve("out.csv"))
        .hasSameTextualContentAs(retailer.files.resolve("out.csv"));
  }

  @Test
  void psi_twiceWithACachedSide_saysSoAndFetchesNothingAgain() throws Exception {
    for (Party party : List.of(bank, retailer)) {
      party.change("job.conf", text -> text + "psi.protocol = ecdh-oprf\n");
    }
    for (boolean again : new boolean[] {false, true}) {
      Process first = bank.start("--json=figures.json");
      Process second = retailer.start("--json=figures.json");
      assertThat(first.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(second.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      for (Party party : List.of(bank, retailer)) {
        assertThat(party.files.resolve("out.csv")).content().hasLineCount(4);
        JsonNode figures =
            new ObjectMapper().readTree(Files.readString(party.files.resolve("figures.json")));
        assertThat(figures.at("/protocol").asText()).isEqualTo("ecdh-oprf");
        assertThat(figures.at("/cacheUsed").isBoolean()).isTrue();
        assertThat(figures.at("/cacheUsed").asBoolean()).isEqualTo(again);
        assertThat(figures.at("/seconds/online").asDouble()).isPositive();
        assertThat(figures.at("/seconds/offline").asDouble() > 0).isEqualTo(!again);
      }
    }
    try (var kept = Files.list(bank.files.resolve("oprf"))) {
      assertThat(kept.map(file -> String.valueOf(file.getFileName())))
          .containsExactly("tags-" + retailer.fingerprint.substring("sha256:".length()));
    }
  }

  private void endWell(Process... started) throws InterruptedException {
    for (Process process : started) {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
  }

  @Test
  void psi_peerBeyondItsQuota_isRefusedUntilThePeriodIsOver() throws Exception {
    bank.change("heddle.conf", text -> text + "peers.retailer.psi-quota = 5\n");
    endWell(bank.start(), retailer.start());
    for (Party party : List.of(bank, retailer)) {
      Files.delete(party.files.resolve("out.csv"));
    }

    Process first = bank.start();
    Process second = retailer.start();
    Ended atBank = bank.failed(first);
    assertThat(atBank.code()).isEqualTo(5);
    assertThat(atBank.err())
        .contains("Party retailer brings 3 ids after 3 within 30 d: must be at most 5 in all")
        .contains("peers.retailer.psi-quota");
    Ended atRetailer = retailer.failed(second);
    assertThat(atRetailer.code()).isEqualTo(8);
    assertThat(atRetailer.err()).contains("Party bank refuses the job by one of its own rules");
    Path ledger = bank.files.resolve("psi-ledger.jsonl");
    String written = Files.readString(ledger);
    assertThat(written.lines().map(line -> line.replaceAll(".*\"event\":\"(\\w+)\".*", "$1")))
        .containsExactly("begun", "ended", "refused");
    assertThat(written).doesNotContain("\"a\"");

    // As if the first run had been long ago.
    Files.writeString(ledger, written.replaceAll("\"time\":\"\\d{4}", "\"time\":\"2020"));
    endWell(bank.start(), retailer.start());
    assertThat(bank.files.resolve("out.csv")).content().hasLineCount(4);
  }

  /** The retailer has no inbound port at all, and the bank does not know where it is. */
  private void onlyTheRetailerDials() throws IOException {
    bank.change(
        "heddle.conf",
        text -> text.replace("address = \"127.0.0.1:" + retailer.port + "\"", "dial = never"));
    retailer.change(
        "heddle.conf",
        text -> text.replaceAll("listen .*\n", "").replace("{ address", "{ dial = both, address"));
  }

  @Test
  void psi_partyThatNobodyCanDial_endsWellAtBoth() throws Exception {
    onlyTheRetailerDials();
    // Whoever tries to listen there would fail.
    try (ServerSocket taken =
        new ServerSocket(retailer.port, 1, InetAddress.getLoopbackAddress())) {
      Process first = retailer.start("--set", "listen.port=" + taken.getLocalPort());
      Process second = bank.start();
      assertThat(first.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(second.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(first.exitValue()).as(Files.readString(retailer.files.resolve("stderr"))).isZero();
      assertThat(second.exitValue()).as(Files.readString(bank.files.resolve("stderr"))).isZero();
    }
    assertThat(bank.files.resolve("out.csv"))
        .hasSameTextualContentAs(retailer.files.resolve("out.csv"));
    assertThat(Files.readAllLines(bank.files.resolve("out.csv"))).hasSize(4);
  }

  @Test
  void psi_partiesDisagreeAboutWhoDials_bothNameTheKeyAtOnce() throws Exception {
    onlyTheRetailerDials();
    bank.change(
        "heddle.conf",
        text -> text.replace("dial = never", "address = \"127.0.0.1:" + retailer.port + "\""));
    Process first = bank.start();
    Process second = retailer.start();

    Ended atBank = bank.failed(first);
    assertThat(atBank.code()).isEqualTo(7);
    assertThat(atBank.err())
        .contains("Party retailer dials both links, and this party's peers.retailer.dial is own");
    Ended atRetailer = retailer.failed(second);
    assertThat(atRetailer.code()).isEqualTo(8);
    assertThat(atRetailer.err())
        .contains("own at both, or both at one and never at the other (peers.bank.dial)");
  }

  @Test
  void psi_fingerprintOfSomeoneElse_failsAtBoth() throws Exception {
    Party stranger = new Party("stranger");
    bank.change("heddle.conf", text -> text.replace(retailer.fingerprint, stranger.fingerprint));
    Process first = bank.start();
    Process second = retailer.start();

    Ended atBank = bank.failed(first);
    assertThat(atBank.code()).isEqualTo(6);
    assertThat(atBank.err()).contains("Authentication failed").contains(retailer.fingerprint);
    Ended atRetailer = retailer.failed(second);
    assertThat(atRetailer.code()).isEqualTo(6);
    assertThat(atRetailer.err()).contains("Authentication failed").contains("party bank");
  }

  @Test
  void psi_partyOfTheJobUnknown_isNamed() throws Exception {
    bank.change("job.conf", text -> text.replace("[bank, retailer]", "[bank, insurer]"));

    Ended ended = bank.failed(bank.start());

    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.err()).contains("insurer");
  }

  @Test
  void psi_jobFilesDiffer_bothNameTheKey() throws Exception {
    retailer.change("job.conf", text -> text + "psi.normalise = [trim]\n");
    Process first = bank.start();
    Process second = retailer.start();

    Ended atBank = bank.failed(first);
    Ended atRetailer = retailer.failed(second);

    assertThat(atBank.code()).isEqualTo(6);
    assertThat(atRetailer.code()).isEqualTo(6);
    assertThat(atBank.err()).contains("psi.normalise");
    assertThat(atRetailer.err()).contains("psi.normalise");
  }

  /** Waits until a party has agreed on a session, or has ended. */
  private static void awaitCommit(Party party, Process process) throws Exception {
    while (!hasCommit(party) && !process.waitFor(20, TimeUnit.MILLISECONDS)) {
      // Not yet.
    }
  }

  private static boolean hasCommit(Party party) throws IOException {
    Path kept = party.files.resolve("checkpoints");
    if (!Files.exists(kept)) {
      return false;
    }
    try (var files = Files.walk(kept)) {
      return files.anyMatch(file -> file.getFileName().toString().matches("commit-[1-9][0-9]*"));
    }
  }

  @Test
  void psi_peerIsKilled_isGivenUpWithACheckpointAndTheSameCommandGoesOn() throws Exception {
    StringBuilder many = new StringBuilder("id,x\n");
    for (int i = 0; i < 4000; i++) {
      many.append("person-").append(i).append(',').append(i % 10).append('\n');
    }
    bank.write("data.csv", many.toString());
    retailer.write("data.csv", many.toString());
    String[] hasty = {"--set", "channel.reconnect-timeout=2s", "--set", "channel.idle-timeout=3s"};
    Process first = bank.start(hasty);
    Process second = retailer.start(hasty);
    awaitCommit(bank, first);
    assertThat(first.isAlive()).as(Files.readString(bank.files.resolve("stderr"))).isTrue();
    second.destroyForcibly().waitFor();

    Ended atBank = bank.failed(first);

    assertThat(atBank.code()).isEqualTo(7);
    assertThat(atBank.err())
        .contains("party retailer; it did not come back within 2 s")
        .contains("check that the peer runs")
        .contains("run the same command again");
    assertThat(hasCommit(bank)).isTrue();

    first = bank.start(hasty);
    second = retailer.start(hasty);
    assertThat(first.waitFor(3 * PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(second.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(first.exitValue()).as(Files.readString(bank.files.resolve("stderr"))).isZero();
    assertThat(second.exitValue()).as(Files.readString(retailer.files.resolve("stderr"))).isZero();
    assertThat(Files.readString(bank.files.resolve("stderr"))).contains("goes on with session");
    assertThat(bank.files.resolve("out.csv"))
        .hasSameTextualContentAs(retailer.files.resolve("out.csv"));
    assertThat(Files.readAllLines(bank.files.resolve("out.csv"))).hasSize(4001);
  }

  @Test
  void psi_peerNeverComes_isGivenUp() throws Exception {
    Ended ended = bank.failed(bank.start("--set", "channel.connect-timeout=2s"));

    assertThat(ended.code()).isEqualTo(7);
    assertThat(ended.err()).contains("Party retailer did not appear within 2 s");
  }

  @Test
  void psi_portInUse_namesTheKey() throws Exception {
    try (ServerSocket taken = new ServerSocket(bank.port, 1, InetAddress.getLoopbackAddress())) {
      Ended ended = bank.failed(bank.start());

      assertThat(ended.code()).isEqualTo(3);
      assertThat(ended.err()).contains("listen.port").contains(":" + taken.getLocalPort());
    }
  }

  @Test
  void psi_configDoesNotParse_namesFileAndLine() throws Exception {
    bank.change("heddle.conf", text -> text.replace("data.id = id", "data.id = [id"));

    Ended ended = bank.failed(bank.start());

    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.err()).contains("heddle.conf: 6");
  }

  @Test
  void psi_badTable_failsHereAndEndsThePeer() throws Exception {
    bank.write("data.csv", GOOD + "a,9\n");
    Process second = retailer.start();
    Process first = bank.start();

    Ended atBank = bank.failed(first);
    assertThat(atBank.code()).isEqualTo(4);
    assertThat(atBank.err()).contains("1 of 4 ids").contains("line 5");
    Ended atRetailer = retailer.failed(second);
    assertThat(atRetailer.code()).isEqualTo(8);
    assertThat(atRetailer.err()).contains("Party bank cannot use its data");
  }

  @Test
  void psi_resultHasNoPlace_failsHereAndEndsAPeerThatComesLater() throws Exception {
    bank.out = "none/out.csv";
    Process first = bank.start();
    Process second = retailer.start();

    Ended atRetailer = retailer.failed(second);
    assertThat(atRetailer.code()).isEqualTo(8);
    Ended atBank = bank.failed(first);
    assertThat(atBank.code()).isEqualTo(4);
    assertThat(atBank.err()).contains("there is no directory");
  }
}
