// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

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
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.error.ProtocolException;
import io.heddle.ot.OtMessages;
import io.heddle.party.PartyId;
import io.heddle.vole.VoleMessage.NoiseProducts;
import io.heddle.vole.VoleMessage.TreeSums;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class VoleTest {
  private static final PartyId RECEIVER = new PartyId("receiver");
  private static final PartyId SENDER = new PartyId("sender");
  private static final int SIZE = 5_000;
  private static final List<MessageType<?>> TYPES =
      Stream.of(OtMessages.TYPES, VoleMessages.TYPES)
          .<MessageType<?>>flatMap(List::stream)
          .toList();

  /**
   * What a run came to.
   *
   * @param sent every message of a party, encoded
   */
  private record Run(long[] a, long[] c, VoleSender.Share sender, Map<PartyId, List<byte[]>> sent) {

    /** All 16 bytes one after another in what a party sent. */
    Set<String> blocks(PartyId party) {
      Set<String> blocks = new HashSet<>();
      for (byte[] body : Objects.requireNonNull(sent.get(party))) {
        for (int at = 12; at + 16 <= body.length; at += 4) {
          blocks.add(HexFormat.of().formatHex(body, at, at + 16));
        }
      }
      return blocks;
    }
  }

  private static PrivateRandomness secretOf(PartyId party, String secret) {
    byte[] key = Sha256.of((secret + " of " + party).getBytes(StandardCharsets.UTF_8));
    return (purpose, context) -> Randomness.derive(key, purpose, context);
  }

  private static VoleUse use(int number, int input) {
    byte[] own = new byte[32];
    own[0] = (byte) input;
    return new VoleUse(new byte[] {1, 2, 3}, number, own, new byte[32]);
  }

  private static Run run(
      Parties.Network network, int size, String secret, VoleUse ofReceiver, VoleUse ofSender) {
    Map<PartyId, Queue<Message>> sent =
        Map.of(RECEIVER, new ConcurrentLinkedQueue<>(), SENDER, new ConcurrentLinkedQueue<>());
    SortedMap<PartyId, Object> ends =
        Parties.run(
            network,
            TYPES,
            Map.of(
                RECEIVER,
                session -> {
                  Channel step = session.beginStep("vole", new TreeMap<>());
                  return VoleReceiver.run(
                      TappedChannel.keepingSent(step, Objects.requireNonNull(sent.get(RECEIVER))),
                      SENDER,
                      ofReceiver,
                      secretOf(RECEIVER, secret),
                      size,
                      () -> {});
                },
                SENDER,
                session -> {
                  Channel step = session.beginStep("vole", new TreeMap<>());
                  return VoleSender.run(
                      TappedChannel.keepingSent(step, Objects.requireNonNull(sent.get(SENDER))),
                      RECEIVER,
                      ofSender,
                      secretOf(SENDER, secret),
                      size);
                }));
    MessageCodec codec = Parties.codec(TYPES);
    Map<PartyId, List<byte[]>> bodies = new TreeMap<>();
    sent.forEach(
        (party, messages) -> bodies.put(party, messages.stream().map(codec::encode).toList()));
    VoleReceiver.Share share = (VoleReceiver.Share) Objects.requireNonNull(ends.get(RECEIVER));
    return new Run(
        share.a(), share.c(), (VoleSender.Share) Objects.requireNonNull(ends.get(SENDER)), bodies);
  }

  private static Run run(String secret, int ofReceiver, int ofSender) {
    return run(InMemoryExchange::network, SIZE, secret, use(0, ofReceiver), use(0, ofSender));
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

  /** Sizes that fill trees, and that leave them ragged. */
  @ParameterizedTest
  @ValueSource(ints = {5_120, 5_001, 12_772, 80_740})
  void run_everyElement_isProductAndSum(int size) {
    Run run = run(VoleTest::smallWindows, size, "secret", use(0, 1), use(0, 2));
    long[] sum = Arrays.copyOf(run.sender().b(), 2 * size);
    // The factor itself: what a factor times one is.
    long[] delta = new long[2];
    run.sender().delta().addProducts(new long[] {0, 1}, 0, delta, 0, 1);
    for (int i = 0; i < 2 * size; i += 2) {
      if (i % 64 == 0) {
        assertThat(FixedFactorTest.element(run.c()[i] ^ sum[i], run.c()[i + 1] ^ sum[i + 1]))
            .isEqualTo(
                FixedFactorTest.product(
                    FixedFactorTest.element(run.a()[i], run.a()[i + 1]),
                    FixedFactorTest.element(delta[0], delta[1])));
      }
    }
    run.sender().delta().addProducts(run.a(), 0, sum, 0, size);
    assertThat(Arrays.copyOf(run.c(), 2 * size)).isEqualTo(sum);
    assertThat(Arrays.stream(run.a()).limit(2L * size).distinct().count()).isEqualTo(2L * size);
    assertThat(Arrays.stream(sum).distinct().count()).isEqualTo(2L * size);
  }

  @Test
  void run_overSockets_isTheSameAsInMemory() {
    Run memory = run("secret", 1, 2);
    Run sockets = run(new NettyNetwork(), SIZE, "secret", use(0, 1), use(0, 2));
    assertThat(sockets.a()).isEqualTo(memory.a());
    assertThat(sockets.c()).isEqualTo(memory.c());
  }

  @Test
  void run_again_sendsTheSameBytes() {
    Run first = run("secret", 1, 2);
    Run second = run("secret", 1, 2);
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      List<byte[]> bodies = Objects.requireNonNull(first.sent().get(party));
      assertThat(Objects.requireNonNull(second.sent().get(party)))
          .hasSameSizeAs(bodies)
          .zipSatisfy(bodies, (one, other) -> assertThat(one).isEqualTo(other));
    }
  }

  @Test
  void run_otherSecretsInputsOrNumber_sharesNoBlock() {
    Run first = run("secret", 1, 2);
    List<Run> others =
        List.of(
            run("other", 1, 2),
            run("secret", 3, 4),
            run(InMemoryExchange::network, SIZE, "secret", use(1, 1), use(1, 2)));
    for (Run other : others) {
      for (PartyId party : List.of(RECEIVER, SENDER)) {
        Set<String> both = new HashSet<>(first.blocks(party));
        assertThat(both).hasSizeGreaterThan(5_000);
        both.retainAll(other.blocks(party));
        assertThat(both).isEmpty();
      }
      assertThat(other.a()[0]).isNotEqualTo(first.a()[0]);
    }
  }

  /** Own inputs decide what either draws: the other one's stays as it is where it sees nothing. */
  @Test
  void receiver_otherInput_meetsOtherNoise() {
    Run first = run("secret", 1, 2);
    Run second = run("secret", 3, 2);
    assertThat(Arrays.equals(first.a(), second.a())).isFalse();
    assertThat(second.sent().get(RECEIVER)).isNotEqualTo(first.sent().get(RECEIVER));
  }

  @Test
  void run_bytes_areThoseThatPlansSay() {
    Run run = run("secret", 1, 2);
    List<Integer> ofReceiver =
        Objects.requireNonNull(run.sent().get(RECEIVER)).stream().map(b -> b.length).toList();
    List<Integer> ofSender =
        Objects.requireNonNull(run.sent().get(SENDER)).stream().map(b -> b.length).toList();
    // Points; choices in blocks; products.
    assertThat(ofReceiver.stream().mapToLong(i -> i).sum())
        .isBetween(
            VoleMessages.choiceBytes(SIZE) + VoleMessages.noiseBytes() + 64,
            VoleMessages.choiceBytes(SIZE) + VoleMessages.noiseBytes() + 200);
    assertThat(ofSender.get(ofSender.size() - 1)).isEqualTo((int) VoleMessages.sumBytes(SIZE) + 4);
  }

  private static void assertRefused(
      PartyId hostile, UnaryOperator<Message> change, String message) {
    assertThatThrownBy(
            () ->
                Parties.run(
                    TYPES,
                    RECEIVER,
                    session ->
                        VoleReceiver.run(
                            changed(session.beginStep("vole", new TreeMap<>()), hostile, change),
                            SENDER,
                            use(0, 1),
                            session::privateRandomness,
                            SIZE,
                            () -> {}),
                    SENDER,
                    session ->
                        VoleSender.run(
                            changed(session.beginStep("vole", new TreeMap<>()), hostile, change),
                            RECEIVER,
                            use(0, 2),
                            session::privateRandomness,
                            SIZE)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  private static Channel changed(Channel step, PartyId hostile, UnaryOperator<Message> change) {
    return step.self().equals(hostile) ? TappedChannel.sending(change).apply(step) : step;
  }

  static Stream<Arguments> badMessages() {
    return Stream.of(
        Arguments.of(
            "fewer levels",
            SENDER,
            (UnaryOperator<Message>) m -> m instanceof TreeSums ? sums(3) : m,
            "Invalid sums of 71680 bytes from sender: must be 92160"),
        Arguments.of(
            "more levels",
            SENDER,
            (UnaryOperator<Message>) m -> m instanceof TreeSums ? sums(6) : m,
            "Invalid sums of 133120 bytes"),
        Arguments.of(
            "products in place of sums",
            SENDER,
            (UnaryOperator<Message>)
                m -> m instanceof TreeSums ? new NoiseProducts(new byte[NoiseProducts.BYTES]) : m,
            "Expected TreeSums"),
        Arguments.of(
            "sums in place of products",
            RECEIVER,
            (UnaryOperator<Message>) m -> m instanceof NoiseProducts ? sums(1) : m,
            "Expected NoiseProducts"));
  }

  private static TreeSums sums(int levels) {
    return new TreeSums(new byte[TreeSums.bytes(levels)]);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badMessages")
  void run_badMessage_isRefused(
      String name, PartyId hostile, UnaryOperator<Message> change, String message) {
    assertRefused(hostile, change, message);
  }

  /** Whatever a peer makes up of the right size gives other shares and no failure. */
  @Test
  void run_madeUpSums_giveOtherShares() {
    List<Boolean> ended = new ArrayList<>();
    Parties.run(
        TYPES,
        RECEIVER,
        session ->
            VoleReceiver.run(
                session.beginStep("vole", new TreeMap<>()),
                SENDER,
                use(0, 1),
                session::privateRandomness,
                SIZE,
                () -> ended.add(true)),
        SENDER,
        session ->
            VoleSender.run(
                changed(
                    session.beginStep("vole", new TreeMap<>()),
                    SENDER,
                    m ->
                        m instanceof TreeSums sums
                            ? new TreeSums(new byte[sums.masked().length])
                            : m),
                RECEIVER,
                use(0, 2),
                session::privateRandomness,
                SIZE));
    assertThat(ended).containsExactly(true);
  }
}
