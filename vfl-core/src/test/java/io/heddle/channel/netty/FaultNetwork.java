// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.heddle.channel.Channel;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeStart;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.TestMessage.Blob;
import io.heddle.channel.TestMessage.Text;
import io.heddle.checkpoint.CheckpointStore;
import io.heddle.config.PartyConfig.Dialling;
import io.heddle.crypto.Sha256;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.VflException;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionLog;
import io.heddle.session.SessionTerms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * For tests: parties that dial each other over a {@link FaultRelay} for each way, and a small
 * session of theirs whose result follows from all that it has received. Where there is a place for
 * checkpoints, running it again goes on.
 */
final class FaultNetwork implements AutoCloseable {
  static final PartyId BANK = new PartyId("bank");
  static final PartyId INSURER = new PartyId("insurer");
  static final PartyId RETAILER = new PartyId("retailer");

  private static final Map<PartyId, TestIdentity> IDENTITIES =
      Map.of(
          BANK, TestIdentity.generate(),
          INSURER, TestIdentity.generate(),
          RETAILER, TestIdentity.generate());

  /** A dialler and whom it dials. */
  private record Pair(PartyId from, PartyId to) {}

  /**
   * What is said in a session: so many rounds, in each of which every party sends every other one a
   * text and a blob.
   *
   * @param bytes of the bank's first blob; the others are small
   */
  record Talk(int rounds, int bytes) {}

  /**
   * How a session ended at one party.
   *
   * @param took until it was finished or had failed; closing comes after that
   */
  record Outcome(@Nullable String result, @Nullable VflException failure, Duration took) {
    /** In a word. */
    String word() {
      if (failure == null) {
        return "finished";
      }
      if (failure instanceof PeerAbortedException aborted) {
        return aborted.isFinal() ? "ENDED FOR GOOD" : "told of it";
      }
      return failure instanceof PeerUnavailableException ? "gave up" : "FAILED";
    }

    String seconds() {
      return String.format("%.1f s", took.toMillis() / 1000.0);
    }
  }

  private final List<PartyId> parties;
  private final ExchangeTimeouts timeouts;
  private final @Nullable Path checkpoints;
  private final Talk talk;
  private final Map<PartyId, Integer> ports = new TreeMap<>();
  private final Map<Pair, FaultRelay> ways = new ConcurrentHashMap<>();
  private final Map<PartyId, FrameObserver> observers = new ConcurrentHashMap<>();
  private final Map<PartyId, String> published = new ConcurrentHashMap<>();
  private IntUnaryOperator detour = IntUnaryOperator.identity();
  private boolean firstDials;

  FaultNetwork(
      List<PartyId> parties, ExchangeTimeouts timeouts, Talk talk, @Nullable Path checkpoints)
      throws IOException {
    this.parties = List.copyOf(parties);
    this.timeouts = timeouts;
    this.talk = talk;
    this.checkpoints = checkpoints;
    for (PartyId party : parties) {
      ports.put(party, NettyNetwork.freePort());
    }
    for (PartyId from : parties) {
      for (PartyId to : parties) {
        if (!from.equals(to)) {
          ways.put(new Pair(from, to), new FaultRelay(port(to)));
        }
      }
    }
  }

  private int port(PartyId party) {
    return Objects.requireNonNull(ports.get(party));
  }

  static TestIdentity identity(PartyId party) {
    return Objects.requireNonNull(IDENTITIES.get(party));
  }

  /** What the links that one party dials to another go over. */
  FaultRelay way(PartyId dialler, PartyId acceptor) {
    return Objects.requireNonNull(ways.get(new Pair(dialler, acceptor)));
  }

  Collection<FaultRelay> ways() {
    return ways.values();
  }

  /** All that two parties say goes over these. */
  List<FaultRelay> between(PartyId one, PartyId other) {
    return List.of(way(one, other), way(other, one));
  }

  /** From the port of a relay to the one that is dialled instead, and leads to it. */
  void lead(IntUnaryOperator over) {
    detour = over;
  }

  /** From the next run on, the first of two parties by name dials both links. */
  void firstDials() {
    firstDials = true;
  }

  /** Sees the frames that a party sends from the next run on. */
  void observe(PartyId party, FrameObserver observer) {
    observers.put(party, observer);
  }

  private byte[] blob(PartyId from, PartyId to, int round) {
    byte[] bytes = new byte[round == 0 && from.equals(BANK) ? talk.bytes() : 1000 * (round + 1)];
    new Random(from.name().hashCode() * 31L + to.name().hashCode() + round).nextBytes(bytes);
    return bytes;
  }

  /** What a party must have at the end. */
  String expected(PartyId self) {
    byte[] state = new byte[32];
    for (int round = 0; round < talk.rounds(); round++) {
      for (PartyId peer : parties) {
        if (!peer.equals(self)) {
          state = next(state, peer + "-" + round, blob(peer, self, round));
        }
      }
    }
    return HexFormat.of().formatHex(state);
  }

  private static byte[] next(byte[] state, String text, byte[] blob) {
    return Sha256.of(state, text.getBytes(UTF_8), blob);
  }

  private String work(Session session) {
    Channel step = session.beginStep("talk", new TreeMap<>());
    byte @Nullable [] before = step.restored();
    ByteBuffer kept = before == null ? null : ByteBuffer.wrap(before);
    int first = kept == null ? 0 : kept.getInt();
    byte[] state = new byte[32];
    if (kept != null) {
      kept.get(state);
    }
    for (int round = first; round < talk.rounds(); round++) {
      Channel narrower = step.step("round-" + round);
      for (PartyId peer : session.peers()) {
        narrower.send(peer, new Text(session.self() + "-" + round));
        narrower.send(peer, new Blob(blob(session.self(), peer, round)));
      }
      for (PartyId peer : session.peers()) {
        String text = narrower.receive(peer, Text.class).text();
        state = next(state, text, narrower.receive(peer, Blob.class).bytes());
      }
      if (round % 2 == 1 || round == talk.rounds() - 1) {
        step.commit(ByteBuffer.allocate(36).putInt(round + 1).put(state).array());
      }
    }
    return HexFormat.of().formatHex(state);
  }

  /** Runs the session at all parties, or goes on with it; each says how it ended. */
  SortedMap<PartyId, Outcome> run() {
    Map<PartyId, Callable<Outcome>> calls = new TreeMap<>();
    parties.forEach(party -> calls.put(party, () -> run(party)));
    return Parties.together(calls);
  }

  /** The same at one party. */
  Outcome run(PartyId self) {
    long begun = System.nanoTime();
    Duration[] took = new Duration[1];
    try (SessionLog log = checkpoints == null ? null : openLog(checkpoints, self);
        NettyExchange exchange = open(self, log == null ? ExchangeStart.first() : log.start());
        Session session =
            log == null
                ? Session.open(exchange, terms(), Progress.NONE)
                : Session.open(exchange, log, Progress.NONE)) {
      try {
        String result =
            log != null && log.isPublished()
                ? Objects.requireNonNull(published.get(self))
                : work(session);
        session.finish();
        published.put(self, result);
        session.leave();
        return new Outcome(result, null, since(begun));
      } catch (RuntimeException | Error e) {
        took[0] = since(begun);
        session.fail(e);
        throw e;
      }
    } catch (VflException e) {
      return new Outcome(null, e, took[0] == null ? since(begun) : took[0]);
    }
  }

  private static Duration since(long begun) {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private static MessageCodec codec() {
    return Parties.codec(TestMessage.TYPES);
  }

  private SessionTerms terms() {
    Map<PartyId, String> roles = new TreeMap<>();
    parties.forEach(party -> roles.put(party, "speaker"));
    return SessionTerms.of("faults", roles, new TreeMap<>());
  }

  private CheckpointStore store(Path base, PartyId self) {
    TestIdentity identity = identity(self);
    return CheckpointStore.open(
        base.resolve(self.name()),
        Identity.of(identity.key(), identity.certificate()),
        self.name().getBytes(UTF_8));
  }

  private SessionLog openLog(Path base, PartyId self) {
    return SessionLog.open(store(base, self), terms(), codec(), new byte[0]);
  }

  /** Whether a party has something on its disk that it can go on from. */
  boolean isKept(PartyId self) {
    try (CheckpointStore store = store(Objects.requireNonNull(checkpoints), self)) {
      return store.newest() != null;
    }
  }

  /** The exchange of one party, for tests that speak without a session. */
  NettyExchange open(PartyId self, ExchangeStart start) {
    TestIdentity own = identity(self);
    NettyExchangeBuilder builder =
        NettyExchange.builder(self, codec())
            .identity(own.key(), List.of(own.certificate()))
            .listen(NettyNetwork.HOST, port(self))
            .limits(ExchangeLimits.DEFAULT)
            .timeouts(timeouts)
            .observer(observers.getOrDefault(self, FrameObserver.NONE))
            .start(start);
    for (PartyId peer : parties) {
      if (!peer.equals(self)) {
        builder.peer(
            peer,
            NettyNetwork.HOST,
            detour.applyAsInt(way(self, peer).port()),
            identity(peer).fingerprint(),
            Route.DIRECT,
            firstDials ? NettyNetwork.firstDials(self, peer) : Dialling.OWN);
      }
    }
    return builder.open();
  }

  @Override
  public void close() throws IOException {
    for (FaultRelay way : ways.values()) {
      way.close();
    }
  }
}
