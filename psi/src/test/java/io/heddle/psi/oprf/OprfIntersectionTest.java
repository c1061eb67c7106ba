// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import static io.heddle.psi.oprf.OprfParties.RECEIVER;
import static io.heddle.psi.oprf.OprfParties.SENDER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.error.AlignmentException;
import io.heddle.error.PrivacyException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.OwnRows;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.oprf.OprfMessage.Queries;
import io.heddle.psi.oprf.OprfMessage.SetTags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every result beside the plain intersection, with tags fetched and with tags kept. */
class OprfIntersectionTest {
  private final OprfParties parties;

  OprfIntersectionTest(@TempDir Path directory) {
    parties = new OprfParties(directory);
    // The smallest mailboxes there are: who sends to a party that is sending waits for ever.
    parties.network =
        (all, codec) ->
            InMemoryExchange.network(
                all,
                codec,
                new ExchangeLimits(1 << 16, 1 << 20),
                ExchangeTimeouts.DEFAULT,
                party -> FrameObserver.NONE);
  }

  private static List<String> range(int from, int to, long seed) {
    List<String> ids = new ArrayList<>();
    IntStream.range(from, to).forEach(i -> ids.add("customer-" + i));
    Collections.shuffle(ids, new Random(seed));
    return ids;
  }

  private static List<String> assertCommon(
      OprfParties.Run run, List<String> receiver, List<String> sender) {
    Set<String> expected = new TreeSet<>(receiver);
    expected.retainAll(new HashSet<>(sender));
    assertThat(run.ofReceiver()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(run.ofSender()).isEqualTo(run.ofReceiver());
    return run.ofReceiver();
  }

  static Stream<Arguments> pairs() {
    List<String> none = List.of();
    List<String> one = List.of("customer-7");
    return Stream.of(
        Arguments.of("overlap", range(0, 30, 1), range(20, 600, 2)),
        Arguments.of("disjoint", range(0, 50, 1), range(50, 90, 2)),
        Arguments.of("equal", range(0, 100, 1), range(0, 100, 2)),
        Arguments.of("larger receiver", range(0, 300, 1), range(290, 320, 2)),
        Arguments.of("one and one, equal", one, one),
        Arguments.of("one and one, other", one, List.of("customer-8")),
        Arguments.of("1 to 1000", range(2, 5, 1), range(0, 3000, 2)),
        Arguments.of("empty receiver", none, range(0, 10, 2)),
        Arguments.of("empty sender", range(0, 10, 2), none),
        Arguments.of("both empty", none, none),
        Arguments.of("empty id and long id", List.of("", "x".repeat(10_000)), List.of("", "y")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void run_twice_equalsPlainIntersectionAndKeepsTheTags(
      String name, List<String> receiver, List<String> sender) {
    OprfParties.Run first = parties.run(receiver, sender);
    assertCommon(first, receiver, sender);
    assertThat(first.cacheUsed()).isFalse();
    OprfParties.Run second = parties.run(receiver, sender);
    assertCommon(second, receiver, sender);
    assertThat(second.cacheUsed()).isTrue();
    assertThat(second.sent(SetTags.class)).isEmpty();
  }

  @Test
  void run_moreThanOneChunk_equalsPlainIntersection() {
    parties.maxQueries = 100_000;
    List<String> large = range(0, (1 << 14) + 5, 1);
    List<String> small = range((1 << 14) - 2, (1 << 14) + 40, 2);
    assertThat(assertCommon(parties.run(small, large), small, large)).hasSize(7);
    assertThat(assertCommon(parties.run(small, large), small, large)).hasSize(7);
    List<String> larger = range(3, 5 * (1 << 14) + 9, 3);
    assertThat(assertCommon(parties.run(larger, large), larger, large)).hasSize((1 << 14) + 2);
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24})
  void run_randomReceiversOnOneSet_equalsPlainIntersection(long seed) {
    Random random = new Random(seed);
    List<String> sender = range(0, 100 + random.nextInt(400), seed);
    sender.removeIf(id -> random.nextBoolean());
    for (int run = 0; run < 3; run++) {
      List<String> receiver = range(0, 200, random.nextLong());
      receiver.removeIf(id -> random.nextInt(4) > 0);
      OprfParties.Run result = parties.run(receiver, sender);
      assertCommon(result, receiver, sender);
      assertThat(result.cacheUsed()).isEqualTo(run > 0);
    }
  }

  @Test
  void run_overTls_equalsPlainIntersection() {
    parties.network = new NettyNetwork();
    List<String> receiver = range(0, 40, 1);
    List<String> sender = range(20, 400, 2);
    assertThat(assertCommon(parties.run(receiver, sender), receiver, sender)).hasSize(20);
    assertThat(assertCommon(parties.run(receiver, sender), receiver, sender)).hasSize(20);
  }

  @Test
  void run_receiverLearnsAlone_senderGetsNothing() {
    parties.allLearn = false;
    List<String> receiver = range(0, 30, 1);
    for (int i = 0; i < 2; i++) {
      OprfParties.Run run = parties.run(receiver, range(10, 90, 2));
      assertThat(run.ofReceiver()).containsExactlyInAnyOrderElementsOf(range(10, 30, 3));
      assertThat(run.ofSender()).isEmpty();
    }
  }

  @Test
  void run_twiceOnTheSameSets_sharesNoPointAndNoOrder() {
    List<String> ids = range(0, 200, 1);
    List<String> first = parties.run(ids, ids).ofReceiver();
    OprfParties.Run second = parties.run(ids, ids);
    OprfParties.Run third = parties.run(ids, ids);
    assertThat(first).isNotEqualTo(second.ofReceiver()).isNotEqualTo(ids);
    assertThat(points(second)).hasSize(200).doesNotContainAnyElementsOf(points(third));
  }

  private static Set<String> points(OprfParties.Run run) {
    Set<String> points = new HashSet<>();
    for (Queries queries : run.sent(Queries.class)) {
      for (int at = 0; at < queries.points().length; at += 32) {
        points.add(HexFormat.of().formatHex(queries.points(), at, at + 32));
      }
    }
    return points;
  }

  @Test
  void run_tagsAgainForAnotherOrderOfTheTable_areTheSameInTheSameOrder() throws IOException {
    List<String> ids = range(0, 300, 1);
    SetTags tags = parties.run(ids, ids).sent(SetTags.class).get(0);
    Files.delete(parties.cache());
    OprfParties.Run again = parties.run(ids, range(0, 300, 7));
    assertThat(again.cacheUsed()).isFalse();
    assertThat(again.sent(SetTags.class).get(0).items()).isEqualTo(tags.items());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void run_belowMinimumIntersection_failsAndSaysWhy(boolean allLearn) {
    parties.allLearn = allLearn;
    parties.limits = new PsiLimits(3, 100);
    assertThatThrownBy(() -> parties.run(List.of("a", "b", "c"), List.of("a", "b", "d")))
        .isInstanceOf(AlignmentException.class)
        .hasMessage(
            "Only 2 ids are common to all parties: must be at least 3 (the minimum intersection)");
  }

  @Test
  void run_peerOverItsQuotaOfIds_isRefused() {
    parties.limits = new PsiLimits(0, 10);
    assertThatThrownBy(() -> parties.run(range(0, 5, 1), range(0, 11, 1)))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("Set of 11 ids refused: sender may bring at most 10");
  }

  @Test
  void run_threeParties_isRefused() {
    Map<PartyId, Parties.Code<Integer>> code = new TreeMap<>();
    for (PartyId party : List.of(RECEIVER, SENDER, new PartyId("third"))) {
      Oprf oprf = parties.oprf(party);
      code.put(
          party,
          session ->
              PrivateSetIntersection.align(
                      session.beginStep("psi", new TreeMap<>()),
                      RECEIVER,
                      session.bindingSalt("psi"),
                      session::privateRandomness,
                      OwnRows.of(OprfParties.bytes(List.of("a")), PsiDuplicates.REFUSE),
                      parties.limits,
                      Progress.NONE,
                      oprf)
                  .rows()
                  .length);
    }
    assertThatThrownBy(() -> Parties.run(PsiMessages.TYPES, code))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be two");
  }
}
