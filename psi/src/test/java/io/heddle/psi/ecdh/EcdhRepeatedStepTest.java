// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.SentMessages;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.ecdh.EcdhMessage.BlindedPoints;
import io.heddle.psi.ecdh.EcdhMessage.RingPoints;
import io.heddle.psi.ecdh.EcdhMessage.SenderPoints;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.RunRecord;
import io.heddle.session.PinnedSession;
import io.heddle.session.Session;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The same step with the same session secrets, as a party does it again after a restart. */
class EcdhRepeatedStepTest {
  private static final PsiLimits ANY = new PsiLimits(0, PsiLimits.LARGEST_SET);

  /**
   * One run.
   *
   * @param common each party's common ids, in the order of its rows
   * @param sent all bytes of all messages, from the opening to the end
   * @param messages what each party sent in the step
   */
  private record Run(
      SortedMap<PartyId, List<String>> common,
      SortedMap<String, byte[]> sent,
      Map<PartyId, Queue<Message>> messages) {

    Set<String> points(PartyId party) {
      Set<String> blocks = new HashSet<>();
      for (Message message : Objects.requireNonNull(messages.get(party))) {
        byte[] points = pointsOf(message);
        for (int at = 0; at < points.length; at += 16) {
          blocks.add(HexFormat.of().formatHex(points, at, at + 16));
        }
      }
      return blocks;
    }

    Set<String> points() {
      Set<String> all = new HashSet<>();
      messages.keySet().forEach(party -> all.addAll(points(party)));
      return all;
    }
  }

  private static byte[] pointsOf(Message message) {
    if (message instanceof BlindedPoints blinded) {
      return blinded.points();
    }
    if (message instanceof SenderPoints sender) {
      return sender.points();
    }
    return message instanceof RingPoints ring ? ring.points() : new byte[0];
  }

  private static Run run(
      String secretSeed, Map<PartyId, List<String>> sets, PartyId receiver, boolean allLearn) {
    SentMessages sent = new SentMessages();
    Map<PartyId, Queue<Message>> messages = new HashMap<>();
    Map<PartyId, Parties.Code<List<String>>> code = new TreeMap<>();
    sets.forEach(
        (party, ids) -> {
          Queue<Message> own = new ConcurrentLinkedQueue<>();
          messages.put(party, own);
          code.put(
              party,
              session -> {
                int[] rows =
                    rows(
                        session,
                        TappedChannel.keepingSent(session.beginStep("psi", new TreeMap<>()), own),
                        ids,
                        receiver,
                        allLearn);
                return Arrays.stream(rows).mapToObj(ids::get).toList();
              });
        });
    SortedMap<PartyId, List<String>> common =
        Parties.run(
            sent,
            PsiMessages.TYPES,
            (exchange, terms) -> PinnedSession.open(exchange, terms, secretSeed, "nonce"),
            code);
    return new Run(common, sent.byDirection(), messages);
  }

  private static int[] rows(
      Session session, Channel step, List<String> ids, PartyId receiver, boolean allLearn) {
    List<byte[]> bytes = ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
    byte[] salt = session.bindingSalt("psi");
    return allLearn
        ? PrivateSetIntersection.align(
                step, receiver, salt, session::privateRandomness, bytes, ANY, Progress.NONE)
            .rows()
        : PrivateSetIntersection.intersect(
                step, receiver, salt, session::privateRandomness, bytes, ANY, Progress.NONE)
            .rows();
  }

  private static PartyId party(int number) {
    return new PartyId("party-" + number);
  }

  private static List<String> range(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "customer-" + i).toList();
  }

  /** Overlapping lists, with ids whose order as text and as bytes differ. */
  private static Map<PartyId, List<String>> sets(int parties) {
    Map<PartyId, List<String>> sets = new TreeMap<>();
    for (int i = 0; i < parties; i++) {
      List<String> ids = new ArrayList<>(range(10 * i, 60 + 10 * i));
      ids.addAll(List.of("", "a", "\u00e9", "\uffee", "\ud83d\ude00"));
      sets.put(party(i), ids);
    }
    return sets;
  }

  private static Map<PartyId, List<String>> shuffled(Map<PartyId, List<String>> sets, long seed) {
    Random random = new Random(seed);
    Map<PartyId, List<String>> shuffled = new TreeMap<>();
    sets.forEach(
        (party, ids) -> {
          List<String> other = new ArrayList<>(ids);
          Collections.shuffle(other, random);
          shuffled.put(party, other);
        });
    return shuffled;
  }

  private static void assertSameBytes(Run first, Run second) {
    assertThat(second.sent().keySet()).isEqualTo(first.sent().keySet());
    first
        .sent()
        .forEach((way, bytes) -> assertThat(second.sent().get(way)).as(way).isEqualTo(bytes));
  }

  @ParameterizedTest
  @CsvSource({"2, true", "2, false", "3, true", "3, false", "5, true"})
  void step_repeatedWithIdsInOtherOrders_sendsTheSameBytes(int parties, boolean allLearn) {
    Map<PartyId, List<String>> sets = sets(parties);
    Run first = run("secret", sets, party(1), allLearn);
    assertThat(first.sent()).hasSize(parties * (parties - 1));
    assertThat(first.points()).hasSizeGreaterThanOrEqualTo(4 * 65);
    for (long seed = 1; seed <= 2; seed++) {
      Run second = run("secret", shuffled(sets, seed), party(1), allLearn);
      assertSameBytes(first, second);
      if (allLearn) {
        // The same rows in the same order, though they stand elsewhere in the tables.
        assertThat(second.common()).isEqualTo(first.common());
      } else {
        assertThat(second.common().get(party(1)))
            .containsExactlyInAnyOrderElementsOf(
                Objects.requireNonNull(first.common().get(party(1))));
      }
    }
  }

  static Stream<Arguments> smallSets() {
    List<String> none = List.of();
    return Stream.of(
        Arguments.of(none, none),
        Arguments.of(List.of("a"), none),
        Arguments.of(none, List.of("a")),
        Arguments.of(List.of("a"), List.of("a")),
        Arguments.of(List.of("a"), List.of("b", "a")));
  }

  @ParameterizedTest
  @MethodSource("smallSets")
  void step_noIdOrOneRepeated_sendsTheSameBytes(List<String> one, List<String> other) {
    Map<PartyId, List<String>> sets = Map.of(party(0), one, party(1), other);
    Run first = run("secret", sets, party(0), true);
    Run second = run("secret", shuffled(sets, 1), party(0), true);
    assertSameBytes(first, second);
    assertThat(second.common()).isEqualTo(first.common());
  }

  @ParameterizedTest
  @CsvSource({"2", "3"})
  void step_otherSessionSecrets_sharesNoBlockOfAPoint(int parties) {
    Run first = run("secret", sets(parties), party(0), true);
    // The same nonces, so the same session id and hash to the curve: the secrets alone differ.
    Run second = run("other secret", sets(parties), party(0), true);
    assertThat(second.points())
        .doesNotContainAnyElementsOf(first.points())
        .hasSize(first.points().size());
    assertThat(second.common()).isNotEqualTo(first.common());
    assertThat(ids(second.common().values())).isEqualTo(ids(first.common().values()));
  }

  private static List<Set<String>> ids(Collection<List<String>> lists) {
    return lists.stream().<Set<String>>map(HashSet::new).toList();
  }

  @Test
  void step_oneIdMore_meetsAnotherScalarAndOrder() {
    Map<PartyId, List<String>> sets = sets(2);
    Map<PartyId, List<String>> more = new TreeMap<>(sets);
    List<String> ids = new ArrayList<>(Objects.requireNonNull(sets.get(party(0))));
    ids.add("one more");
    more.put(party(0), ids);
    Run first = run("secret", sets, party(0), true);
    Run second = run("secret", more, party(0), true);
    assertThat(second.points(party(0))).doesNotContainAnyElementsOf(first.points(party(0)));
    // The other party's ids are the same, and so are its points.
    assertThat(second.points(party(1))).isEqualTo(first.points(party(1)));
  }

  @Test
  void steps_ofOneSession_shareNoBlockOfAPoint() {
    Queue<Message> first = new ConcurrentLinkedQueue<>();
    Queue<Message> second = new ConcurrentLinkedQueue<>();
    // The same binding twice: the path alone tells the steps apart.
    PsiTerms terms =
        new PsiTerms(new byte[32], true, 0, 100, PsiProtocol.ECDH, true, RunRecord.NONE);
    List<byte[]> ids =
        range(0, 40).stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
    Map<PartyId, Parties.Code<Integer>> code = new TreeMap<>();
    for (int i = 0; i < 2; i++) {
      int number = i;
      code.put(
          party(i),
          session -> {
            for (Queue<Message> sent : List.of(first, second)) {
              Channel step =
                  TappedChannel.keepingSent(session.beginStep("psi", new TreeMap<>()), sent);
              if (number == 0) {
                new EcdhReceiver(terms, session::privateRandomness, Progress.NONE)
                    .run(step, party(1), ids, ids.size());
              } else {
                new EcdhSender(terms, session::privateRandomness, Progress.NONE)
                    .run(step, party(0), ids, ids.size());
              }
            }
            return 0;
          });
    }
    Parties.run(PsiMessages.TYPES, code);
    Run one = new Run(new TreeMap<>(), new TreeMap<>(), Map.of(party(0), first));
    Run other = new Run(new TreeMap<>(), new TreeMap<>(), Map.of(party(0), second));
    assertThat(one.points()).hasSize(2 * 2 * 40).doesNotContainAnyElementsOf(other.points());
  }
}
