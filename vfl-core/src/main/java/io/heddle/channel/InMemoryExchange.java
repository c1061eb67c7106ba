// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.crypto.Sha256;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The exchanges of several parties in one JVM: the same frames as over sockets, without them. */
public final class InMemoryExchange extends Exchange {
  private final Map<PartyId, InMemoryExchange> network;

  private InMemoryExchange(
      PartyId self,
      Collection<PartyId> peers,
      MessageCodec codec,
      ExchangeLimits limits,
      ExchangeTimeouts timeouts,
      FrameObserver observer,
      Map<PartyId, InMemoryExchange> network) {
    super(self, peers, codec, limits, timeouts, observer, ExchangeStart.first());
    this.network = network;
  }

  /** One exchange for each party, all connected to each other, with the default limits. */
  public static SortedMap<PartyId, Exchange> network(
      Collection<PartyId> parties, MessageCodec codec) {
    return network(
        parties,
        codec,
        ExchangeLimits.DEFAULT,
        ExchangeTimeouts.DEFAULT,
        party -> FrameObserver.NONE);
  }

  /**
   * One exchange for each party, all connected to each other.
   *
   * @param parties at least two
   * @param observers who sees the frames that a party sends
   */
  public static SortedMap<PartyId, Exchange> network(
      Collection<PartyId> parties,
      MessageCodec codec,
      ExchangeLimits limits,
      ExchangeTimeouts timeouts,
      Function<PartyId, FrameObserver> observers) {
    Map<PartyId, InMemoryExchange> network = new ConcurrentHashMap<>();
    SortedSet<PartyId> all = new TreeSet<>(parties);
    for (PartyId party : all) {
      SortedSet<PartyId> peers = new TreeSet<>(all);
      peers.remove(party);
      network.put(
          party,
          new InMemoryExchange(
              party, peers, codec, limits, timeouts, observers.apply(party), network));
    }
    network.values().forEach(Exchange::start);
    return new TreeMap<>(network);
  }

  /** SHA-256 of the party's name, for there is no key. */
  @Override
  public byte[] fingerprint(PartyId party) {
    return Sha256.of(party.name().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  protected void start() {
    for (PartyId peer : peers()) {
      InMemoryExchange there = network.get(peer);
      if (there == null) {
        throw new AssertionError("No exchange of " + peer);
      }
      Wire out = new Wire();
      Wire back = new Wire();
      back.reader = outbound(peer, out);
      FrameHandler accepted = there.inbound(self(), back);
      out.reader = accepted;
      accepted.start();
    }
  }

  @Override
  protected void stop() {}

  /** Carries frames into the other party's handler, on the writer's thread. */
  private static final class Wire implements Link {
    volatile @Nullable FrameHandler reader;

    @Override
    public void write(ByteBuffer frame, boolean wait) {
      FrameHandler handler = reader;
      if (handler == null) {
        throw new PeerUnavailableException("The link is not open");
      }
      try {
        handler.frame(frame);
      } catch (ProtocolException e) {
        // The reader has told the writer by an abort frame; as over sockets, the link is gone.
        reader = null;
      }
    }

    @Override
    public boolean isOpen() {
      return reader != null;
    }

    @Override
    public void close() {
      reader = null;
    }

    @Override
    public void cut() {
      reader = null;
    }
  }
}
