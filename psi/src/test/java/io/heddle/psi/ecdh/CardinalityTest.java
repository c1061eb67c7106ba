// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.AlignmentException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.CardinalityMessage.CountedPoints;
import io.heddle.psi.ecdh.CardinalityMessage.ShuffledTags;
import io.heddle.psi.ecdh.EcdhMessage.BlindedPoints;
import io.heddle.psi.ecdh.EcdhMessage.BlindedTags;
import io.heddle.psi.ecdh.EcdhMessage.SenderPoints;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.RunRecord;
import io.heddle.psi.shared.SharedMessages;
import io.heddle.psi.shared.Shuffle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CardinalityTest {
  private static final PartyId RECEIVER = new PartyId("receiver");
  private static final PartyId SENDER = new PartyId("sender");
  private static final PsiTerms TERMS =
      new PsiTerms(new byte[32], false, 0, 1 << 20, PsiProtocol.ECDH, true, RunRecord.NONE);
  private static final List<MessageType<?>> TYPES =
      Stream.of(SharedMessages.TYPES, EcdhMessages.TYPES, CardinalityMessages.TYPES)
          .<MessageType<?>>flatMap(List::stream)
          .toList();

  private static List<byte[]> ids(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> ("id-" + i).getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private static PrivateRandomness secret(int seed) {
    byte[] key = new byte[32];
    key[0] = (byte) seed;
    return (purpose, context) -> Randomness.derive(key, purpose, context);
  }

  private static int count(List<byte[]> receivers, List<byte[]> senders, PsiTerms terms) {
    return Parties.run(
            TYPES,
            RECEIVER,
            session -> {
              Channel step = session.beginStep("psi", new TreeMap<>());
              int theirSize = terms.exchange(step, SENDER, receivers.size()).ids();
              return new CardinalityReceiver(terms, session::privateRandomness, Progress.NONE)
                  .run(step, SENDER, receivers, theirSize);
            },
            SENDER,
            session -> {
              Channel step = session.beginStep("psi", new TreeMap<>());
              int theirSize = terms.exchange(step, RECEIVER, senders.size()).ids();
              new CardinalitySender(terms, session::privateRandomness, Progress.NONE)
                  .run(step, RECEIVER, senders, theirSize);
              return -1;
            })
        .get(0);
  }

  @ParameterizedTest(name = "receiver 0 to {0}, sender {1} to {2}")
  @CsvSource({
    "0, 0, 0, 0",
    "1, 0, 0, 0",
    "0, 0, 1, 0",
    "1, 0, 1, 1",
    "1, 1, 2, 0",
    "300, 200, 600, 100",
    "100, 0, 100, 100",
    "16390, 16380, 16400, 10",
    "5, 0, 16390, 5"
  })
  void run_anySets_isTheExactNumber(int receivers, int from, int to, int common) {
    assertThat(count(ids(0, receivers), ids(from, to), TERMS)).isEqualTo(common);
  }

  @Test
  void run_belowTheMinimum_fails() {
    PsiTerms three =
        new PsiTerms(new byte[32], false, 3, 100, PsiProtocol.ECDH, true, RunRecord.NONE);
    assertThat(count(ids(0, 10), ids(7, 20), three)).isEqualTo(3);
    assertThatThrownBy(() -> count(ids(0, 10), ids(8, 20), three))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining("Only 2 ids are common to all parties: must be at least 3");
  }

  /**
   * Where the receiver's common ids stood in the list that it sent, and where their tags stand in
   * what came back.
   */
  private record Places(Set<Integer> sent, Set<Integer> returned) {
    int overlap() {
      Set<Integer> both = new TreeSet<>(sent);
      both.retainAll(returned);
      return both.size();
    }
  }

  private static final int ITEMS = 100;
  private static final int COMMON = 50;

  /** A receiver that looks at all it gets; of its ids the first {@link #COMMON} are common. */
  private static Places look(Channel channel, boolean counting) {
    TERMS.exchange(channel, SENDER, ITEMS);
    Shuffle order = new Shuffle(ITEMS, secret(200).derive("order"));
    byte[] scalar = Curve25519.scalarOf(new byte[32]);
    int width = Tags.width(ITEMS);
    try (Blinding blinding = new Blinding(TERMS.binding(), scalar, Progress.NONE)) {
      channel.send(SENDER, new BlindedPoints(blinding.blind(ids(0, ITEMS), order, 0, ITEMS)));
      byte[] tags =
          counting
              ? channel.receive(SENDER, ShuffledTags.class).tags()
              : channel.receive(SENDER, BlindedTags.class).items();
      byte[] points =
          counting
              ? channel.receive(SENDER, CountedPoints.class).points()
              : channel.receive(SENDER, SenderPoints.class).points();
      Set<String> theirs =
          texts(blinding.tags(blinding.multiply(SENDER, points), width), width)
              .collect(Collectors.toSet());
      List<String> own = texts(tags, width).toList();
      return new Places(
          places(place -> order.item(place) < COMMON),
          places(place -> theirs.contains(own.get(place))));
    }
  }

  private static Set<Integer> places(IntPredicate common) {
    return IntStream.range(0, ITEMS).filter(common).boxed().collect(Collectors.toSet());
  }

  private static Stream<String> texts(byte[] tags, int width) {
    return IntStream.range(0, tags.length / width)
        .mapToObj(i -> Arrays.toString(Arrays.copyOfRange(tags, i * width, (i + 1) * width)));
  }

  private static Places places(int seed, boolean counting) {
    List<byte[]> senders = ids(0, COMMON);
    return Parties.run(
            TYPES,
            RECEIVER,
            session -> look(session.beginStep("psi", new TreeMap<>()), counting),
            SENDER,
            session -> {
              Channel step = session.beginStep("psi", new TreeMap<>());
              int theirSize = TERMS.exchange(step, RECEIVER, senders.size()).ids();
              if (counting) {
                new CardinalitySender(TERMS, secret(seed), Progress.NONE)
                    .run(step, RECEIVER, senders, theirSize);
              } else {
                assertThat(
                        new EcdhSender(TERMS, secret(seed), Progress.NONE)
                            .run(step, RECEIVER, senders, theirSize))
                    .isEmpty();
              }
              return new Places(Set.of(), Set.of());
            })
        .get(0);
  }

  /** By chance 25 of 50 places agree, 1000 in 40 runs with a standard deviation of 16. */
  @Test
  void run_whereTagsComeBack_hasNothingToDoWithWhereIdsWentOut() {
    int agreed = 0;
    Set<Set<Integer>> returned = new HashSet<>();
    for (int seed = 0; seed < 40; seed++) {
      Places places = places(seed, true);
      assertThat(places.returned()).hasSize(COMMON);
      assertThat(places.overlap()).isBetween(10, 40);
      agreed += places.overlap();
      returned.add(places.returned());
    }
    assertThat(agreed).isBetween(900, 1100);
    assertThat(returned).hasSize(40);
  }

  /** What the test above is there to find. */
  @Test
  void run_tagsInTheReceiversOrder_wouldShowWhichAreCommon() {
    assertThat(places(1, false).overlap()).isEqualTo(COMMON);
  }
}
