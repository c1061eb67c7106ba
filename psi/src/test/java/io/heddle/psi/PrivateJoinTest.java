// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.config.JobConfig.PsiJoin;
import io.heddle.config.JobConfig.PsiResult;
import io.heddle.error.AlignmentException;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Joins of rows against a nested loop over the plain tables. */
class PrivateJoinTest {
  private static final PsiLimits ANY = new PsiLimits(0, PsiLimits.LARGEST_SET);
  private static final PsiLimits KKRT =
      new PsiLimits(0, PsiLimits.LARGEST_SET, JobConfig.PsiProtocol.KKRT, true);
  private static final PsiLimits RR22 =
      new PsiLimits(0, PsiLimits.LARGEST_SET, JobConfig.PsiProtocol.RR22, true);

  /**
   * What one join is to be of.
   *
   * @param tables the id of each row, by party
   */
  private record Case(SortedMap<PartyId, List<String>> tables, JobConfig.Psi terms) {
    Case(List<List<String>> tables, int receiver, JobConfig.Psi terms) {
      this(named(tables), terms);
      assertThat(terms.receiver()).isEqualTo(party(receiver));
    }

    private static SortedMap<PartyId, List<String>> named(List<List<String>> tables) {
      SortedMap<PartyId, List<String>> named = new TreeMap<>();
      for (int i = 0; i < tables.size(); i++) {
        named.put(party(i), tables.get(i));
      }
      return named;
    }

    List<String> table(PartyId party) {
      return Objects.requireNonNull(tables.get(party));
    }
  }

  private static PartyId party(int i) {
    return new PartyId("party-" + i);
  }

  private static JobConfig.Psi terms(
      int receiver, PsiResult result, PsiJoin join, PsiDuplicates duplicates) {
    return new JobConfig.Psi(
        JobConfig.PsiProtocol.AUTO, party(receiver), result, join, duplicates, List.of(), 1);
  }

  private static List<byte[]> bytes(List<String> ids) {
    return ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
  }

  /** The smallest mailboxes there are. */
  private static SortedMap<PartyId, Exchange> smallWindows(
      Collection<PartyId> parties, MessageCodec codec) {
    return InMemoryExchange.network(
        parties,
        codec,
        new ExchangeLimits(1 << 16, 1 << 20),
        ExchangeTimeouts.DEFAULT,
        party -> FrameObserver.NONE);
  }

  /** Runs cases of the same parties one after the other in one session. */
  private static List<SortedMap<PartyId, JoinedRows>> run(List<Case> cases) {
    return run(cases, ANY);
  }

  private static List<SortedMap<PartyId, JoinedRows>> run(List<Case> cases, PsiLimits limits) {
    Map<PartyId, Parties.Code<List<JoinedRows>>> codes = new TreeMap<>();
    for (PartyId party : cases.get(0).tables().keySet()) {
      codes.put(
          party,
          session ->
              cases.stream()
                  .map(
                      each ->
                          PrivateJoin.run(
                              session.beginStep("psi", new TreeMap<>()),
                              each.terms(),
                              session.bindingSalt("psi"),
                              session::privateRandomness,
                              OwnRows.of(bytes(each.table(party)), each.terms().duplicates()),
                              limits,
                              Progress.NONE,
                              null))
                  .toList());
    }
    SortedMap<PartyId, List<JoinedRows>> results =
        Parties.run(PrivateJoinTest::smallWindows, PsiMessages.TYPES, codes);
    List<SortedMap<PartyId, JoinedRows>> byCase = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      SortedMap<PartyId, JoinedRows> of = new TreeMap<>();
      int number = i;
      results.forEach((party, all) -> of.put(party, all.get(number)));
      byCase.add(of);
    }
    return byCase;
  }

  /** The rows of all parties side by side. */
  private static List<List<Integer>> sideBySide(SortedMap<PartyId, JoinedRows> joined) {
    int rows = joined.values().iterator().next().rows().length;
    assertThat(joined.values()).allMatch(each -> each.rows().length == rows);
    return IntStream.range(0, rows)
        .mapToObj(row -> joined.values().stream().map(each -> each.rows()[row]).toList())
        .toList();
  }

  /** Every combination of rows of one id, by nested loops; with {@code first} of first rows. */
  private static List<List<Integer>> nestedLoops(Case of) {
    List<List<Integer>> found = new ArrayList<>();
    found.add(List.of());
    List<List<String>> tables = new ArrayList<>(of.tables().values());
    for (int t = 0; t < tables.size(); t++) {
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> rows : found) {
        for (int row = 0; row < tables.get(t).size(); row++) {
          String id = tables.get(t).get(row);
          boolean first = tables.get(t).indexOf(id) == row;
          if ((rows.isEmpty() || tables.get(0).get(rows.get(0)).equals(id))
              && (first || of.terms().duplicates() == PsiDuplicates.EXPAND)) {
            List<Integer> more = new ArrayList<>(rows);
            more.add(row);
            longer.add(more);
          }
        }
      }
      found = longer;
    }
    return found;
  }

  private static int commonIds(Case of) {
    TreeSet<String> common = new TreeSet<>(of.tables().values().iterator().next());
    of.tables().values().forEach(common::retainAll);
    return common.size();
  }

  private static void assertAgreed(SortedMap<PartyId, JoinedRows> joined, int common) {
    byte[] digest = joined.values().iterator().next().digest();
    assertThat(digest).hasSize(32);
    assertThat(joined.values())
        .allSatisfy(
            each -> {
              assertThat(each.common()).isEqualTo(common);
              assertThat(each.digest()).isEqualTo(digest);
            });
  }

  /** Rows of one id stand together, those of the first party change slowest. */
  private static void assertCanonical(Case of, List<List<Integer>> rows) {
    List<String> first = of.tables().values().iterator().next();
    for (int i = 1; i < rows.size(); i++) {
      List<Integer> before = rows.get(i - 1);
      List<Integer> now = rows.get(i);
      String id = first.get(now.get(0));
      if (first.get(before.get(0)).equals(id)) {
        assertThat(Arrays.compare(numbers(before), numbers(now))).isNegative();
      } else {
        assertThat(rows.subList(0, i)).noneMatch(row -> first.get(row.get(0)).equals(id));
      }
    }
  }

  private static int[] numbers(List<Integer> rows) {
    return rows.stream().mapToInt(row -> row).toArray();
  }

  /** The receiver's rows that are in no combination and, with {@code first}, no repeats. */
  private static List<Integer> unmatched(Case of) {
    List<String> own = of.table(of.terms().receiver());
    return IntStream.range(0, own.size())
        .filter(
            row ->
                of.terms().duplicates() == PsiDuplicates.EXPAND || own.indexOf(own.get(row)) == row)
        .filter(row -> !of.tables().values().stream().allMatch(t -> t.contains(own.get(row))))
        .boxed()
        .toList();
  }

  private static void assertInner(Case of, SortedMap<PartyId, JoinedRows> joined) {
    List<List<Integer>> rows = sideBySide(joined);
    assertThat(rows).containsExactlyInAnyOrderElementsOf(nestedLoops(of));
    assertCanonical(of, rows);
    assertAgreed(joined, commonIds(of));
  }

  private static void assertLeft(Case of, SortedMap<PartyId, JoinedRows> joined) {
    List<List<Integer>> rows = sideBySide(joined);
    List<List<Integer>> matched = nestedLoops(of);
    assertThat(rows.subList(0, matched.size())).containsExactlyInAnyOrderElementsOf(matched);
    assertCanonical(of, rows.subList(0, matched.size()));
    int receiver = new ArrayList<>(of.tables().keySet()).indexOf(of.terms().receiver());
    List<List<Integer>> tail = rows.subList(matched.size(), rows.size());
    assertThat(tail.stream().map(row -> row.get(receiver))).isEqualTo(unmatched(of));
    for (List<Integer> row : tail) {
      for (int i = 0; i < row.size(); i++) {
        assertThat(i == receiver || row.get(i) == JoinedRows.MISSING).isTrue();
      }
    }
    assertAgreed(joined, commonIds(of));
  }

  private static void assertDifference(Case of, SortedMap<PartyId, JoinedRows> joined) {
    joined.forEach(
        (party, rows) -> {
          assertThat(rows.digest()).isEmpty();
          if (party.equals(of.terms().receiver())) {
            assertThat(numbersOf(rows)).isEqualTo(unmatched(of));
            assertThat(rows.common()).isEqualTo(commonIds(of));
          } else {
            assertThat(rows.rows()).isEmpty();
            assertThat(rows.common()).isZero();
          }
        });
  }

  private static List<Integer> numbersOf(JoinedRows rows) {
    return Arrays.stream(rows.rows()).boxed().toList();
  }

  private static List<List<String>> randomTables(Random random, int parties, boolean repeats) {
    List<List<String>> tables = new ArrayList<>();
    for (int i = 0; i < parties; i++) {
      List<String> ids = new ArrayList<>();
      if (repeats) {
        int rows = random.nextInt(parties > 3 ? 7 : 14);
        int different = 1 + random.nextInt(7);
        IntStream.range(0, rows).forEach(row -> ids.add("id-" + random.nextInt(different)));
      } else {
        IntStream.range(0, 9).filter(id -> random.nextBoolean()).forEach(id -> ids.add("id-" + id));
        Collections.shuffle(ids, random);
      }
      tables.add(ids);
    }
    return tables;
  }

  static Stream<Arguments> kinds() {
    List<Arguments> all = new ArrayList<>();
    for (int parties : new int[] {2, 3, 5}) {
      for (PsiDuplicates duplicates : PsiDuplicates.values()) {
        for (PsiJoin join : PsiJoin.values()) {
          all.add(Arguments.of(parties, join, duplicates));
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} parties, {1}, {2}")
  @MethodSource("kinds")
  void run_randomTables_equalsNestedLoops(int parties, PsiJoin join, PsiDuplicates duplicates) {
    Random random = new Random((parties + " " + join + " " + duplicates).hashCode());
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < (parties == 2 ? 120 : 25); i++) {
      int receiver = random.nextInt(parties);
      PsiResult result = join == PsiJoin.DIFFERENCE ? PsiResult.RECEIVER : PsiResult.BOTH;
      cases.add(
          new Case(
              randomTables(random, parties, duplicates != PsiDuplicates.REFUSE),
              receiver,
              terms(receiver, result, join, duplicates)));
    }
    List<SortedMap<PartyId, JoinedRows>> joined = run(cases);
    long rows = 0;
    for (int i = 0; i < cases.size(); i++) {
      rows += joined.get(i).values().stream().mapToLong(each -> each.rows().length).sum();
      switch (join) {
        case INNER -> assertInner(cases.get(i), joined.get(i));
        case LEFT -> assertLeft(cases.get(i), joined.get(i));
        case DIFFERENCE -> assertDifference(cases.get(i), joined.get(i));
      }
    }
    assertThat(rows).as("rows of all cases").isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void run_randomTablesByKkrt_equalsNestedLoops(PsiJoin join) {
    assertJoined(join, KKRT, 12);
  }

  @ParameterizedTest
  @EnumSource
  void run_randomTablesByRr22_equalsNestedLoops(PsiJoin join) {
    assertJoined(join, RR22, 4);
  }

  private void assertJoined(PsiJoin join, PsiLimits limits, int count) {
    Random random = new Random(join.name().hashCode());
    PsiResult result = join == PsiJoin.DIFFERENCE ? PsiResult.RECEIVER : PsiResult.BOTH;
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int receiver = random.nextInt(2);
      JobConfig.Psi terms = terms(receiver, result, join, PsiDuplicates.EXPAND);
      cases.add(new Case(randomTables(random, 2, true), receiver, terms));
    }
    List<SortedMap<PartyId, JoinedRows>> joined = run(cases, limits);
    for (int i = 0; i < cases.size(); i++) {
      assertThat(joined.get(i).values()).allMatch(rows -> rows.protocol() == limits.protocol());
      switch (join) {
        case INNER -> assertInner(cases.get(i), joined.get(i));
        case LEFT -> assertLeft(cases.get(i), joined.get(i));
        case DIFFERENCE -> assertDifference(cases.get(i), joined.get(i));
      }
    }
  }

  @Test
  void run_cardinalityByKkrt_isRefused() {
    Case counted =
        new Case(
            List.of(List.of("a"), List.of("a")),
            0,
            terms(0, PsiResult.CARDINALITY, PsiJoin.INNER, PsiDuplicates.REFUSE));
    assertThatThrownBy(() -> run(List.of(counted), KKRT))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("Invalid psi.protocol = kkrt: must be auto or ecdh where ids are only counted");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8})
  void run_expandAtLimits_equalsNestedLoops(int parties) {
    JobConfig.Psi terms = terms(1, PsiResult.BOTH, PsiJoin.INNER, PsiDuplicates.EXPAND);
    List<Case> cases = new ArrayList<>();
    for (List<String> last :
        List.of(List.<String>of(), List.of("x"), List.of("x", "x"), List.of("y"))) {
      List<List<String>> tables = new ArrayList<>();
      IntStream.range(0, parties - 1).forEach(i -> tables.add(List.of("x", "x")));
      tables.add(last);
      cases.add(new Case(tables, 1, terms));
    }
    List<SortedMap<PartyId, JoinedRows>> joined = run(cases);
    for (int i = 0; i < cases.size(); i++) {
      assertInner(cases.get(i), joined.get(i));
    }
    assertThat(sideBySide(joined.get(2))).hasSize(1 << parties);
  }

  @Test
  void run_expandMoreThanOneChunkOfIds_equalsNestedLoops() {
    List<String> bank = new ArrayList<>();
    List<String> shop = new ArrayList<>();
    for (int i = 0; i < (1 << 14) + 3; i++) {
      bank.addAll(Collections.nCopies(1 + i % 2, "id-" + i));
      shop.addAll(Collections.nCopies(1 + i % 3, "id-" + i));
    }
    Collections.shuffle(bank, new Random(1));
    Collections.shuffle(shop, new Random(2));
    SortedMap<PartyId, JoinedRows> joined =
        run(List.of(
                new Case(
                    List.of(bank, shop),
                    0,
                    terms(0, PsiResult.BOTH, PsiJoin.INNER, PsiDuplicates.EXPAND))))
            .get(0);
    List<List<Integer>> rows = sideBySide(joined);
    assertThat(rows).allMatch(row -> bank.get(row.get(0)).equals(shop.get(row.get(1))));
    assertThat(rows).doesNotHaveDuplicates();
    assertThat(rows)
        .hasSize(IntStream.range(0, (1 << 14) + 3).map(i -> (1 + i % 2) * (1 + i % 3)).sum());
    assertAgreed(joined, (1 << 14) + 3);
  }

  /** 5793 squared is more than 2^25. */
  @ParameterizedTest
  @CsvSource({"INNER", "LEFT"})
  void run_expandBeyondTheLargestTable_failsAlikeAtAllParties(PsiJoin join) {
    List<String> many = Collections.nCopies(5793, "id");
    Case huge =
        new Case(List.of(many, many), 0, terms(0, PsiResult.BOTH, join, PsiDuplicates.EXPAND));
    assertThatThrownBy(() -> run(List.of(huge)))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining("The join has more than 33554432 rows")
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed())
                    .singleElement()
                    .isInstanceOf(AlignmentException.class));
  }

  @Test
  void run_refuseWithRepeats_isRefused() {
    Case repeats =
        new Case(
            List.of(List.of("a", "b", "a"), List.of("a")),
            0,
            terms(0, PsiResult.BOTH, PsiJoin.LEFT, PsiDuplicates.REFUSE));
    assertThatThrownBy(() -> run(List.of(repeats)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 of 3 ids stand in the list already: each may once");
  }

  @ParameterizedTest
  @CsvSource({
    "INNER, EXPAND, RECEIVER",
    "INNER, EXPAND, CARDINALITY",
    "LEFT, REFUSE, RECEIVER",
    "LEFT, REFUSE, CARDINALITY",
    "DIFFERENCE, REFUSE, BOTH",
    "DIFFERENCE, REFUSE, CARDINALITY"
  })
  void run_termsThatDoNotGoTogether_areRefused(
      PsiJoin join, PsiDuplicates duplicates, PsiResult result) {
    Case wrong =
        new Case(List.of(List.of("a"), List.of("a")), 0, terms(0, result, join, duplicates));
    assertThatThrownBy(() -> run(List.of(wrong)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid terms: no join "
                + join
                + " with duplicates "
                + duplicates
                + " and result "
                + result);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void run_firstForTheReceiver_itsFirstRowsInItsOrder(int parties) {
    List<List<String>> tables = new ArrayList<>();
    tables.add(List.of("c", "a", "b", "a", "c", "d"));
    IntStream.range(1, parties).forEach(i -> tables.add(List.of("a", "x", "c", "c")));
    SortedMap<PartyId, JoinedRows> joined =
        run(List.of(
                new Case(
                    tables, 0, terms(0, PsiResult.RECEIVER, PsiJoin.INNER, PsiDuplicates.FIRST))))
            .get(0);
    joined.forEach(
        (party, rows) -> {
          assertThat(numbersOf(rows)).isEqualTo(party.equals(party(0)) ? List.of(0, 1) : List.of());
          assertThat(rows.digest()).isEmpty();
        });
  }

  @Test
  void run_cardinality_theReceiverLearnsTheNumberAndNobodyRows() {
    Random random = new Random(5);
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      PsiDuplicates duplicates = i % 2 == 0 ? PsiDuplicates.REFUSE : PsiDuplicates.FIRST;
      cases.add(
          new Case(
              randomTables(random, 2, duplicates == PsiDuplicates.FIRST),
              i % 3 == 0 ? 0 : 1,
              terms(i % 3 == 0 ? 0 : 1, PsiResult.CARDINALITY, PsiJoin.INNER, duplicates)));
    }
    List<SortedMap<PartyId, JoinedRows>> joined = run(cases);
    for (int i = 0; i < cases.size(); i++) {
      Case of = cases.get(i);
      joined
          .get(i)
          .forEach(
              (party, rows) -> {
                assertThat(rows.rows()).isEmpty();
                assertThat(rows.digest()).isEmpty();
                assertThat(rows.common())
                    .isEqualTo(party.equals(of.terms().receiver()) ? commonIds(of) : 0);
              });
    }
    assertThat(cases).anyMatch(of -> commonIds(of) == 0).anyMatch(of -> commonIds(of) > 3);
  }
}
