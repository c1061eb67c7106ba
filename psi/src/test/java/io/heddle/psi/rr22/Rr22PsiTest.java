// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import static io.heddle.psi.shared.PsiRuns.range;
import static io.heddle.psi.shared.PsiRuns.shuffled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.error.AlignmentException;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.Intersection;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.session.Session;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Rr22PsiTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId SHOP = new PartyId("shop");
  private static final PsiLimits RR22 = limits(true);

  private static PsiLimits limits(boolean semiHonest) {
    return new PsiLimits(0, PsiLimits.LARGEST_SET, PsiProtocol.RR22, semiHonest);
  }

  private static List<byte[]> bytes(List<String> ids) {
    return ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
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

  /** The smallest mailboxes there are: who sends to a party that is sending waits for ever. */
  static SortedMap<PartyId, Exchange> smallWindows(
      Collection<PartyId> parties, MessageCodec codec) {
    return InMemoryExchange.network(
        parties,
        codec,
        new ExchangeLimits(1 << 16, 1 << 20),
        ExchangeTimeouts.DEFAULT,
        party -> FrameObserver.NONE);
  }

  /** Both learn what a HashSet gives, in one order, with one digest. */
  private static List<String> assertAligned(
      Parties.Network network, List<String> ofBank, List<String> ofShop, PartyId receiver) {
    SortedMap<PartyId, Alignment> alignments =
        Parties.run(
            network,
            PsiMessages.TYPES,
            Map.of(
                BANK, session -> align(session, receiver, ofBank, RR22),
                SHOP, session -> align(session, receiver, ofShop, RR22)));
    Alignment bank = Objects.requireNonNull(alignments.get(BANK));
    Alignment shop = Objects.requireNonNull(alignments.get(SHOP));
    List<String> rows = Arrays.stream(bank.rows()).mapToObj(ofBank::get).toList();
    assertThat(Arrays.stream(shop.rows()).mapToObj(ofShop::get).toList()).isEqualTo(rows);
    assertThat(shop.digest()).isEqualTo(bank.digest());
    assertThat(List.of(bank.protocol(), shop.protocol())).containsOnly(PsiProtocol.RR22);
    Set<String> expected = new HashSet<>(ofBank);
    expected.retainAll(new HashSet<>(ofShop));
    assertThat(rows).hasSize(expected.size());
    assertThat(new HashSet<>(rows)).isEqualTo(expected);
    return rows;
  }

  static Stream<Arguments> pairs() {
    List<String> none = List.of();
    List<String> one = List.of("customer-7");
    return Stream.of(
        Arguments.of("both empty", none, none),
        Arguments.of("empty receiver", none, range(0, 10)),
        Arguments.of("empty sender", range(0, 10), none),
        Arguments.of("one and one, equal", one, one),
        Arguments.of("one and one, other", one, List.of("customer-8")),
        Arguments.of("two and two", range(0, 2), range(1, 3)),
        Arguments.of("one of many", one, range(0, 3000)),
        Arguments.of("many and one of them", range(0, 3000), one),
        Arguments.of("overlap", range(0, 300), range(200, 600)),
        Arguments.of("none common", range(0, 500), range(500, 900)),
        Arguments.of("all common", range(0, 1000), range(0, 1000)),
        Arguments.of("4096", range(0, 4096), range(2000, 6096)),
        Arguments.of("4097", range(0, 4097), range(4000, 8097)),
        Arguments.of("empty id and long id", List.of("", "x".repeat(10_000)), List.of("", "y")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void align_anySets_equalsPlainIntersection(String name, List<String> one, List<String> other) {
    assertAligned(Rr22PsiTest::smallWindows, shuffled(one, 1), shuffled(other, 2), BANK);
    assertAligned(InMemoryExchange::network, shuffled(one, 3), shuffled(other, 4), SHOP);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void align_randomSets_equalsPlainIntersection(long seed) {
    Random random = new Random(seed);
    List<String> one = new ArrayList<>(range(0, 1 + random.nextInt(400)));
    List<String> other = new ArrayList<>(range(0, 1 + random.nextInt(400)));
    double share = random.nextDouble();
    one.removeIf(id -> random.nextDouble() < share);
    other.removeIf(id -> random.nextDouble() < share);
    assertAligned(
        InMemoryExchange::network,
        shuffled(one, seed),
        shuffled(other, seed),
        random.nextBoolean() ? BANK : SHOP);
  }

  /** Over the edges of chunks, and in three clusters. */
  @Test
  void align_overSocketsAndSeveralClusters_equalsPlainIntersection() {
    List<String> rows =
        assertAligned(
            new NettyNetwork(),
            shuffled(range(0, 200_000), 1),
            shuffled(range(150_000, 180_000), 2),
            BANK);
    // Neither in the order of the ids nor in that of a table.
    assertThat(rows).isNotEqualTo(rows.stream().sorted().toList());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void intersect_receiverOnly_senderGetsNothing(boolean bankReceives) {
    List<String> ofBank = shuffled(range(0, 5000), 1);
    List<String> ofShop = shuffled(range(4000, 9000), 2);
    PartyId receiver = bankReceives ? BANK : SHOP;
    SortedMap<PartyId, Intersection> found =
        Parties.run(
            PsiMessages.TYPES,
            Map.of(
                BANK, session -> intersect(session, receiver, ofBank),
                SHOP, session -> intersect(session, receiver, ofShop)));
    int[] bank = Objects.requireNonNull(found.get(BANK)).rows();
    int[] shop = Objects.requireNonNull(found.get(SHOP)).rows();
    assertThat(bankReceives ? shop : bank).isEmpty();
    assertThat(bankReceives ? bank : shop).isSorted();
    List<String> own = bankReceives ? ofBank : ofShop;
    assertThat(Arrays.stream(bankReceives ? bank : shop).mapToObj(own::get))
        .containsExactlyInAnyOrderElementsOf(range(4000, 5000));
  }

  private static Intersection intersect(Session session, PartyId receiver, List<String> ids) {
    return PrivateSetIntersection.intersect(
        session.beginStep("psi", new TreeMap<>()),
        receiver,
        session.bindingSalt("psi"),
        session::privateRandomness,
        bytes(ids),
        RR22,
        Progress.NONE);
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, true", "false, false"})
  void rr22_peerThatIsNotTrusted_isRefusedNamingTheKey(boolean bankTrusts, boolean shopTrusts) {
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    BANK,
                    session -> align(session, BANK, range(0, 5), limits(bankTrusts)),
                    SHOP,
                    session -> align(session, BANK, range(0, 5), limits(shopTrusts))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid psi.protocol = rr22: must be auto or ecdh")
        .hasMessageContaining("semi-honest = false");
  }

  @Test
  void rr22_threeParties_isRefused() {
    Map<PartyId, Parties.Code<Alignment>> code = new TreeMap<>();
    for (PartyId party : List.of(BANK, SHOP, new PartyId("tax"))) {
      code.put(party, session -> align(session, BANK, range(0, 5), RR22));
    }
    assertThatThrownBy(() -> Parties.run(PsiMessages.TYPES, code))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("Invalid psi.protocol = rr22: must be auto or ecdh with more than two parties");
  }

  @Test
  void align_belowMinimumIntersection_failsAlikeAtBoth() {
    PsiLimits limits = new PsiLimits(3, 100, PsiProtocol.RR22, true);
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    Parties.Code<Alignment> code =
        session -> {
          try {
            String own = "only " + session.self();
            return align(session, BANK, List.of("common", "also", own), limits);
          } catch (RuntimeException e) {
            failures.add(e);
            throw e;
          }
        };
    assertThatThrownBy(() -> Parties.run(PsiMessages.TYPES, BANK, code, SHOP, code)).isNotNull();
    assertThat(failures).hasSize(2);
    assertThat(failures)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(AlignmentException.class)
                    .hasMessage(
                        "Only 2 ids are common to all parties: must be at least 3 (the minimum"
                            + " intersection)"));
  }
}
