// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.checkpoint.BlobStore;
import io.heddle.config.Address;
import io.heddle.config.PartyConfig.Dialling;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/**
 * For tests: Netty exchanges on loopback, each with a certificate of this network.
 *
 * @param ways from the port of a party to the one that its peers dial, such as a {@link Relay}'s
 * @param route how everybody dials everybody
 * @param firstDials whether of two parties the first by name dials both links, and the other none
 * @param identities those that it has made so far
 * @param stores where each party has blobs, which it puts whatever their size; empty for none
 * @param exchanges the stores of processes that take blobs in the place of a party's driver
 */
public record NettyNetwork(
    ExchangeLimits limits,
    ExchangeTimeouts timeouts,
    Function<PartyId, FrameObserver> observers,
    IntUnaryOperator ways,
    Route route,
    boolean firstDials,
    Map<PartyId, TestIdentity> identities,
    Map<PartyId, BlobStore> stores,
    Map<PartyId, List<BlobStore>> exchanges)
    implements Parties.Network {
  public static final String HOST = "127.0.0.1";

  /** Short enough that a test which waits in vain fails soon. */
  public static final ExchangeTimeouts TIMEOUTS =
      new ExchangeTimeouts(
          Duration.ofSeconds(20),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofMillis(500));

  /** Below those that systems choose, and in another place for each process that runs tests. */
  private static final AtomicInteger PORTS =
      new AtomicInteger(20_000 + (int) (ProcessHandle.current().pid() * 7919 % 10_000));

  /** With more time than a link needs, and little for one that is gone. */
  static final ExchangeTimeouts PATIENT =
      new ExchangeTimeouts(
          Duration.ofSeconds(20),
          Duration.ofSeconds(3),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofMillis(500));

  /** One party's exchange with one peer. */
  static NettyExchange open(
      PartyId self,
      int port,
      TestIdentity identity,
      PartyId peer,
      int peerPort,
      TestIdentity peerIdentity,
      ExchangeTimeouts timeouts) {
    return NettyExchange.builder(self, Parties.codec(TestMessage.TYPES))
        .identity(identity.key(), List.of(identity.certificate()))
        .listen(HOST, port)
        .peer(peer, HOST, peerPort, peerIdentity.fingerprint())
        .timeouts(timeouts)
        .open();
  }

  /** For a data client: nothing has ended. */
  public static void goOn() {}

  public NettyNetwork() {
    this(ExchangeLimits.DEFAULT, TIMEOUTS, party -> FrameObserver.NONE);
  }

  public NettyNetwork(
      ExchangeLimits limits,
      ExchangeTimeouts timeouts,
      Function<PartyId, FrameObserver> observers) {
    this(limits, timeouts, observers, IntUnaryOperator.identity());
  }

  public NettyNetwork(
      ExchangeLimits limits,
      ExchangeTimeouts timeouts,
      Function<PartyId, FrameObserver> observers,
      IntUnaryOperator ways) {
    this(limits, timeouts, observers, ways, Route.DIRECT);
  }

  public NettyNetwork(
      ExchangeLimits limits,
      ExchangeTimeouts timeouts,
      Function<PartyId, FrameObserver> observers,
      IntUnaryOperator ways,
      Route route) {
    this(
        limits,
        timeouts,
        observers,
        ways,
        route,
        false,
        new ConcurrentHashMap<>(),
        Map.of(),
        Map.of());
  }

  /** The same parties, where of two the first by name dials both links. */
  public NettyNetwork whereFirstDials() {
    return new NettyNetwork(
        limits, timeouts, observers, ways, route, true, identities, stores, exchanges);
  }

  /** The same parties with stores. */
  public NettyNetwork with(Map<PartyId, BlobStore> blobs) {
    return with(blobs, Map.of());
  }

  /** The same parties with stores, of which some are processes of their own. */
  public NettyNetwork with(Map<PartyId, BlobStore> blobs, Map<PartyId, List<BlobStore>> processes) {
    return new NettyNetwork(
        limits,
        timeouts,
        observers,
        ways,
        route,
        firstDials,
        identities,
        Map.copyOf(blobs),
        Map.copyOf(processes));
  }

  /** Starts the processes of each party; they end with the test's JVM. */
  private Map<PartyId, List<Address>> startExchanges(Map<PartyId, TestIdentity> own) {
    Map<PartyId, String> fingerprints = new TreeMap<>();
    own.forEach((party, identity) -> fingerprints.put(party, identity.fingerprint()));
    Map<PartyId, List<Address>> places = new TreeMap<>();
    exchanges.forEach(
        (party, blobs) -> {
          TestIdentity identity = Objects.requireNonNull(own.get(party));
          DataPins pins =
              new DataPins(party, identity.key(), List.of(identity.certificate()), fingerprints);
          places.put(
              party,
              blobs.stream()
                  .map(each -> new DataServer(pins, HOST, 0, route.webSocket(), each, timeouts))
                  .map(server -> new Address(HOST, server.port()))
                  .toList());
        });
    return places;
  }

  /** What a party has set of a peer where the first by name dials for both. */
  static Dialling firstDials(PartyId self, PartyId peer) {
    return self.compareTo(peer) < 0 ? Dialling.BOTH : Dialling.NEVER;
  }

  @Override
  public SortedMap<PartyId, Exchange> apply(Collection<PartyId> parties, MessageCodec codec) {
    Map<PartyId, TestIdentity> own = new TreeMap<>();
    Map<PartyId, Integer> ports = new TreeMap<>();
    Map<PartyId, Integer> dialled = new TreeMap<>();
    for (PartyId party : parties) {
      own.put(party, identities.computeIfAbsent(party, name -> TestIdentity.generate()));
      int port = freePort();
      ports.put(party, port);
      dialled.put(party, ways.applyAsInt(port));
    }
    Map<PartyId, List<Address>> places = startExchanges(own);
    SortedMap<PartyId, Exchange> opened = new TreeMap<>();
    own.forEach(
        (party, identity) -> {
          NettyExchangeBuilder builder =
              NettyExchange.builder(party, codec)
                  .identity(identity.key(), List.of(identity.certificate()))
                  .webSocket(route.webSocket())
                  .listen(HOST, Objects.requireNonNull(ports.get(party)))
                  .limits(limits)
                  .timeouts(timeouts)
                  .observer(observers.apply(party));
          own.forEach(
              (peer, other) -> {
                if (!peer.equals(party)) {
                  builder.peer(
                      peer,
                      HOST,
                      Objects.requireNonNull(dialled.get(peer)),
                      other.fingerprint(),
                      route,
                      firstDials ? firstDials(party, peer) : Dialling.OWN);
                }
              });
          BlobStore store = stores.get(party);
          if (store != null) {
            builder.store(store).blobsFrom(0);
          }
          places.forEach(builder::exchanges);
          opened.put(party, builder.open());
        });
    return opened;
  }

  /**
   * A port that is free, and that nobody else takes by chance before it is listened to: no system
   * chooses it by itself, and no other test of this process is given it.
   */
  public static int freePort() {
    while (true) {
      int port = PORTS.getAndIncrement();
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken; the next one.
      }
    }
  }
}
