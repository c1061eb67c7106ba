// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.Schedules;
import io.heddle.channel.SimulatedJob;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.AlignmentException;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PrivacyException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.OwnRows;
import io.heddle.psi.PrivateJoin;
import io.heddle.psi.PrivateSum;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.oprf.Oprf;
import io.heddle.psi.shared.SharedMessage.SetSize;
import io.heddle.session.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Intersections of parties that keep a ledger. */
class LedgerEntryTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId MALL = new PartyId("mall");
  private static final PartyId SHOP = new PartyId("shop");
  private static final Duration PERIOD = Duration.ofDays(30);

  private final Path directory;
  private final Map<PartyId, Queue<Message>> sent = new ConcurrentHashMap<>();
  private final Map<PartyId, Throwable> failures = new ConcurrentHashMap<>();
  // What each party allows which peer.
  private Map<PartyId, Map<PartyId, Long>> quotas = Map.of();
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");

  LedgerEntryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private JobConfig job(List<PartyId> parties, String psi) throws IOException {
    return JobConfig.load(
        Files.writeString(
            directory.resolve("job.conf"),
            "job.name = monthly, parties = " + parties + ", psi { receiver = bank, " + psi + " }"),
        Overrides.NONE);
  }

  private Path file(PartyId party) {
    return directory.resolve(party + ".jsonl");
  }

  private List<Config> lines(PartyId party) throws IOException {
    return Files.readAllLines(file(party)).stream().map(ConfigFactory::parseString).toList();
  }

  private List<String> events(PartyId party) throws IOException {
    return lines(party).stream().map(line -> line.getString("event")).toList();
  }

  private @Nullable Oprf oprf(JobConfig job, PartyId party) {
    return job.psi().protocol() == PsiProtocol.ECDH_OPRF
        ? new Oprf(
            new PartyConfig.Oprf(directory.resolve("oprf-" + party), Duration.ofDays(7), 1000),
            new byte[32],
            peer -> "sha256:" + (peer.equals(BANK) ? "12" : "34").repeat(32),
            InstantSource.fixed(now))
        : null;
  }

  /** A party's ids: ten that all have, and some of its own. */
  private static List<byte[]> ids(PartyId party, int own) {
    return IntStream.range(0, 10 + own)
        .mapToObj(i -> (i < 10 ? "id-" + i : party + "-" + i).getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private int join(Session session, JobConfig job, int own) {
    PartyId self = session.self();
    Queue<Message> ofSelf = new ConcurrentLinkedQueue<>();
    sent.put(self, ofSelf);
    Channel step = TappedChannel.keepingSent(session.beginStep("psi", new TreeMap<>()), ofSelf);
    PsiLedger ledger =
        new PsiLedger(
            self,
            file(self),
            quotas.getOrDefault(self, Map.of()),
            PERIOD,
            Clock.fixed(now, ZoneOffset.UTC));
    PsiLimits limits =
        new PsiLimits(
            job.psi().minIntersection(),
            PsiLimits.LARGEST_SET,
            job.psi().protocol(),
            true,
            new LedgerEntry(ledger, job, session.id(), step.path()),
            job.psi().partitionIds());
    OwnRows rows = OwnRows.of(ids(self, own), job.psi().duplicates());
    if (job.psi().sum() != null) {
      return sum(session, step, job, rows, limits);
    }
    return PrivateJoin.run(
            step,
            job.psi(),
            session.bindingSalt("psi"),
            session::privateRandomness,
            rows,
            limits,
            Progress.NONE,
            oprf(job, self))
        .common();
  }

  private static int sum(
      Session session, Channel step, JobConfig job, OwnRows own, PsiLimits limits) {
    return PrivateSum.run(
            step,
            job.psi(),
            job.keyBits(),
            session.bindingSalt("psi"),
            session::privateRandomness,
            own,
            session.self().equals(BANK) ? null : new long[own.ids().size()],
            limits,
            Progress.NONE)
        .common();
  }

  /** Runs all parties, each with as many ids of its own as its place in the list. */
  private SortedMap<PartyId, Integer> run(JobConfig job) {
    failures.clear();
    Map<PartyId, Parties.Code<Integer>> codes = new TreeMap<>();
    for (PartyId party : job.parties()) {
      codes.put(
          party,
          session -> {
            try {
              return join(session, job, job.parties().indexOf(party));
            } catch (RuntimeException e) {
              failures.put(party, e);
              throw e;
            }
          });
    }
    return Parties.run(PsiMessages.TYPES, codes);
  }

  @ParameterizedTest
  @CsvSource({
    "protocol = ecdh, bank",
    "protocol = ecdh, shop",
    "protocol = kkrt, bank",
    "protocol = kkrt, shop",
    "protocol = rr22, bank",
    "protocol = rr22, shop",
    "protocol = ecdh-oprf, bank",
    "protocol = ecdh-oprf, shop",
    "result = receiver, shop",
    "result = cardinality, bank",
    "result = cardinality, shop",
    "'result = sum, sum.column = v', bank",
    "'result = sum, sum.column = v', shop",
  })
  void run_peerBeyondItsQuota_isRefusedBeforeAnythingIsAnswered(String psi, String refusing)
      throws IOException {
    PartyId self = new PartyId(refusing);
    PartyId peer = self.equals(BANK) ? SHOP : BANK;
    int peerIds = self.equals(BANK) ? 11 : 10;
    quotas = Map.of(self, Map.of(peer, 2L * peerIds - 1));
    JobConfig job = job(List.of(BANK, SHOP), psi);
    assertThat(run(job)).containsEntry(BANK, 10);

    now = now.plus(PERIOD).minusSeconds(1);
    assertThatThrownBy(() -> run(job))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining(
            "Party " + peer + " brings " + peerIds + " ids after " + peerIds + " within 30 d");
    assertThat(failures.get(self)).isInstanceOf(PrivacyException.class);
    assertThat(failures.get(peer))
        .isInstanceOf(PeerAbortedException.class)
        .hasMessageContaining("refuses the job by one of its own rules");
    assertThat(Objects.requireNonNull(sent.get(self)))
        .hasSize(1)
        .allSatisfy(message -> assertThat(message).isInstanceOf(SetSize.class));
    assertThat(events(self)).containsExactly("begun", "ended", "refused");
    // It may have heard of the refusal before it knew the sizes.
    assertThat(events(peer)).startsWith("begun", "ended").doesNotContain("refused");

    now = now.plusSeconds(1);
    assertThat(run(job)).containsEntry(BANK, 10);
    assertThat(events(self)).containsExactly("begun", "ended", "refused", "begun", "ended");
  }

  @Test
  void run_oneOfThreeBeyondItsQuota_isRefusedAtAll() throws IOException {
    quotas = Map.of(BANK, Map.of(SHOP, 11L, MALL, 11L));
    JobConfig job = job(List.of(BANK, MALL, SHOP), "result = both");

    assertThatThrownBy(() -> run(job))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("Party shop brings 12 ids after 0 within 30 d: must be at most 11");
    assertThat(failures).containsOnlyKeys(BANK, MALL, SHOP);
    assertThat(events(BANK)).containsExactly("refused");
    assertThat(Objects.requireNonNull(sent.get(BANK)))
        .hasSize(2)
        .allSatisfy(message -> assertThat(message).isInstanceOf(SetSize.class));
  }

  @ParameterizedTest
  @CsvSource({"ecdh, both, true", "kkrt, both, true", "rr22, both, true", "ecdh, receiver, false"})
  void run_twoParties_standsInBothLedgers(String protocol, String result, boolean senderLearns)
      throws IOException {
    JobConfig job = job(List.of(BANK, SHOP), "protocol = " + protocol + ", result = " + result);
    assertThat(run(job)).hasSize(2);

    for (PartyId party : job.parties()) {
      assertThat(events(party)).containsExactly("begun", "ended");
      Config begun = lines(party).get(0);
      Config ended = lines(party).get(1);
      assertThat(begun.getString("party")).isEqualTo(party.name());
      assertThat(begun.getString("job")).isEqualTo("monthly");
      assertThat(begun.getString("protocol")).isEqualTo(protocol);
      assertThat(begun.getString("receiver")).isEqualTo("bank");
      assertThat(begun.getString("session"))
          .hasSize(64)
          .isEqualTo(ended.getString("session"))
          .isEqualTo(lines(BANK).get(0).getString("session"));
      assertThat(begun.getString("step")).isEqualTo("1-psi").isEqualTo(ended.getString("step"));
      assertThat(begun.getInt("ids")).isEqualTo(party.equals(BANK) ? 10 : 11);
      assertThat(begun.getConfig("peers").root().unwrapped())
          .isEqualTo(party.equals(BANK) ? Map.of("shop", 11) : Map.of("bank", 10));
      assertThat(begun.getString("learned.bank")).contains("which of its own ids are common");
      assertThat(begun.getString("learned.shop").contains("common")).isEqualTo(senderLearns);
      assertThat(ended.hasPath("common")).isEqualTo(party.equals(BANK) || senderLearns);
    }
    assertThat(lines(BANK).get(1).getInt("common")).isEqualTo(10);
  }

  @Test
  void run_sum_standsInBothLedgersWithWhoLearnsWhat() throws IOException {
    JobConfig job = job(List.of(BANK, SHOP), "result = sum, sum.column = v");
    assertThat(run(job)).containsEntry(BANK, 10).containsEntry(SHOP, 10);

    for (PartyId party : job.parties()) {
      assertThat(events(party)).containsExactly("begun", "ended");
      Config begun = lines(party).get(0);
      assertThat(begun.getString("protocol")).isEqualTo("ecdh");
      assertThat(begun.getString("receiver")).isEqualTo("bank");
      assertThat(begun.getString("learned.bank"))
          .contains("how many ids are common, not which")
          .doesNotContain("sum");
      assertThat(begun.getString("learned.shop"))
          .contains("how many ids are common; the sum of its own values of these")
          .doesNotContain("which");
      assertThat(lines(party).get(1).getInt("common")).isEqualTo(10);
    }
  }

  /** With a floor that they do not reach: it counts, and nobody has learned a sum. */
  @Test
  void run_sumOfTooFew_hasBegunAndNotEnded() throws IOException {
    JobConfig job = job(List.of(BANK, SHOP), "result = sum, sum.column = v, min-intersection = 11");
    assertThatThrownBy(() -> run(job))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining("Only 10 ids are common to all parties: must be at least 11");
    for (PartyId party : job.parties()) {
      assertThat(events(party)).containsExactly("begun");
    }
    assertThat(Objects.requireNonNull(sent.get(BANK)))
        .noneSatisfy(
            message -> assertThat(message.getClass().getSimpleName()).isEqualTo("IntersectionSum"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"both", "receiver"})
  void run_threeParties_tellsWhatTheReceiverSeesAndHowManyAreCommon(String result)
      throws IOException {
    JobConfig job = job(List.of(BANK, MALL, SHOP), "result = " + result);
    assertThat(run(job)).hasSize(3);

    for (PartyId party : job.parties()) {
      assertThat(events(party)).containsExactly("begun", "ended");
      Config begun = lines(party).get(0);
      assertThat(begun.getString("protocol")).isEqualTo("ecdh");
      SortedMap<String, Object> peers = new TreeMap<>(Map.of("bank", 10, "mall", 11, "shop", 12));
      assertThat(begun.getInt("ids")).isEqualTo(peers.remove(party.name()));
      assertThat(begun.getConfig("peers").root().unwrapped()).isEqualTo(peers);
      assertThat(begun.getString("learned.bank")).contains("each group of parties");
      assertThat(begun.getString("learned.mall"))
          .isEqualTo(begun.getString("learned.shop"))
          .doesNotContain("each group");
      // All learn the number, whoever learns the rows.
      assertThat(lines(party).get(1).getInt("common")).isEqualTo(10);
    }
  }

  /** A quota that a run counted twice would be beyond. */
  @Test
  void run_anySchedule_countsOnce() {
    Schedules.run(
        "an intersection with a ledger",
        50,
        (seed, network) -> {
          List<PartyId> parties = seed % 3 == 1 ? List.of(BANK, MALL, SHOP) : List.of(BANK, SHOP);
          JobConfig job = job(parties, seed % 2 == 0 ? "protocol = ecdh" : "result = receiver");
          Map<PartyId, Long> once = Map.of(BANK, 12L, MALL, 12L, SHOP, 12L);
          quotas = Map.of(BANK, once, MALL, once, SHOP, once);
          Map<PartyId, Parties.Code<Integer>> codes = new TreeMap<>();
          for (PartyId party : parties) {
            Files.deleteIfExists(file(party));
            codes.put(party, session -> join(session, job, parties.indexOf(party)));
          }
          assertThat(
                  SimulatedJob.run(
                      network,
                      Files.createTempDirectory(directory, "disks"),
                      PsiMessages.TYPES,
                      codes))
              .containsEntry(BANK, 10);
          for (PartyId party : parties) {
            assertThat(events(party)).containsExactly("begun", "ended");
          }
        });
  }
}
