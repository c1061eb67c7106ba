// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import io.heddle.party.PredictorConsent;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.OwnRows;
import io.heddle.psi.PrivateJoin;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PrivateSum;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.session.Session;
import io.heddle.session.SessionMessages;
import io.heddle.session.Traffic;
import io.heddle.table.LocalAlignedRows;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.LogisticFeatureHolder;
import io.heddle.train.logistic.LogisticFit;
import io.heddle.train.logistic.LogisticLabelHolder;
import io.heddle.train.logistic.LogisticMessages;
import io.heddle.train.logistic.LogisticTerms;
import io.heddle.train.logistic.PassListener;
import io.heddle.train.logistic.PrivacyRules;
import io.heddle.train.logistic.ScoringFeatureHolder;
import io.heddle.train.logistic.ScoringLabelHolder;
import io.heddle.train.logistic.ScoringMessages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a plan says is what a run does. */
class PlanTest {
  private static final int ROWS = 1000;
  private static final int COLUMNS = 3;
  private static final PartyId BANK = new PartyId("bank");
  private static final PrivacyRules RULES = new PrivacyRules(50, PredictorConsent.FULL);
  private static final List<MessageType<?>> TYPES =
      Stream.of(PsiMessages.TYPES, LogisticMessages.TYPES, ScoringMessages.TYPES)
          .<MessageType<?>>flatMap(List::stream)
          .toList();

  private static final int FINISH = 11;

  /** The smallest message that a plan has to be right about. */
  private static final long NOTED_BYTES = 2000;

  private final Path directory;

  PlanTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private JobConfig job(int parties, String... more) throws Exception {
    Path file = directory.resolve("job.conf");
    Files.writeString(
        file,
        "parties = ["
            + String.join(",", names(parties))
            + "], label-holder = bank, test-fraction = 0.5\n"
            + String.join("\n", more));
    return JobConfig.load(file, Overrides.NONE);
  }

  private static List<String> names(int parties) {
    return List.of("bank", "shop-1", "shop-2", "shop-3").subList(0, parties);
  }

  /** A run whose test rows are all its rows, as are its training rows. */
  private record Ran(Traffic traffic, int passes) {}

  private static Ran run(Session session) {
    boolean bank = session.self().equals(BANK);
    PrivateRandomness randomness = session::privateRandomness;
    List<byte[]> ids = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      ids.add(("id-" + i).getBytes(StandardCharsets.UTF_8));
    }
    Alignment aligned =
        PrivateSetIntersection.align(
            session.beginStep("align", new TreeMap<>()),
            BANK,
            session.bindingSalt("align"),
            randomness,
            ids,
            new PsiLimits(1, ROWS),
            Progress.NONE);
    SplittableRandom random = new SplittableRandom(session.self().hashCode());
    double[][] columns = new double[COLUMNS][];
    for (int j = 0; j < COLUMNS; j++) {
      columns[j] = random.doubles(ROWS).toArray();
    }
    PartyTable table =
        new PartyTable(
            LocalAlignedRows.of(ROWS, columns, 1),
            IntStream.range(0, COLUMNS).mapToObj(j -> "x" + j).toList(),
            aligned.digest());
    LogisticTerms terms = LogisticTerms.builder().maxIter(3).build();
    Channel step = session.beginStep("fit", new TreeMap<>());
    LogisticFit fit =
        bank
            ? new LogisticLabelHolder(
                    terms,
                    RULES,
                    LogisticLabelHolder.key(randomness, step, terms),
                    randomness,
                    LogisticLabelHolder.roundingSeed(randomness, step))
                .fit(
                    step,
                    table,
                    IntStream.range(0, ROWS).mapToDouble(i -> i % 2).toArray(),
                    null,
                    PassListener.NONE,
                    Progress.NONE)
            : new LogisticFeatureHolder(terms, RULES, randomness)
                .fit(step, BANK, table, 0, PassListener.NONE, Progress.NONE);
    Channel score = session.beginStep("score", new TreeMap<>());
    if (bank) {
      assertThat(new ScoringLabelHolder(fit.part()).score(score, table, Progress.NONE)).isNotNull();
    } else {
      new ScoringFeatureHolder(fit.part(), RULES, randomness)
          .score(score, BANK, table, Progress.NONE);
    }
    return new Ran(session.traffic(), fit.summary().passes());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void of_train_isWhatARunSends(int parties) throws Exception {
    Map<PartyId, Parties.Code<Ran>> codes = new TreeMap<>();
    names(parties).forEach(name -> codes.put(new PartyId(name), PlanTest::run));
    SortedMap<PartyId, Ran> ran = Parties.run(TYPES, codes);
    int passes = Objects.requireNonNull(ran.get(BANK)).passes();
    JobConfig job = job(parties);
    // Half of the rows are held out, so a plan for twice the rows trains and scores as the run
    // does.
    List<PlannedMessage> plan =
        Plan.of(job, Plan.Command.TRAIN, new PlanSizes(2 * ROWS, COLUMNS, passes), true);
    Set<Integer> compared = new TreeSet<>();
    ran.forEach(
        (party, run) -> {
          Map<String, Long> sent =
              run.traffic().lines().stream()
                  .collect(
                      Collectors.groupingBy(
                          line -> line.type().getName(),
                          Collectors.summingLong(Traffic.Line::bytesSent)));
          Map<String, Long> planned =
              plan.stream()
                  .filter(message -> message.from().equals(party) && message.bytes() > 0)
                  // Sent after the run has counted.
                  .filter(message -> message.type().id() != FINISH)
                  .collect(
                      Collectors.groupingBy(
                          message -> message.type().type().getName(),
                          Collectors.summingLong(PlannedMessage::bytes)));
          sent.values().removeIf(bytes -> bytes == 0);
          assertThat(planned.keySet())
              .as("types that " + party + " sends")
              .isEqualTo(sent.keySet());
          for (PlannedMessage message : plan) {
            String type = message.type().type().getName();
            long bytes = planned.getOrDefault(type, 0L);
            if (message.from().equals(party)
                && bytes >= NOTED_BYTES
                && !message.phase().equals("session")) {
              long expected = message.phase().equals("align") ? bytes / 2 : bytes;
              assertThat(sent.get(type))
                  .as(type + " of " + party)
                  .isBetween((long) (0.6 * expected), (long) (1.15 * expected) + 2000);
              compared.add(message.type().id());
            }
          }
        });
    assertThat(compared).contains(44, 45, 49, 72).containsAnyOf(21, 24);
  }

  @Test
  void of_twoAndThreeParties_haveEveryTypeThatThereIs() throws Exception {
    Set<Integer> planned = new TreeSet<>();
    for (int rows : new int[] {1000, 1_000_000, 3_000_000}) {
      for (int parties : new int[] {2, 3}) {
        Set<Integer> ofJob = new TreeSet<>();
        Plan.of(job(parties), Plan.Command.TRAIN, new PlanSizes(rows, 5, 10), true)
            .forEach(message -> ofJob.add(message.type().id()));
        // Large passes go beside the links, small ones over them.
        assertThat(ofJob.contains(44)).isEqualTo(rows == 1000).isNotEqualTo(ofJob.contains(51));
        planned.addAll(ofJob);
      }
    }
    for (String psi :
        List.of(
            "{ join = left, duplicates = expand }",
            "{ result = sum, sum.column = v }",
            "{ protocol = rr22 }",
            "{ protocol = ecdh-oprf }")) {
      Plan.of(job(2, "psi " + psi), Plan.Command.PSI, new PlanSizes(1000, 5, 10), true)
          .forEach(message -> planned.add(message.type().id()));
    }
    Set<Integer> all = new TreeSet<>();
    TYPES.forEach(type -> all.add(type.id()));
    SessionMessages.TYPES.forEach(type -> all.add(type.id()));
    assertThat(planned).isEqualTo(all);
  }

  @Test
  void of_trainWithRowsOfAnotherJoin_isRefused() throws Exception {
    PlanSizes sizes = new PlanSizes(1000, 5, 10);
    JobConfig left = job(2, "psi.join = left");
    for (Plan.Command command : List.of(Plan.Command.TRAIN, Plan.Command.SCORE)) {
      assertThatThrownBy(() -> Plan.of(left, command, sizes, true))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("psi.join = left")
          .hasMessageContaining("must be inner where parties train or score");
    }
    assertThat(Plan.of(left, Plan.Command.PSI, sizes, true)).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "join = inner | every party gets its rows of the common ids",
        "join = left | bank gets its other rows too",
        "join = difference | only bank gets rows, those of its ids that are not common",
        "result = receiver | only bank gets rows, those of its ids that are common",
        "result = cardinality | nobody gets rows",
        "result = sum, psi.sum.column = v | nobody gets rows; shop-1 gets the sum of its column v over the common ids",
        "duplicates = first | of rows with one id the first counts",
        "duplicates = expand | every row of one party meets every row of the others",
      })
  void outcome_everyJoin_isTold(String psi, String told) throws Exception {
    assertThat(String.join("\n", Plan.outcome(job(2, "psi." + psi)))).contains(told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "join = left, duplicates = expand | 2",
        "join = left | 3",
        "duplicates = expand | 3",
        "join = difference | 2",
        "result = cardinality | 2",
        "result = sum, sum.column = v | 2",
        "protocol = kkrt | 2",
        "protocol = rr22 | 2",
        "protocol = rr22, result = receiver | 2",
      })
  void of_psiWithAJoin_isWhatARunSends(String psi, int parties) throws Exception {
    JobConfig job = job(parties, "psi { " + psi + " }");
    Map<PartyId, Parties.Code<Traffic>> codes = new TreeMap<>();
    for (PartyId party : job.parties()) {
      codes.put(
          party,
          session -> {
            List<byte[]> ids = new ArrayList<>();
            for (int i = 0; i < ROWS; i++) {
              ids.add(("id-" + i).getBytes(StandardCharsets.UTF_8));
            }
            Channel step = session.beginStep("psi", new TreeMap<>());
            PsiLimits limits =
                new PsiLimits(job.psi().minIntersection(), ROWS, job.psi().protocol(), true);
            OwnRows own = OwnRows.of(ids, job.psi().duplicates());
            Object found =
                job.psi().sum() != null
                    ? PrivateSum.run(
                        step,
                        job.psi(),
                        job.keyBits(),
                        session.bindingSalt("psi"),
                        session::privateRandomness,
                        own,
                        party.equals(job.psi().receiver()) ? null : new long[ROWS],
                        limits,
                        Progress.NONE)
                    : PrivateJoin.run(
                        step,
                        job.psi(),
                        session.bindingSalt("psi"),
                        session::privateRandomness,
                        own,
                        limits,
                        Progress.NONE,
                        null);
            assertThat(found).isNotNull();
            return session.traffic();
          });
    }
    List<PlannedMessage> plan =
        Plan.of(job, Plan.Command.PSI, new PlanSizes(ROWS, COLUMNS, 1), true);
    Parties.run(PsiMessages.TYPES, codes)
        .forEach(
            (party, traffic) -> {
              Map<String, Long> sent = new TreeMap<>();
              for (Traffic.Line line : traffic.lines()) {
                if (line.stepKind().equals("psi") && line.bytesSent() > 0) {
                  sent.put(line.type().getName(), line.bytesSent());
                }
              }
              Map<String, Long> planned = new TreeMap<>();
              for (PlannedMessage message : plan) {
                if (message.phase().equals("align")
                    && message.from().equals(party)
                    && message.bytes() > 0) {
                  planned.merge(message.type().type().getName(), message.bytes(), Long::sum);
                }
              }
              assertThat(sent.keySet()).as("types of " + party).isEqualTo(planned.keySet());
              planned.forEach(
                  (type, bytes) -> {
                    if (bytes >= NOTED_BYTES) {
                      assertThat(sent.get(type))
                          .as(type + " of " + party)
                          .isBetween((long) (0.8 * bytes), (long) (1.2 * bytes) + 500);
                    }
                  });
            });
  }

  @Test
  void of_largeSetsInAJobThatTrains_goInTasksAndBesideTheLinks() throws Exception {
    PlanSizes large = new PlanSizes(3_000_000, 5, 10);
    assertThat(ids(Plan.of(job(2), Plan.Command.TRAIN, large, true)))
        .contains(110, 111, 112, 113)
        .doesNotContain(94, 31, 32);
    assertThat(ids(Plan.of(job(2), Plan.Command.PSI, large, true)))
        .contains(94, 31, 32)
        .doesNotContain(110, 111, 112, 113);
    PlanSizes less = new PlanSizes(1_000_000, 5, 10);
    assertThat(ids(Plan.of(job(2), Plan.Command.TRAIN, less, true))).contains(94);
    assertThat(ids(Plan.of(job(2, "psi.partition-ids = 100000"), Plan.Command.SCORE, less, true)))
        .contains(110, 111)
        .doesNotContain(94);
  }

  private static List<Integer> ids(List<PlannedMessage> plan) {
    return plan.stream().map(message -> message.type().id()).toList();
  }

  @Test
  void of_peersThatAreNotTrusted_intersectsByEcdh() throws Exception {
    PlanSizes sizes = new PlanSizes(1_000_000, 5, 10);
    assertThat(Plan.protocol(job(2), sizes, true)).isEqualTo(JobConfig.PsiProtocol.KKRT);
    assertThat(Plan.of(job(2), Plan.Command.PSI, sizes, true))
        .anyMatch(message -> message.type().id() == 94)
        .noneMatch(message -> message.type().id() == 21);
    assertThat(Plan.of(job(2), Plan.Command.PSI, sizes, false))
        .anyMatch(message -> message.type().id() == 21)
        .noneMatch(message -> message.type().id() >= 90);
  }

  @Test
  void of_scoreAndPsi_trainNothing() throws Exception {
    PlanSizes sizes = new PlanSizes(1000, 5, 10);
    assertThat(Plan.of(job(2), Plan.Command.PSI, sizes, true))
        .allMatch(message -> message.type().id() < 40);
    assertThat(Plan.of(job(2), Plan.Command.SCORE, sizes, true))
        .noneMatch(message -> message.phase().equals("train"))
        .anyMatch(message -> message.phase().equals("score"));
  }
}
