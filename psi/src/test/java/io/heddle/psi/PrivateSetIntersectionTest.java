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
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.error.AlignmentException;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateSetIntersectionTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId SHOP = new PartyId("shop");
  private static final PsiLimits ANY = new PsiLimits(0, PsiLimits.LARGEST_SET);

  private static List<byte[]> bytes(List<String> ids) {
    return ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
  }

  private static List<String> range(int from, int to, long seed) {
    List<String> ids = new ArrayList<>();
    IntStream.range(from, to).forEach(i -> ids.add("customer-" + i));
    Collections.shuffle(ids, new Random(seed));
    return ids;
  }

  private static Alignment align(
      Session session, PartyId receiver, List<String> ids, PsiLimits limits) {
    return PrivateSetIntersection.align(
        session.beginStep("align", new TreeMap<>()),
        receiver,
        session.bindingSalt("psi"),
        session::privateRandomness,
        bytes(ids),
        limits,
        Progress.NONE);
  }

  private static SortedMap<PartyId, Alignment> align(
      Map<PartyId, List<String>> sets, PartyId receiver, PsiLimits limits) {
    Map<PartyId, Parties.Code<Alignment>> code = new TreeMap<>();
    sets.forEach((party, ids) -> code.put(party, session -> align(session, receiver, ids, limits)));
    return Parties.run(PrivateSetIntersectionTest::smallWindows, PsiMessages.TYPES, code);
  }

  /** The smallest mailboxes there are: who sends to a party that is sending waits for ever. */
  private static SortedMap<PartyId, Exchange> smallWindows(
      Collection<PartyId> parties, MessageCodec codec) {
    return InMemoryExchange.network(
        parties,
        codec,
        new ExchangeLimits(1 << 16, 1 << 20),
        ExchangeTimeouts.DEFAULT,
        party -> FrameObserver.NONE);
  }

  private static List<String> rows(List<String> ids, Alignment alignment) {
    return Arrays.stream(alignment.rows()).mapToObj(ids::get).toList();
  }

  /** All parties hold the plain intersection, in one order, and one digest. */
  private static List<String> assertAligned(
      Map<PartyId, List<String>> sets, SortedMap<PartyId, Alignment> alignments) {
    Set<String> expected = new TreeSet<>(sets.values().iterator().next());
    sets.values().forEach(expected::retainAll);
    List<String> order = new ArrayList<>();
    byte[] digest = alignments.values().iterator().next().digest();
    alignments.forEach(
        (party, alignment) -> {
          List<String> rows = rows(Objects.requireNonNull(sets.get(party)), alignment);
          if (order.isEmpty()) {
            order.addAll(rows);
          }
          assertThat(rows).isEqualTo(order);
          assertThat(alignment.digest()).isEqualTo(digest);
        });
    assertThat(alignments).hasSameSizeAs(sets);
    assertThat(order).containsExactlyInAnyOrderElementsOf(expected);
    return order;
  }

  static Stream<Arguments> pairs() {
    List<String> none = List.of();
    List<String> one = List.of("customer-7");
    return Stream.of(
        Arguments.of("overlap", range(0, 300, 1), range(200, 600, 2)),
        Arguments.of("disjoint", range(0, 50, 1), range(50, 90, 2)),
        Arguments.of("equal", range(0, 100, 1), range(0, 100, 2)),
        Arguments.of("one and one, equal", one, one),
        Arguments.of("one and one, other", one, List.of("customer-8")),
        Arguments.of("one of many", one, range(0, 40, 2)),
        Arguments.of("1 to 1000", range(2, 5, 1), range(0, 3000, 2)),
        Arguments.of("1000 to 1", range(0, 3000, 1), range(2, 5, 2)),
        Arguments.of("empty receiver", none, range(0, 10, 2)),
        Arguments.of("empty sender", range(0, 10, 2), none),
        Arguments.of("both empty", none, none),
        Arguments.of("empty id and long id", List.of("", "x".repeat(10_000)), List.of("", "y")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void align_twoParties_equalsPlainIntersection(
      String name, List<String> receiver, List<String> sender) {
    Map<PartyId, List<String>> sets = Map.of(BANK, receiver, SHOP, sender);
    assertAligned(sets, align(sets, BANK, ANY));
  }

  @Test
  void align_moreThanOneChunk_equalsPlainIntersection() {
    List<String> large = range(0, (1 << 14) + 5, 1);
    List<String> small = range((1 << 14) - 2, (1 << 14) + 40, 2);
    Map<PartyId, List<String>> sets = Map.of(BANK, large, SHOP, small);
    assertThat(assertAligned(sets, align(sets, SHOP, ANY))).hasSize(7);
    assertThat(assertAligned(sets, align(sets, BANK, ANY))).hasSize(7);
  }

  static Stream<Arguments> groups() {
    return Stream.of(
        Arguments.of(
            "three, receiver first",
            0,
            List.of(range(0, 60, 1), range(20, 80, 2), range(40, 99, 3))),
        Arguments.of(
            "three, receiver in the middle",
            1,
            List.of(range(0, 60, 1), range(20, 80, 2), range(40, 99, 3))),
        Arguments.of(
            "three, receiver last",
            2,
            List.of(range(0, 60, 1), range(20, 80, 2), range(40, 99, 3))),
        Arguments.of(
            "three, common in pairs only",
            0,
            List.of(range(0, 20, 1), range(10, 30, 2), List.of("customer-3", "customer-25"))),
        Arguments.of(
            "three, one empty", 2, List.of(range(0, 20, 1), List.<String>of(), range(10, 30, 2))),
        Arguments.of(
            "three, one large",
            1,
            List.of(range(0, 3, 1), range(0, (1 << 14) + 9, 2), range(1, 40, 3))),
        Arguments.of(
            "four",
            3,
            List.of(range(0, 60, 1), range(20, 80, 2), range(40, 99, 3), range(30, 55, 4))),
        Arguments.of(
            "eight", 5, IntStream.range(0, 8).mapToObj(p -> range(p, 20 + p, p)).toList()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("groups")
  void align_ring_equalsPlainIntersection(String name, int receiver, List<List<String>> lists) {
    Map<PartyId, List<String>> sets = new TreeMap<>();
    for (int i = 0; i < lists.size(); i++) {
      sets.put(new PartyId("party-" + i), lists.get(i));
    }
    assertAligned(sets, align(sets, new PartyId("party-" + receiver), ANY));
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16})
  void align_randomSetsAndParties_equalsPlainIntersection(long seed) {
    Random random = new Random(seed);
    Map<PartyId, List<String>> sets = new TreeMap<>();
    int parties = 2 + random.nextInt(4);
    for (int i = 0; i < parties; i++) {
      double share = random.nextDouble();
      List<String> ids = range(0, 80, random.nextLong());
      ids.removeIf(id -> random.nextDouble() < 0.5 * share);
      sets.put(new PartyId("party-" + i), ids);
    }
    PartyId receiver = new PartyId("party-" + random.nextInt(parties));
    assertAligned(sets, align(sets, receiver, ANY));
  }

  @Test
  void align_nineParties_isRefused() {
    Map<PartyId, List<String>> sets = new TreeMap<>();
    for (int i = 0; i < 9; i++) {
      sets.put(new PartyId("party-" + i), List.of("a"));
    }
    assertThatThrownBy(() -> align(sets, new PartyId("party-0"), ANY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid number of parties 9: must be at most 8");
  }

  @Test
  void align_sameIdsInOtherFileOrder_orderIsFreshEachTime() {
    List<String> ids = range(0, 200, 1);
    Map<PartyId, List<String>> sets = Map.of(BANK, ids, SHOP, ids);
    List<String> first = assertAligned(sets, align(sets, BANK, ANY));
    List<String> second = assertAligned(sets, align(sets, BANK, ANY));
    assertThat(first).isNotEqualTo(ids).isNotEqualTo(second);
  }

  @Test
  void align_twiceInOneSession_digestsDiffer() {
    List<String> ids = List.of("a");
    Parties.Code<List<Alignment>> code =
        session -> List.of(align(session, BANK, ids, ANY), align(session, BANK, ids, ANY));
    List<Alignment> both = Parties.run(PsiMessages.TYPES, BANK, code, SHOP, code).get(0);
    assertThat(both.get(0).digest()).isNotEqualTo(both.get(1).digest());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void intersect_receiverOnly_othersGetNothing(int parties) {
    Map<PartyId, Parties.Code<List<Integer>>> code = new TreeMap<>();
    for (int i = 0; i < parties; i++) {
      List<String> ids = range(10 * i, 10 * i + 30, 0);
      ids.sort(null);
      code.put(
          new PartyId("party-" + i),
          session ->
              Arrays.stream(
                      PrivateSetIntersection.intersect(
                              session.beginStep("psi", new TreeMap<>()),
                              new PartyId("party-1"),
                              session.bindingSalt("psi"),
                              session::privateRandomness,
                              bytes(ids),
                              ANY,
                              Progress.NONE)
                          .rows())
                  .boxed()
                  .toList());
    }
    SortedMap<PartyId, List<Integer>> results = Parties.run(PsiMessages.TYPES, code);
    int common = parties == 2 ? 20 : 10;
    List<String> ids = range(10, 40, 0);
    ids.sort(null);
    List<Integer> expected =
        IntStream.range(0, ids.size())
            .filter(i -> number(ids.get(i)) < 30 && number(ids.get(i)) >= 30 - common)
            .boxed()
            .toList();
    results.forEach(
        (party, rows) ->
            assertThat(rows).isEqualTo(party.name().equals("party-1") ? expected : List.of()));
  }

  private static int number(String id) {
    return Integer.parseInt(id.substring("customer-".length()));
  }

  @Test
  void align_ownDuplicates_areRefusedWithTheirCount() {
    assertThatThrownBy(
            () -> align(Map.of(BANK, List.of("a", "b", "a", "a"), SHOP, List.of("a")), BANK, ANY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 of 4 ids stand in the list already: each may once");
  }

  /** What each party's call throws, whichever is first. */
  private static SortedMap<PartyId, Throwable> failures(
      Map<PartyId, Function<Session, Alignment>> calls) {
    SortedMap<PartyId, Throwable> failures = Collections.synchronizedSortedMap(new TreeMap<>());
    Map<PartyId, Parties.Code<Alignment>> code = new TreeMap<>();
    calls.forEach(
        (party, call) ->
            code.put(
                party,
                session -> {
                  try {
                    return call.apply(session);
                  } catch (RuntimeException e) {
                    failures.put(party, e);
                    throw e;
                  }
                }));
    assertThatThrownBy(() -> Parties.run(PsiMessages.TYPES, code)).isNotNull();
    return failures;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void align_belowMinimumIntersection_failsAlikeAtAllParties(int parties) {
    PsiLimits limits = new PsiLimits(3, 100);
    PartyId receiver = new PartyId("party-1");
    Map<PartyId, Function<Session, Alignment>> calls = new TreeMap<>();
    for (int i = 0; i < parties; i++) {
      List<String> ids = List.of("common", "also", "only-" + i);
      calls.put(new PartyId("party-" + i), session -> align(session, receiver, ids, limits));
    }
    SortedMap<PartyId, Throwable> failures = failures(calls);
    assertThat(failures).hasSize(parties);
    assertThat(failures.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(AlignmentException.class)
                    .hasMessage(
                        "Only 2 ids are common to all parties: must be at least 3 (the minimum intersection)"));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void alignmentCheck_onePartyHoldsOtherRows_failsAlikeAtAllParties(int parties) {
    PartyId receiver = new PartyId("party-0");
    Map<PartyId, Function<Session, Alignment>> calls = new TreeMap<>();
    for (int i = 0; i < parties; i++) {
      byte[] digest = new byte[32];
      digest[31] = (byte) (i == 1 ? 1 : 0);
      calls.put(
          new PartyId("party-" + i),
          session -> {
            AlignmentCheck.run(session.beginStep("check", new TreeMap<>()), receiver, 5, digest);
            return new Alignment(new int[5], digest, PsiProtocol.ECDH);
          });
    }
    SortedMap<PartyId, Throwable> failures = failures(calls);
    assertThat(failures).hasSize(parties);
    assertThat(failures.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(AlignmentException.class)
                    .hasMessageContaining("alignments differ; this party holds 5 common rows"));
  }

  @Test
  void align_peerOverQuota_isRefusedBeforeAnyPoint() {
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    BANK,
                    session -> align(session, BANK, range(0, 5, 1), new PsiLimits(1, 10)),
                    SHOP,
                    session -> align(session, BANK, range(0, 11, 1), new PsiLimits(1, 100))))
        .isInstanceOf(PrivacyException.class)
        .hasMessage("Set of 11 ids refused: shop may bring at most 10, by this party's own limit");
  }

  @Test
  void align_otherMinimumAtThePeer_isRefusedNamingBoth() {
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    BANK,
                    session -> align(session, BANK, range(0, 5, 1), new PsiLimits(1, 10)),
                    SHOP,
                    session -> align(session, BANK, range(0, 5, 1), new PsiLimits(2, 10))))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Different terms of the intersection: minimum");
  }

  @Test
  void align_receiverThatIsNoParty_isRefused() {
    assertThatThrownBy(
            () -> align(Map.of(BANK, List.of("a"), SHOP, List.of("a")), new PartyId("nobody"), ANY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid receiver nobody");
  }

  @Test
  void limits_outOfRange_areRefused() {
    assertThatThrownBy(() -> new PsiLimits(-1, 10)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PsiLimits(0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PsiLimits(0, PsiLimits.LARGEST_SET + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void align_framesOnTheWire_holdNoIdNorItsHash(int parties) throws Exception {
    ConcurrentLinkedQueue<byte[]> frames = new ConcurrentLinkedQueue<>();
    Map<PartyId, Parties.Code<Alignment>> code = new TreeMap<>();
    Set<String> ids = new LinkedHashSet<>();
    for (int i = 0; i < parties; i++) {
      List<String> own = range(5 * i, 5 * i + 20, i).stream().map(id -> "marker-" + id).toList();
      ids.addAll(own);
      code.put(
          new PartyId("party-" + i), session -> align(session, new PartyId("party-0"), own, ANY));
    }
    Parties.run(
        (all, codec) ->
            InMemoryExchange.network(
                all,
                codec,
                ExchangeLimits.DEFAULT,
                ExchangeTimeouts.DEFAULT,
                party -> (to, frame) -> frames.add(copy(frame))),
        PsiMessages.TYPES,
        code);
    assertThat(frames).isNotEmpty();
    List<byte[]> markers = new ArrayList<>();
    for (String id : ids) {
      byte[] plain = id.getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(plain);
      markers.add(plain);
      markers.add(hash);
      markers.add(HexFormat.of().formatHex(plain).getBytes(StandardCharsets.US_ASCII));
      markers.add(Arrays.copyOf(hash, 8));
    }
    assertThat(markers).noneMatch(marker -> holds(frames, marker));
    // The control: the same search finds what is there.
    byte[] planted = frames.stream().max((a, b) -> a.length - b.length).orElseThrow().clone();
    byte[] marker = markers.get(0);
    System.arraycopy(marker, 0, planted, planted.length - marker.length, marker.length);
    frames.add(planted);
    assertThat(holds(frames, marker)).isTrue();
  }

  private static byte[] copy(ByteBuffer frame) {
    byte[] bytes = new byte[frame.remaining()];
    frame.duplicate().get(bytes);
    return bytes;
  }

  private static boolean holds(Iterable<byte[]> frames, byte[] marker) {
    String wanted = new String(marker, StandardCharsets.ISO_8859_1);
    for (byte[] frame : frames) {
      if (new String(frame, StandardCharsets.ISO_8859_1).contains(wanted)) {
        return true;
      }
    }
    return false;
  }
}
