// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import static io.heddle.psi.kkrt.PartitionRuns.RECEIVER;
import static io.heddle.psi.kkrt.PartitionRuns.SENDER;
import static io.heddle.psi.shared.PsiRuns.range;
import static io.heddle.psi.shared.PsiRuns.shuffled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Message;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.error.AlignmentException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.kkrt.KkrtMessage.SenderTags;
import io.heddle.psi.shared.IdHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs whose ids are dealt into several partitions. */
class KkrtPartitionsTest {
  private static final IdHash HASH = new IdHash(KkrtRun.ITEM, new byte[32], new byte[32]);

  private final Map<PartyId, Queue<Message>> sent =
      Map.of(RECEIVER, new ConcurrentLinkedQueue<>(), SENDER, new ConcurrentLinkedQueue<>());

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

  private Parties.Code<List<String>> code(List<String> ids, boolean allLearn, int partitionIds) {
    return session -> {
      Channel step =
          TappedChannel.keepingSent(
              session.beginStep("psi", new TreeMap<>()),
              Objects.requireNonNull(sent.get(session.self())));
      return PartitionRuns.run(step, session::privateRandomness, ids, allLearn, partitionIds);
    };
  }

  private SortedMap<PartyId, List<String>> run(
      List<String> receiver, List<String> sender, boolean allLearn, int partitionIds) {
    return Parties.run(
        KkrtPartitionsTest::smallWindows,
        PsiMessages.TYPES,
        Map.of(
            RECEIVER, code(receiver, allLearn, partitionIds),
            SENDER, code(sender, allLearn, partitionIds)));
  }

  private <M extends Message> List<M> sent(PartyId party, Class<M> type) {
    return Objects.requireNonNull(sent.get(party)).stream()
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  static Stream<Arguments> pairs() {
    List<String> none = List.of();
    return Stream.of(
        Arguments.of("overlap", range(0, 300), range(200, 600), 50),
        Arguments.of("all common", range(0, 500), range(0, 500), 100),
        Arguments.of("none common", range(0, 300), range(300, 700), 100),
        Arguments.of("empty receiver", none, range(0, 300), 100),
        Arguments.of("empty sender", range(0, 300), none, 100),
        Arguments.of("one of many", List.of("customer-7"), range(0, 300), 100),
        Arguments.of("many and one of them", range(0, 300), List.of("customer-7"), 100),
        Arguments.of("fewer ids than partitions", range(0, 5), range(2, 5), 1),
        Arguments.of("more than a chunk in each", range(0, 40_000), range(20_000, 60_000), 18_000));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void sets_inSeveralPartitions_giveThePlainIntersection(
      String name, List<String> receiver, List<String> sender, int partitionIds) {
    Partitions partitions = Partitions.of(receiver.size(), sender.size(), partitionIds);
    assertThat(partitions.count()).isGreaterThan(1);
    Set<String> expected = new HashSet<>(receiver);
    expected.retainAll(new HashSet<>(sender));
    SortedMap<PartyId, List<String>> common =
        run(shuffled(receiver, 1), shuffled(sender, 2), true, partitionIds);
    List<String> ofReceiver = Objects.requireNonNull(common.get(RECEIVER));
    assertThat(ofReceiver).hasSameSizeAs(expected).hasSameElementsAs(expected);
    assertThat(common.get(SENDER)).isEqualTo(ofReceiver);

    // All lists are as long as they may be.
    int tags = sent(SENDER, SenderTags.class).stream().mapToInt(m -> m.items().length).sum();
    assertThat(tags).isEqualTo(partitions.tags() * partitions.tagWidth());
  }

  @Test
  void receiverAlone_learnsTheIntersectionInItsOwnOrder() {
    SortedMap<PartyId, List<String>> common =
        run(shuffled(range(0, 300), 1), shuffled(range(100, 400), 2), false, 60);
    assertThat(common.get(SENDER)).isEmpty();
    assertThat(common.get(RECEIVER)).isEqualTo(range(100, 300).stream().sorted().toList());
  }

  @Test
  void sizesOnTheWire_ofOtherIdsAsMany_areTheSame() {
    assertThat(run(range(0, 300), range(200, 500), true, 50)).hasSize(2);
    List<Integer> first = sizes();
    sent.values().forEach(Collection::clear);
    assertThat(run(range(1000, 1300), range(1200, 1500), true, 50)).hasSize(2);
    assertThat(sizes()).isEqualTo(first).hasSizeGreaterThan(3 * 6);
  }

  private List<Integer> sizes() {
    MessageCodec codec = Parties.codec(PsiMessages.TYPES);
    List<Integer> sizes = new ArrayList<>();
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      Objects.requireNonNull(sent.get(party)).forEach(m -> sizes.add(codec.encode(m).length));
    }
    return sizes;
  }

  @Test
  void ids_allInOnePartition_areRefusedAsTooMany() {
    IdList ids = PartitionRuns.ids(range(0, 100));
    int most = Partitions.of(100, 100, 20).receiverIds();
    assertThat(most).isBetween(20, 99);
    assertThatThrownBy(() -> DealtIds.of(ids, HASH, new byte[100], 5, most))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining("A partition of kkrt would have 100 ids, more than the " + most)
        .hasMessageContaining("--fresh");
    byte[] onTheBrink = new byte[100];
    Arrays.fill(onTheBrink, most, 100, (byte) 4);
    DealtIds dealt = DealtIds.of(ids, HASH, onTheBrink, 5, most);
    assertThat(dealt.ids(0)).hasSize(most);
    assertThat(dealt.ids(2)).isEmpty();
    assertThat(IntStream.range(0, 100 - most).map(i -> dealt.place(4, i)).toArray())
        .isEqualTo(IntStream.range(most, 100).toArray());
  }

  private interface Change {
    SenderTags of(SenderTags sent);
  }

  static Stream<Arguments> badTags() {
    return Stream.of(
        badTag(
            "wider",
            m ->
                new SenderTags(
                    m.width() + 1, new byte[(m.width() + 1) * m.items().length / m.width()]),
            "Invalid tag width"),
        badTag(
            "only the tags of ids",
            m -> new SenderTags(m.width(), Arrays.copyOf(m.items(), m.width() * 60)),
            "Invalid chunk of 60 items from sender"),
        badTag(
            "one too many",
            m -> new SenderTags(m.width(), Arrays.copyOf(m.items(), m.items().length + m.width())),
            "Invalid chunk of "),
        badTag(
            "one twice",
            m -> {
              byte[] twice = m.items().clone();
              System.arraycopy(twice, 0, twice, m.width(), m.width());
              return new SenderTags(m.width(), twice);
            },
            "holds one twice"));
  }

  private static Arguments badTag(String name, Change change, String message) {
    return Arguments.of(name, change, message);
  }

  /** In the fourth list, the first of the second partition. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("badTags")
  void receiver_badTagsOfALaterPartition_refuses(String name, Change change, String message) {
    AtomicInteger lists = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    RECEIVER,
                    code(range(0, 300), true, 60),
                    SENDER,
                    session ->
                        PartitionRuns.run(
                            TappedChannel.sending(
                                    m ->
                                        m instanceof SenderTags tags && lists.incrementAndGet() == 4
                                            ? change.of(tags)
                                            : m)
                                .apply(session.beginStep("psi", new TreeMap<>())),
                            session::privateRandomness,
                            range(0, 300),
                            true,
                            60)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  @Test
  void parties_withOtherPartitions_doNotGoOn() {
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    RECEIVER,
                    code(range(0, 300), true, 60),
                    SENDER,
                    code(range(0, 300), true, 100)))
        .isInstanceOf(ProtocolException.class);
  }
}
