// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Channel;
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.channel.RecordedRole;
import io.heddle.channel.RecordedRole.Steps;
import io.heddle.channel.Schedules;
import io.heddle.channel.SimulatedJob;
import io.heddle.channel.SimulatedNetwork;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.party.PartyId;
import io.heddle.party.PredictorConsent;
import io.heddle.progress.Progress;
import io.heddle.session.PinnedSession;
import io.heddle.session.Session;
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
import io.heddle.train.trees.TreesLabelHolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Intersections, and fits with their scoring, of parties whose links are cut and who are killed:
 * each ends with the very bits of the run in which nothing went wrong. The secrets of all schedules
 * are the same, so a Paillier key is made once, and most fits do again what one has recorded.
 */
class JobScheduleTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId SHOP = new PartyId("shop");
  private static final PartyId TAX = new PartyId("tax");
  private static final int COMMON = 130;
  private static final int ALONE = 3;

  /**
   * What parties do.
   *
   * @param computed of so many schedules one computes
   */
  private record Workload(String name, int computed, RecordedRole.Code<String> code) {}

  private static final Workload INTERSECTION =
      new Workload("an intersection", 3, JobScheduleTest::intersection);
  private static final Workload KKRT =
      new Workload("an intersection by kkrt", 5, JobScheduleTest::intersectionByKkrt);
  private static final Workload RR22 =
      new Workload("an intersection by rr22", 5, JobScheduleTest::intersectionByRr22);
  private static final Workload JOB = new Workload("a job", 25, JobScheduleTest::job);
  private static final Workload TREES = new Workload("trees", 25, JobScheduleTest::trees);
  private static final LogisticTerms TERMS =
      LogisticTerms.builder().regParam(0.01).columnBits(8).maxIter(2).tol(0).build();
  private static final PrivacyRules RULES = new PrivacyRules(10, PredictorConsent.FULL);
  private static final List<MessageType<?>> TYPES =
      Stream.of(PsiMessages.TYPES, LogisticMessages.TYPES, ScoringMessages.TYPES, TreesRoles.TYPES)
          .<MessageType<?>>flatMap(List::stream)
          .toList();

  // By a name that follows from the bank's secret and the step, as the key does.
  private static final Map<String, PaillierPrivateKey> KEYS = new ConcurrentHashMap<>();
  private static final Map<String, AdditivePrivateKey> KEYS_OF_TREES = new ConcurrentHashMap<>();
  private static final Map<String, Map<PartyId, RecordedRole<String>>> UNDISTURBED =
      new HashMap<>();
  private final Path directory;

  JobScheduleTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static Alignment align(Session session, Steps steps, int common) {
    return align(session, steps, common, new PsiLimits(1, 1000));
  }

  private static Alignment align(Session session, Steps steps, int common, PsiLimits limits) {
    Channel step = steps.begin("align", new TreeMap<>());
    return PrivateSetIntersection.align(
        step,
        BANK,
        session.bindingSalt("align"),
        session::privateRandomness,
        ids(session.self(), common),
        limits,
        Progress.NONE);
  }

  /** The common ids in another order at each party, and some that nobody else has. */
  private static List<byte[]> ids(PartyId party, int common) {
    List<byte[]> ids = new ArrayList<>();
    for (int i = 0; i < common; i++) {
      ids.add(utf8("id-" + i));
    }
    for (int i = 0; i < ALONE; i++) {
      ids.add(utf8("id-of-" + party + "-" + i));
    }
    Collections.shuffle(ids, new java.util.Random(party.hashCode()));
    return ids;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String intersection(Session session, Steps steps) {
    return text(align(session, steps, 5));
  }

  private static String intersectionByKkrt(Session session, Steps steps) {
    return text(align(session, steps, 5, new PsiLimits(1, 1000, PsiProtocol.KKRT, true)));
  }

  private static String intersectionByRr22(Session session, Steps steps) {
    return text(align(session, steps, 5, new PsiLimits(1, 1000, PsiProtocol.RR22, true)));
  }

  private static String text(Alignment alignment) {
    return HexFormat.of().formatHex(alignment.digest()) + Arrays.toString(alignment.rows());
  }

  /** Aligns, trains and scores; every bit of what came of it. */
  private static String job(Session session, Steps steps) {
    boolean bank = session.self().equals(BANK);
    PrivateRandomness randomness = session::privateRandomness;
    Alignment alignment = align(session, steps, COMMON);
    List<byte[]> ids = ids(session.self(), COMMON);
    double[] column =
        Arrays.stream(alignment.rows()).mapToDouble(row -> value(ids.get(row), bank)).toArray();
    double[] labels =
        Arrays.stream(alignment.rows())
            .mapToDouble(row -> value(ids.get(row), true) + value(ids.get(row), false) > 0 ? 1 : 0)
            .toArray();
    PartyTable table =
        new PartyTable(
            LocalAlignedRows.of(column.length, new double[][] {column}, 2),
            List.of(session.self() + "'s"),
            alignment.digest());
    Channel step = steps.begin("fit", new TreeMap<>());
    LogisticFit fit =
        bank
            ? new LogisticLabelHolder(
                    TERMS,
                    RULES,
                    KEYS.computeIfAbsent(
                        nameOfKey(randomness, step),
                        any -> LogisticLabelHolder.key(randomness, step, TERMS)),
                    randomness,
                    LogisticLabelHolder.roundingSeed(randomness, step))
                .fit(step, table, labels, null, PassListener.NONE, Progress.NONE)
            : new LogisticFeatureHolder(TERMS, RULES, randomness)
                .fit(step, BANK, table, 0, PassListener.NONE, Progress.NONE);
    Channel score = steps.begin("score", new TreeMap<>());
    String scores = "";
    if (bank) {
      scores =
          bits(
              new ScoringLabelHolder(fit.part())
                  .score(score, table, Progress.NONE)
                  .rawPrediction());
    } else {
      new ScoringFeatureHolder(fit.part(), RULES, randomness)
          .score(score, BANK, table, Progress.NONE);
    }
    return String.join(
        "\n",
        text(alignment),
        fit.part().fitId(),
        bits(fit.part().coefficients()),
        bits(fit.part().intercept()),
        fit.summary().toString(),
        scores);
  }

  /** As {@link #job}, with boosted trees on two columns of each party. */
  private static String trees(Session session, Steps steps) {
    boolean bank = session.self().equals(BANK);
    PrivateRandomness randomness = session::privateRandomness;
    Alignment alignment = align(session, steps, COMMON);
    List<byte[]> ids = ids(session.self(), COMMON);
    double[][] columns = new double[2][alignment.rows().length];
    double[] labels = new double[alignment.rows().length];
    for (int i = 0; i < labels.length; i++) {
      byte[] id = ids.get(alignment.rows()[i]);
      columns[0][i] = value(id, bank);
      columns[1][i] = Math.floor(7 * value(id, bank));
      labels[i] = value(id, true) + value(id, false) > 0 ? 1 : 0;
    }
    PartyTable table =
        new PartyTable(
            LocalAlignedRows.of(labels.length, columns, 2), List.of("a", "b"), alignment.digest());
    return text(alignment)
        + TreesRoles.run(
            steps.begin("fit", new TreeMap<>()),
            BANK,
            table,
            labels,
            randomness,
            step ->
                new TreesLabelHolder(
                    TreesRoles.TERMS,
                    KEYS_OF_TREES.computeIfAbsent(
                        nameOfKey(randomness, step),
                        any -> TreesLabelHolder.key(randomness, step, TreesRoles.TERMS)),
                    randomness,
                    TreesLabelHolder.roundingSeed(randomness, step)),
            () -> steps.begin("score", new TreeMap<>()));
  }

  private static String nameOfKey(PrivateRandomness randomness, Channel step) {
    byte[] name = new byte[32];
    randomness.derive("test/name of a key", utf8(step.path())).fill(0, name);
    return HexFormat.of().formatHex(name);
  }

  private static double value(byte[] id, boolean bank) {
    return new SplittableRandom(Arrays.hashCode(id) * 31L + (bank ? 1 : 2)).nextDouble() * 4 - 2;
  }

  private static String bits(double... values) {
    return Arrays.stream(values)
        .mapToObj(value -> Long.toHexString(Double.doubleToLongBits(value)))
        .toList()
        .toString();
  }

  private <R> SortedMap<PartyId, R> run(
      SimulatedNetwork network, boolean kept, Map<PartyId, Parties.Code<R>> parties)
      throws IOException {
    if (!kept) {
      // With the secrets of those that are kept.
      return Parties.run(
          network,
          TYPES,
          (exchange, terms) -> PinnedSession.open(exchange, terms, "log", "nonce"),
          parties);
    }
    Path disks = Files.createTempDirectory(directory, "disks");
    SortedMap<PartyId, R> results = SimulatedJob.run(network, disks, TYPES, parties);
    try (Stream<Path> files = Files.walk(disks)) {
      for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    return results;
  }

  /**
   * In three of four schedules parties keep their session, and are killed. In one of a number of
   * schedules roles compute, in the others they do what they did in the undisturbed run.
   */
  private void check(long seed, SimulatedNetwork network, List<PartyId> parties, Workload workload)
      throws IOException {
    boolean kept = seed / 3 % 4 != 0;
    Map<PartyId, RecordedRole<String>> roles = undisturbed(workload, kept, parties);
    Map<PartyId, Parties.Code<String>> all = new TreeMap<>();
    Map<PartyId, String> expected = new TreeMap<>();
    roles.forEach(
        (party, role) -> {
          expected.put(party, role.result());
          all.put(
              party,
              seed % workload.computed() == 0
                  ? session -> workload.code().run(session, session::beginStep)
                  : role::play);
        });
    assertThat(run(network, kept, all)).isEqualTo(expected);
  }

  /** Recorded once, for all schedules and all tests. */
  private Map<PartyId, RecordedRole<String>> undisturbed(
      Workload workload, boolean kept, List<PartyId> parties) throws IOException {
    String which = workload.name() + " " + parties + " " + kept;
    Map<PartyId, RecordedRole<String>> roles = UNDISTURBED.get(which);
    if (roles == null) {
      roles = new TreeMap<>(record(kept, parties, workload.code()));
      UNDISTURBED.put(which, roles);
    }
    return roles;
  }

  /** Ahead of the schedules, whose times are then their own. */
  private void recordAll(Workload workload) throws IOException {
    long start = System.nanoTime();
    for (List<PartyId> parties : List.of(List.of(BANK, SHOP), List.of(BANK, SHOP, TAX))) {
      for (boolean kept : new boolean[] {false, true}) {
        assertThat(undisturbed(workload, kept, parties)).hasSameSizeAs(parties);
      }
    }
    System.out.printf(
        "undisturbed runs of %s recorded in %.1f s%n",
        workload.name(), (System.nanoTime() - start) / 1e9);
  }

  private SortedMap<PartyId, RecordedRole<String>> record(
      boolean kept, List<PartyId> parties, RecordedRole.Code<String> code) throws IOException {
    Map<PartyId, Parties.Code<RecordedRole<String>>> all = new TreeMap<>();
    parties.forEach(
        party ->
            all.put(party, session -> RecordedRole.record(session, Parties.codec(TYPES), code)));
    return run(SimulatedNetwork.calm(), kept, all);
  }

  @Test
  void intersection_anySchedule_isTheSame() throws IOException {
    recordAll(INTERSECTION);
    Schedules.run(
        INTERSECTION.name(),
        300,
        (seed, network) ->
            check(
                seed,
                network,
                seed % 3 == 1 ? List.of(BANK, SHOP, TAX) : List.of(BANK, SHOP),
                INTERSECTION));
  }

  @Test
  void intersectionByKkrt_anySchedule_isTheSame() throws IOException {
    Schedules.run(
        KKRT.name(), 60, (seed, network) -> check(seed, network, List.of(BANK, SHOP), KKRT));
  }

  @Test
  void intersectionByRr22_anySchedule_isTheSame() throws IOException {
    Schedules.run(
        RR22.name(), 40, (seed, network) -> check(seed, network, List.of(BANK, SHOP), RR22));
  }

  @Test
  void job_anySchedule_hasTheSameModelAndScores() throws IOException {
    recordAll(JOB);
    Schedules.run(
        JOB.name(),
        100,
        (seed, network) ->
            check(
                seed,
                network,
                seed % 3 == 1 ? List.of(BANK, SHOP, TAX) : List.of(BANK, SHOP),
                JOB));
  }

  @Test
  void trees_anySchedule_areTheSame() throws IOException {
    recordAll(TREES);
    Schedules.run(
        TREES.name(),
        100,
        (seed, network) ->
            check(
                seed,
                network,
                seed % 3 == 1 ? List.of(BANK, SHOP, TAX) : List.of(BANK, SHOP),
                TREES));
  }

  /** Over sockets, where each party dials its own links and where one dials all of them. */
  @Test
  void job_overSocketsOfWhichOneDialsAll_isTheSameAsWhereEachDialsItsOwn() {
    NettyNetwork sockets = new NettyNetwork();

    assertThat(overSockets(sockets.whereFirstDials())).isEqualTo(overSockets(sockets));
  }

  private SortedMap<PartyId, String> overSockets(NettyNetwork sockets) {
    Parties.Code<String> code = session -> job(session, session::beginStep);
    return Parties.run(
        sockets,
        TYPES,
        (exchange, terms) -> PinnedSession.open(exchange, terms, "secret", "nonce"),
        Map.of(BANK, code, SHOP, code));
  }

  @Test
  void job_sameSeedTwice_isTheSame() throws IOException {
    for (long seed : new long[] {1, 2, 3, 5L * JOB.computed()}) {
      SimulatedNetwork once = new SimulatedNetwork(seed);
      SimulatedNetwork again = new SimulatedNetwork(seed);
      for (SimulatedNetwork network : List.of(once, again)) {
        check(seed, network, List.of(BANK, SHOP), JOB);
      }
      assertThat(again.trace()).as("seed " + seed).isEqualTo(once.trace());
    }
  }
}
