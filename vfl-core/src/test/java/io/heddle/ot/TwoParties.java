// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.Channel;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** For tests: a sender and a receiver in one step, whose secrets are always the same. */
final class TwoParties {
  static final PartyId SENDER = new PartyId("sender");
  static final PartyId RECEIVER = new PartyId("receiver");
  static final byte[] SALT = {1, 2, 3};
  static final byte[] INPUT = new byte[32];
  static final OtUse USE = new OtUse(SALT, 1, INPUT);
  static final byte[] COIN = bytes("coin", 32);

  private TwoParties() {}

  /** What one party does. */
  interface Role {
    Object run(Channel channel);
  }

  /**
   * One run.
   *
   * @param ofSender what the sender's role returned
   * @param sent every message, in the order of each party's sending
   */
  record Run(Object ofSender, Object ofReceiver, Map<PartyId, List<Message>> sent) {
    <M extends Message> M only(PartyId from, Class<M> type) {
      List<M> found =
          Objects.requireNonNull(sent.get(from)).stream()
              .filter(type::isInstance)
              .map(type::cast)
              .toList();
      if (found.size() != 1) {
        throw new AssertionError(found.size() + " messages " + type.getSimpleName());
      }
      return found.get(0);
    }
  }

  static Run run(Role sender, Role receiver) {
    return run(InMemoryExchange::network, sender, receiver);
  }

  static Run run(Parties.Network network, Role sender, Role receiver) {
    Map<PartyId, Queue<Message>> sent =
        Map.of(SENDER, new ConcurrentLinkedQueue<>(), RECEIVER, new ConcurrentLinkedQueue<>());
    SortedMap<PartyId, Object> results =
        Parties.run(
            network,
            OtMessages.TYPES,
            Map.of(SENDER, code(sender, sent), RECEIVER, code(receiver, sent)));
    Map<PartyId, List<Message>> lists = new TreeMap<>();
    sent.forEach((party, messages) -> lists.put(party, new ArrayList<>(messages)));
    return new Run(result(results, SENDER), result(results, RECEIVER), lists);
  }

  private static Object result(SortedMap<PartyId, @Nullable Object> results, PartyId party) {
    return Objects.requireNonNull(results.get(party));
  }

  private static Parties.Code<Object> code(Role role, Map<PartyId, Queue<Message>> sent) {
    return session ->
        role.run(
            TappedChannel.keepingSent(
                session.beginStep("ot", new TreeMap<>()),
                Objects.requireNonNull(sent.get(session.self()))));
  }

  /** In memory and on sockets. */
  static Stream<Parties.Network> networks() {
    return Stream.of(InMemoryExchange::network, new NettyNetwork());
  }

  /** A party's own randomness. */
  static PrivateRandomness secretOf(PartyId party) {
    return (purpose, context) ->
        Randomness.derive(Sha256.of(utf8("secret of " + party)), purpose, context);
  }

  /** Bytes that look random, the same for each name. */
  static byte[] bytes(String name, int count) {
    byte[] bytes = new byte[count];
    Randomness.derive(new byte[32], name).fill(0, bytes);
    return bytes;
  }

  static boolean bit(byte[] bits, int index) {
    return (bits[index / 8] >> (index % 8) & 1) == 1;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
