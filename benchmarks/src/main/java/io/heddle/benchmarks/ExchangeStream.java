// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.Message;
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a role's messages go through: a session between two exchanges, from the record that is sent
 * to the one that is received, with codec, digests, frames, credit and transcript.
 */
final class ExchangeStream implements Carrier {
  private static final PartyId FROM = new PartyId("sender");
  private static final PartyId TO = new PartyId("receiver");
  private static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              60_100,
              Piece.class,
              "bytes of the benchmark",
              (piece, writer) -> writer.writeBytes(piece.bytes()),
              reader -> new Piece(reader.readBytes(1 << 30))));

  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final SortedMap<PartyId, Exchange> exchanges;
  private final Channel sender;
  private final Channel receiver;
  private final Piece piece;

  private record Piece(byte[] bytes) implements Message {}

  /**
   * @param length of one message
   */
  ExchangeStream(int length) throws Exception {
    piece = new Piece(new byte[length]);
    exchanges = new NettyNetwork().apply(List.of(FROM, TO), Parties.codec(TYPES));
    Future<Channel> receiving = threads.submit(() -> begin(TO));
    sender = begin(FROM);
    receiver = receiving.get();
  }

  private Channel begin(PartyId party) {
    Exchange exchange = exchanges.get(party);
    if (exchange == null) {
      throw new AssertionError("No exchange of " + party);
    }
    SessionTerms terms =
        SessionTerms.of("stream", Map.of(FROM, "sender", TO, "receiver"), new TreeMap<>());
    return Session.open(exchange, terms, Progress.NONE).beginStep("carry", new TreeMap<>());
  }

  @Override
  public void carry(int count) throws Exception {
    Future<Integer> received =
        threads.submit(
            () -> {
              int last = 0;
              for (int i = 0; i < count; i++) {
                last = receiver.receive(FROM, Piece.class).bytes().length;
              }
              return last;
            });
    for (int i = 0; i < count; i++) {
      sender.send(TO, piece);
    }
    if (received.get() != piece.bytes().length) {
      throw new AssertionError("A message came in another length");
    }
  }

  @Override
  public void close() {
    exchanges.values().forEach(Exchange::close);
    threads.shutdownNow();
  }
}
