// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.heddle.error.ConfigurationException;
import io.heddle.error.PrivacyException;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PsiLedgerTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId SHOP = new PartyId("shop-2");
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final Path file;

  PsiLedgerTest(@TempDir Path directory) {
    file = directory.resolve("ledger.jsonl");
  }

  private PsiLedger ledger(Instant now, long quota) {
    return new PsiLedger(
        BANK, file, Map.of(SHOP, quota), Duration.ofDays(30), Clock.fixed(now, ZoneOffset.UTC));
  }

  private static LedgerRun run(int session, int shopIds) {
    return new LedgerRun(
        "%064x".formatted(session),
        "1-psi",
        "a \"job\"",
        "kkrt",
        BANK,
        1000,
        new TreeMap<>(Map.of(SHOP, shopIds)),
        new TreeMap<>(Map.of(BANK, "which ids are common", SHOP, "nothing")));
  }

  private List<Config> lines() throws IOException {
    return Files.readAllLines(file).stream().map(ConfigFactory::parseString).toList();
  }

  @Test
  void begin_andEnd_standInTheFile() throws IOException {
    PsiLedger ledger = ledger(NOON, 100);
    ledger.begin(run(1, 60));
    ledger.end(run(1, 60).session(), "1-psi", 12);
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    List<Config> lines = lines();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0).getString("party")).isEqualTo("bank");
    assertThat(lines.get(0).getString("event")).isEqualTo("begun");
    assertThat(lines.get(0).getString("time")).isEqualTo("2026-03-01T12:00:00Z");
    assertThat(lines.get(0).getString("job")).isEqualTo("a \"job\"");
    assertThat(lines.get(0).getInt("ids")).isEqualTo(1000);
    assertThat(lines.get(0).getInt("peers.shop-2")).isEqualTo(60);
    assertThat(lines.get(0).getString("learned.bank")).isEqualTo("which ids are common");
    assertThat(lines.get(1).getInt("common")).isEqualTo(12);
    assertThat(lines.get(1).getString("session")).isEqualTo(run(1, 60).session());
  }

  @Test
  void begin_sameStepAgain_countsOnce() throws IOException {
    for (int i = 0; i < 3; i++) {
      ledger(NOON, 100).begin(run(1, 60));
      ledger(NOON, 100).end(run(1, 60).session(), "1-psi", -1);
    }
    ledger(NOON, 100).begin(run(2, 40));
    assertThat(lines()).hasSize(3);
    assertThat(lines().get(1).hasPath("common")).isFalse();
  }

  @Test
  void begin_beyondTheQuota_isRefusedAndWritten() throws IOException {
    ledger(NOON, 100).begin(run(1, 60));
    assertThatThrownBy(() -> ledger(NOON, 100).begin(run(2, 41)))
        .isInstanceOf(PrivacyException.class)
        .hasMessage(
            "Party shop-2 brings 41 ids after 60 within 30 d: must be at most 100 in all"
                + " (peers.shop-2.psi-quota, psi.quota-period; "
                + file
                + ")");
    // What was refused counts for nothing.
    ledger(NOON, 100).begin(run(3, 40));
    assertThat(lines().stream().map(line -> line.getString("event")))
        .containsExactly("begun", "refused", "begun");
  }

  @Test
  void begin_afterOthersHaveWritten_countsTheirLines() throws IOException {
    PsiLedger early = ledger(NOON, 100);
    early.readAhead();
    assertThat(file).doesNotExist();
    ledger(NOON, 100).begin(run(1, 60));
    early.readAhead();
    ledger(NOON, 100).begin(run(2, 30));
    assertThatThrownBy(() -> early.begin(run(3, 11)))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("after 90 within");
    early.begin(run(2, 30));
    early.begin(run(4, 10));
    assertThat(lines().stream().map(line -> line.getString("event")))
        .containsExactly("begun", "begun", "refused", "begun");
    Files.writeString(file, "x\n", StandardOpenOption.APPEND);
    early.readAhead();
    assertThatThrownBy(() -> early.begin(run(5, 1)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("Cannot read line 5 of the ledger " + file);
  }

  /**
   * A file in the place of the one that was read: shorter, as long, longer, or its end unwritten.
   */
  @Test
  void begin_inAnotherFile_countsAllItsLines() throws IOException {
    Path other = file.resolveSibling("other.jsonl");
    for (int more = 0; more < 4; more++) {
      Files.deleteIfExists(file);
      ledger(NOON, 1000).begin(run(1, 10));
      ledger(NOON, 1000).begin(run(2, 10));
      PsiLedger early = ledger(NOON, 100);
      early.readAhead();
      Files.move(file, other, StandardCopyOption.REPLACE_EXISTING);
      for (int i = 0; i <= more; i++) {
        ledger(NOON, 1000).begin(run(10 + i, 20));
      }
      if (more == 3) {
        byte[] all = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(all, all.length - 1));
      }
      int before = 20 * (more + 1);
      assertThatThrownBy(() -> early.begin(run(20, 101 - before)))
          .isInstanceOf(PrivacyException.class)
          .hasMessageContaining("after " + before + " within");
      early.begin(run(21, 100 - before));
      assertThat(lines()).hasSize(more + 3);
    }
  }

  /** The file may be put right while the process lives. */
  @Test
  void begin_inAFileThatWasDamagedAndPutRight_countsAllItsLines() throws IOException {
    PsiLedger ledger = ledger(NOON, 100);
    ledger.begin(run(1, 60));
    byte[] right = Files.readAllBytes(file);
    Files.writeString(file, "x\n");
    assertThatThrownBy(() -> ledger.begin(run(2, 1)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("Cannot read line 1 of the ledger " + file);
    Files.write(file, right);
    assertThatThrownBy(() -> ledger.begin(run(3, 41)))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("after 60 within");
    ledger.begin(run(4, 40));
  }

  /** Two parties of a trial whose files stand in one directory. */
  @Test
  void begin_linesOfAnotherParty_countForNothing() throws IOException {
    PsiLedger ofMall =
        new PsiLedger(new PartyId("mall"), file, Map.of(SHOP, 100L), Duration.ofDays(30));
    Instant now = Instant.now();
    ledger(now, 100).begin(run(1, 60));
    ofMall.begin(run(1, 60));
    ofMall.begin(run(2, 40));
    assertThatThrownBy(() -> ofMall.begin(run(3, 1)))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("after 100 within");
    ledger(now, 100).begin(run(3, 40));
    assertThat(lines().stream().map(line -> line.getString("party")))
        .containsExactly("bank", "mall", "mall", "mall", "bank");
  }

  @Test
  void begin_afterThePeriod_countsAnew() {
    ledger(NOON, 100).begin(run(1, 100));
    Instant last = NOON.plus(Duration.ofDays(30));
    assertThatThrownBy(() -> ledger(last.minusMillis(1), 100).begin(run(2, 1)))
        .isInstanceOf(PrivacyException.class);
    ledger(last, 100).begin(run(3, 100));
  }

  @Test
  void begin_peerWithoutQuota_isNotBound() throws IOException {
    PsiLedger ledger = new PsiLedger(BANK, file, Map.of(), Duration.ofDays(1));
    ledger.begin(run(1, Integer.MAX_VALUE));
    ledger.begin(run(2, Integer.MAX_VALUE));
    assertThat(lines()).hasSize(2);
  }

  /** A process may be killed while it writes its line. */
  @Test
  void begin_afterAKillAtAnyByte_isAsBefore() throws IOException {
    ledger(NOON, 100).begin(run(1, 60));
    byte[] first = Files.readAllBytes(file);
    ledger(NOON, 100).begin(run(2, 40));
    byte[] both = Files.readAllBytes(file);
    for (int length = first.length; length < both.length; length++) {
      Files.write(file, Arrays.copyOf(both, length));
      ledger(NOON, 100).begin(run(2, 40));
      assertThat(Files.readAllBytes(file)).isEqualTo(both);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "{}\n",
        "x\n",
        "{\"time\":\"soon\",\"party\":\"bank\",\"event\":\"begun\",\"session\":\"\",\"step\":\"\"}\n",
        "{\"time\":\"2026-03-01T12:00:00Z\"}\n",
        "{\"time\":\"2026-03-01T12:00:00Z\",\"event\":\"begun\",\"session\":\"\",\"step\":\"\"}\n",
        "{\"time\":\"2026-03-01T12:00:00Z\",\"party\":\"bank\",\"event\":\"begun\",\"session\":\"\",\"step\":\"\",\"peers\":{\"bank\":\"x\"}}\n"
      })
  void begin_damagedLine_namesItAndChangesNothing(String damaged) throws IOException {
    ledger(NOON, 100).begin(run(1, 60));
    Files.writeString(file, damaged, StandardOpenOption.APPEND);
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(() -> ledger(NOON, 100).begin(run(2, 1)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("Cannot read line 2 of the ledger " + file);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void begin_noDirectory_isRefused() {
    PsiLedger ledger =
        new PsiLedger(BANK, file.resolveSibling("none").resolve("l"), Map.of(), Duration.ofDays(1));
    assertThatThrownBy(() -> ledger.begin(run(1, 1)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("psi.ledger");
  }

  @Test
  void begin_manyAtOnce_neverExceedTheQuota() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Boolean>> runs = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        int session = i;
        runs.add(
            threads.submit(
                () -> {
                  try {
                    ledger(NOON, 100).begin(run(session, 10));
                    return true;
                  } catch (PrivacyException e) {
                    return false;
                  }
                }));
      }
      int begun = 0;
      for (Future<Boolean> run : runs) {
        begun += run.get() ? 1 : 0;
      }
      assertThat(begun).isEqualTo(10);
      assertThat(lines()).hasSize(40);
    } finally {
      threads.shutdownNow();
    }
  }
}
