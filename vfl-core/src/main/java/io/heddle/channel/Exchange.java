// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.channel.ExchangeStart.Run;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.heddle.progress.Events;
import io.heddle.progress.Progress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A party's mailbox and its ways out: for each peer one link for its own messages and one for the
 * peer's. Who dials them is the transport's affair. What it holds for each peer is bounded by
 * {@link ExchangeLimits}. Role code does not see it: a session gives it channels.
 *
 * <p>A transport extends this class: it opens links, tells who is at the other end, and carries
 * frames; everything a frame means is decided here. Safe for several threads. (docs/protocol.md 1.)
 */
public abstract class Exchange implements AutoCloseable {
  /** The largest frame on any link: its kind and what follows, without the length in front. */
  public static final int MAX_FRAME_BYTES = Frames.MAX_BYTES;

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final PartyId self;
  private final SortedSet<PartyId> peers;
  private final MessageCodec codec;
  private final ExchangeLimits limits;
  private final ExchangeTimeouts timeouts;
  private final FrameObserver observer;
  private final Waiting waits;
  private final Mailbox mailbox;
  private final TreeMap<PartyId, Outbound> outbound = new TreeMap<>();
  private final TreeMap<PartyId, Inbound> inbound = new TreeMap<>();
  private final Run run;
  private final Map<PartyId, Run> runs;
  private final Set<PartyId> leaving = ConcurrentHashMap.newKeySet();
  private final Set<PartyId> silent = ConcurrentHashMap.newKeySet();
  private final Set<Integer> sessionsOpened = new HashSet<>();
  private volatile boolean closed;

  protected Exchange(
      PartyId self,
      Collection<PartyId> peers,
      MessageCodec codec,
      ExchangeLimits limits,
      ExchangeTimeouts timeouts,
      FrameObserver observer,
      ExchangeStart start) {
    this(self, peers, codec, limits, timeouts, observer, start, Waiting.REAL);
  }

  /** With another clock and other threads. */
  Exchange(
      PartyId self,
      Collection<PartyId> peers,
      MessageCodec codec,
      ExchangeLimits limits,
      ExchangeTimeouts timeouts,
      FrameObserver observer,
      ExchangeStart start,
      Waiting waits) {
    if (peers.isEmpty() || peers.contains(self)) {
      throw new IllegalArgumentException(
          "Invalid peers of " + self + ": must be at least one other party");
    }
    this.self = self;
    this.peers = Collections.unmodifiableSortedSet(new TreeSet<>(peers));
    this.codec = codec;
    this.limits = limits;
    this.timeouts = timeouts;
    this.observer = observer;
    this.waits = waits;
    run = start.run();
    runs = new ConcurrentHashMap<>(start.peers());
    mailbox = new Mailbox(waits, start.session(), start.received());
    for (PartyId peer : this.peers) {
      outbound.put(peer, new Outbound(this, peer));
      inbound.put(peer, new Inbound(this, peer));
    }
  }

  public final PartyId self() {
    return self;
  }

  /** All others, in name order. */
  public final SortedSet<PartyId> peers() {
    return peers;
  }

  public final MessageCodec codec() {
    return codec;
  }

  public final ExchangeTimeouts timeouts() {
    return timeouts;
  }

  final ExchangeLimits limits() {
    return limits;
  }

  final Mailbox mailbox() {
    return mailbox;
  }

  final Waiting waits() {
    return waits;
  }

  /** What tells this run of the exchange from every other one. */
  public final Run run() {
    return run;
  }

  /** The runs of the peers' exchanges that this one has met. */
  public final SortedMap<PartyId, Run> peerRuns() {
    return new TreeMap<>(runs);
  }

  /** SHA-256 of a party's public key, this party's own included; 32 bytes. */
  public abstract byte[] fingerprint(PartyId party);

  /** Starts to listen and to dial; called once. */
  protected abstract void start();

  /** Closes every link and stops listening. */
  protected abstract void stop();

  /**
   * Waits until both links to every peer are open. Returns at once if they are.
   *
   * @throws PeerUnavailableException if a peer does not appear in time
   * @throws ProtocolException if a peer is not who it should be
   */
  public final void connect(Progress progress) {
    connect(progress, MessageKey.OPENING, peer -> {});
  }

  /**
   * The same, and tells of each peer once its links are open, while others may still be waited for.
   *
   * @param scope the opening whose failure ends the wait
   * @throws PeerAbortedException if a peer has ended that opening
   */
  public final void connect(Progress progress, String scope, Consumer<PartyId> met) {
    long deadline = waits.nanoTime() + timeouts.connect().toNanos();
    List<PartyId> missing = new ArrayList<>(peers);
    while (!missing.isEmpty()) {
      PartyId first = missing.get(0);
      progress.waitingFor(first.name());
      mailbox.await(
          () -> missing.stream().anyMatch(this::isConnected),
          scope,
          first,
          Duration.ofNanos(deadline - waits.nanoTime()),
          () ->
              "Party "
                  + first
                  + " did not appear within "
                  + ExchangeTimeouts.describe(timeouts.connect())
                  + because(obstacle(first)));
      List<PartyId> there = missing.stream().filter(this::isConnected).toList();
      missing.removeAll(there);
      there.forEach(met);
    }
  }

  /** What a peer takes; null before it has let this party in. */
  public final @Nullable Room room(PartyId peer) {
    return way(peer).room();
  }

  /** What lost links have cost so far. */
  public final LinkCounts linkCounts() {
    LinkCounts losses = mailbox.losses();
    return new LinkCounts(
        losses.lost(),
        losses.away(),
        outbound.values().stream().mapToLong(Outbound::sentAgain).sum(),
        inbound.values().stream().mapToLong(Inbound::dropped).sum());
  }

  private static String because(String obstacle) {
    return obstacle.isEmpty() ? "" : ": " + obstacle;
  }

  /** What keeps a peer from appearing, as far as the transport knows; empty if it does not. */
  protected String obstacle(PartyId peer) {
    return "";
  }

  private boolean isConnected(PartyId peer) {
    return way(peer).isOpen() && from(peer).isOpen();
  }

  /** Takes the lowest free number for a session of this exchange: the attempt of its opening. */
  public final synchronized int nextSession() {
    int number = 1;
    while (!sessionsOpened.add(number)) {
      number++;
    }
    return number;
  }

  /**
   * Takes a number for a session of this exchange.
   *
   * @param number from 1
   * @throws IllegalArgumentException if another session has it
   */
  public final synchronized int takeSession(int number) {
    if (number < 1 || !sessionsOpened.add(number)) {
      throw new IllegalArgumentException(
          "Invalid number " + number + " of a session: must be at least 1 and not in use");
    }
    return number;
  }

  /** From now on takes messages of this session. */
  public final void open(String session) {
    openBlobs(session);
    mailbox.open(session);
  }

  /** A transport with a store takes blobs of this session, too. */
  protected void openBlobs(String session) {}

  /** Forgets the blobs of a session: nobody will ask for them, here or after a crash. */
  public void closeBlobs(String session) {}

  /**
   * The way of a session for large messages beside the links, from which this party reads what
   * peers have put; null if the transport has none.
   */
  public @Nullable Blobs blobs(String session) {
    return null;
  }

  /** Whether this party would put so many bytes into the stores of all peers. */
  public boolean putsBlobs(long bytes) {
    return false;
  }

  /** Deletes blobs of this party's own store; those that are not there are passed over. */
  public void dropBlobs(String session, Collection<byte[]> digests) {}

  /** Throws if a session, or all of this exchange, has failed. */
  public final void requireAlive(String session) {
    mailbox.check(session);
  }

  /** From now on refuses messages of this session. */
  public final void close(String session) {
    closeBlobs(session);
    mailbox.close(session).forEach(key -> from(key.from()).release(key));
  }

  /**
   * Gives back what a failed session, or the opening of one, holds: nobody will receive it, here or
   * after a crash.
   */
  public final void discard(String scope) {
    closeBlobs(scope);
    mailbox.discard(scope).forEach(key -> from(key.from()).release(key));
  }

  /**
   * Sends one message; returns when it is handed over. Waits while the peer has no room for it.
   *
   * @throws PeerUnavailableException on a lost link or a time-out
   * @throws ProtocolException if the session has failed
   */
  public final void send(Envelope envelope) {
    way(envelope.key().to()).send(envelope);
  }

  /**
   * As {@link #send} to a peer that may never come again: does not wait for it, and keeps the
   * message for when it does; never throws. For messages that are small and few.
   */
  public final void sendIfItComes(Envelope envelope) {
    try {
      way(envelope.key().to()).sendIfItComes(envelope);
    } catch (VflException e) {
      // The peer is on its way out, and this party waits for nothing.
    }
  }

  /**
   * Waits for the message with this key and releases it: for a party that would not go on after a
   * crash.
   *
   * @throws PeerUnavailableException on a lost link or a time-out
   * @throws ProtocolException if the session has failed
   */
  public final Envelope receive(MessageKey key) {
    Envelope envelope = take(key);
    release(key);
    return envelope;
  }

  /**
   * Waits for the message with this key. It takes room, and the peer keeps it, until it is
   * released.
   *
   * @throws PeerUnavailableException on a lost link or a time-out
   * @throws ProtocolException if the session has failed
   */
  public final Envelope take(MessageKey key) {
    return mailbox.take(key, timeouts.receive());
  }

  /** As {@link #take} if the message has arrived; null if it has not. */
  public final @Nullable Envelope poll(MessageKey key) {
    return mailbox.poll(key);
  }

  /** Gives the room of a taken message back to its sender, who may forget it now. */
  public final void release(MessageKey key) {
    from(key.from()).release(key);
  }

  /**
   * Waits until every peer has released all messages of a session, and of its opening, that this
   * party has sent: it need not be able to send them again.
   *
   * @throws PeerUnavailableException on a lost link or a time-out
   * @throws ProtocolException if the session has failed
   */
  public final void settle(String session) {
    for (PartyId peer : peers) {
      settle(session, peer, timeouts.receive());
    }
  }

  /** Whether that is so before the patience ends; a peer that is lost is waited for. */
  public final boolean settles(String session, Duration patience) {
    long deadline = waits.nanoTime() + patience.toNanos();
    boolean all = true;
    for (PartyId peer : peers) {
      try {
        settle(session, peer, Duration.ofNanos(deadline - waits.nanoTime()));
      } catch (VflException e) {
        all = false;
      }
    }
    return all;
  }

  /**
   * Waits until this party has answered something that each peer has sent since it was last
   * started, on a link that is there, or the peer has said goodbye: so it gives credit to peers
   * that were killed and are back. Never throws.
   */
  public final void answerAll(String session, Duration patience) {
    long deadline = waits.nanoTime() + patience.toNanos();
    for (PartyId peer : peers) {
      try {
        mailbox.await(
            () -> isLeaving(peer) || (from(peer).hasAnswered() && !mailbox.isLost(peer, true)),
            session,
            peer,
            Duration.ofNanos(deadline - waits.nanoTime()),
            () -> "Party " + peer + " did not come back");
      } catch (VflException e) {
        // It can ask no more of this party than that.
      }
    }
  }

  private void settle(String session, PartyId peer, Duration patience) {
    mailbox.await(
        () -> way(peer).isSettled(session),
        session,
        peer,
        () -> silent.contains(peer),
        patience,
        () ->
            "Party "
                + peer
                + " has not received all messages within "
                + ExchangeTimeouts.describe(patience));
  }

  /**
   * Ends a session here and tells every peer. Does not wait, never throws.
   *
   * @param session {@link MessageKey#OPENING} ends all that this exchange does, {@link
   *     MessageKey#opening} the opening of one session
   * @param detail the name of a term or a step, or empty; at most 256 bytes; never a value
   */
  public final void abort(String session, AbortCode code, String detail) {
    for (PartyId peer : peers) {
      ByteBuffer frame = Frames.abort(new Frames.Abort(session, code.number(), detail));
      Link out = way(peer).link();
      if (out == null) {
        tell(peer, frame);
      } else if (mailbox.isLost(peer, false)) {
        way(peer).owe(frame);
      } else {
        // Behind this party's messages: what explains the end is read before the end.
        writeQuietly(peer, out, frame);
      }
    }
    if (session.equals(MessageKey.OPENING)) {
      mailbox.fail(ended(code));
    } else {
      mailbox.failSession(session, ended(code));
    }
  }

  private static VflException ended(AbortCode code) {
    return new ProtocolException("This party ended the session: it " + code.words());
  }

  /**
   * Ends all that this exchange does, where no session was begun: a peer that is about to look for
   * this party shall not wait for it in vain. Waits for such peers, 10 s or the connect time-out if
   * that is shorter; never throws.
   */
  public final void abortUnopened(AbortCode code, Progress progress) {
    Duration grace = GRACE.compareTo(timeouts.connect()) < 0 ? GRACE : timeouts.connect();
    long deadline = waits.nanoTime() + grace.toNanos();
    for (PartyId peer : peers) {
      progress.waitingFor(peer.name());
      try {
        mailbox.await(
            () -> isConnected(peer),
            MessageKey.OPENING,
            peer,
            Duration.ofNanos(deadline - waits.nanoTime()),
            () -> "Party " + peer + " is not there to be told");
      } catch (VflException e) {
        // This one has failed, left or never came. The others are told all the same.
      }
    }
    // On both links, ahead of the goodbye on each: whichever a peer reads first, it learns of this.
    for (PartyId peer : peers) {
      tell(peer, Frames.abort(new Frames.Abort(MessageKey.OPENING, code.number(), "")));
    }
    mailbox.fail(ended(code));
  }

  @Override
  public final void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    for (PartyId peer : peers) {
      way(peer).finishSending();
      tell(peer, Frames.bare(Frames.BYE));
    }
    mailbox.fail(new PeerUnavailableException("This party has closed its exchange"));
    stop();
  }

  /**
   * A connection for the messages of a peer, which is at its other end. It takes the place of the
   * one before once the peer has shown by its hail that it is still the same run of its exchange.
   *
   * @return takes what arrives
   */
  protected final FrameHandler inbound(PartyId peer, Link link) {
    return new InboundLink(this, peer, from(peer), link);
  }

  /**
   * A connection for this party's messages to a peer, which is at its other end. It counts as open,
   * and takes the place of the one before, once the peer's welcome has arrived.
   *
   * @return takes what arrives
   */
  protected final FrameHandler outbound(PartyId peer, Link link) {
    return new OutboundLink(this, peer, way(peer), link);
  }

  /**
   * A peer has dialled a link that this party's settings do not let it dial: says so on it, and
   * ends everything unless the peer has other links here. Nothing was exchanged on it, so a session
   * that is kept can be gone on with.
   *
   * @param key the setting's
   * @param message what does not fit
   */
  protected final void misdialled(PartyId peer, Link link, String key, String message) {
    writeQuietly(
        peer,
        link,
        Frames.abort(new Frames.Abort(MessageKey.OPENING, AbortCode.DIALLING.number(), key)));
    link.close();
    if (isGone(peer)) {
      mailbox.fail(new PeerUnavailableException(message));
    } else {
      LOG.warn("{}: the link is closed", message);
    }
  }

  /** Whether there is no link with a peer, or none any more. */
  private boolean isGone(PartyId peer) {
    return (!from(peer).isOpen() || mailbox.isLost(peer, true))
        && (!way(peer).isOpen() || mailbox.isLost(peer, false));
  }

  /** A peer turned out not to be who it should be, or cannot be reached at all. */
  protected final void failed(VflException cause) {
    mailbox.fail(cause);
  }

  /** Whether the peer should be dialled again after a lost link. */
  protected final boolean isWanted(PartyId peer) {
    return !closed && !isLeaving(peer);
  }

  /** Shows the peer that this party lives. */
  protected final void ping(PartyId peer, Link link) {
    writeQuietly(peer, link, Frames.bare(Frames.PING));
  }

  protected final boolean isClosed() {
    return closed;
  }

  /** The peer has said goodbye behind all its messages. Its credit comes over the other link. */
  final void left(PartyId peer) {
    leaving.add(peer);
    mailbox.leave(peer);
    if (!way(peer).isOpen() || mailbox.isLost(peer, false)) {
      stopsReading(peer);
    }
    Link in = from(peer).link();
    if (in != null) {
      in.close();
    }
  }

  /**
   * The peer has said goodbye where it only reads, behind all its credit; messages of it may still
   * be on their way.
   */
  final void stopsReading(PartyId peer) {
    leaving.add(peer);
    mailbox.update(() -> silent.add(peer));
    Link out = way(peer).link();
    if (out != null) {
      out.close();
    }
  }

  final boolean isLeaving(PartyId peer) {
    return leaving.contains(peer);
  }

  /**
   * Whether a link is of the run of the peer's exchange that this party knows, and of its newest
   * start. What another run was sent is unknown to this one, so if the known run has gone,
   * everything ends; if it has not, the newcomer is turned away.
   */
  final synchronized boolean admits(PartyId peer, Run theirs) {
    Run known = runs.get(peer);
    if (known == null || known.id().equals(theirs.id())) {
      if (known != null && theirs.start() < known.start()) {
        LOG.warn("An earlier start of party {} has dialled: its link is closed", peer);
        return false;
      }
      if (known != null && theirs.start() > known.start()) {
        LOG.info("Party {} was started again and goes on", peer);
      }
      runs.put(peer, theirs);
      return true;
    }
    if (isGone(peer)) {
      mailbox.fail(
          new PeerAbortedException(
              "Party " + peer + " was started anew and cannot go on with this session",
              true,
              AbortCode.PROTOCOL.number(),
              ""));
    } else {
      LOG.warn("Party {} has dialled twice: the second link is closed", peer);
    }
    return false;
  }

  /**
   * A link of a peer is gone. If the peer did not say goodbye, that ends all that waits: after the
   * reconnect time-out if the link may come back.
   */
  final void lost(PartyId peer, boolean incoming, VflException cause) {
    if (closed || isLeaving(peer)) {
      if (!incoming) {
        silent.add(peer);
      }
      return;
    }
    if (!(cause instanceof PeerUnavailableException)) {
      mailbox.fail(cause);
    } else if (!mailbox.isLost(peer, incoming)) {
      LOG.warn(
          "{}: waits for it to come back, at most {}",
          cause.getMessage(),
          ExchangeTimeouts.describe(timeouts.reconnect()));
      mailbox.lose(peer, incoming, timeouts.reconnect(), cause);
      tellLink("link-lost", peer, incoming);
    }
  }

  /** A link of a peer is in use, maybe again. */
  final void regained(PartyId peer, boolean incoming) {
    boolean again = mailbox.isLost(peer, incoming);
    mailbox.regain(peer, incoming);
    if (again) {
      tellLink("link-back", peer, incoming);
    }
  }

  private void tellLink(String event, PartyId peer, boolean incoming) {
    LinkCounts counts = linkCounts();
    Events.log(
        event,
        self.name(),
        "",
        "peer",
        peer.name(),
        "way",
        incoming ? "in" : "out",
        "linksLost",
        counts.lost(),
        "secondsAway",
        counts.away().toNanos() / 1e9);
  }

  /** The peer sent what is not allowed: ends all here and tells that peer. */
  final void violated(PartyId peer, ProtocolException cause) {
    mailbox.fail(cause);
    tell(peer, Frames.abort(new Frames.Abort(MessageKey.OPENING, AbortCode.PROTOCOL.number(), "")));
  }

  final void aborted(PartyId peer, Frames.Abort abort) {
    VflException cause = InboundLink.describe(peer, abort);
    if (abort.session().equals(MessageKey.OPENING)) {
      mailbox.fail(cause);
    } else {
      mailbox.failSession(abort.session(), cause);
    }
  }

  /** Puts a frame on both links: whichever the peer sees end first, it knows why. */
  private void tell(PartyId peer, ByteBuffer frame) {
    Link out = way(peer).link();
    if (out != null) {
      writeQuietly(peer, out, frame.duplicate());
    }
    Link in = from(peer).link();
    if (in != null) {
      writeQuietly(peer, in, frame.duplicate());
    }
  }

  final void writeQuietly(PartyId peer, Link link, ByteBuffer frame) {
    try {
      write(peer, link, frame, false);
    } catch (PeerUnavailableException e) {
      // Whoever needs the link is told by lost(); what is written here helps only a peer that
      // lives.
    }
  }

  final void write(PartyId peer, Link link, ByteBuffer frame, boolean wait) {
    observer.sent(peer, frame.asReadOnlyBuffer());
    link.write(frame, wait);
  }

  private Outbound way(PartyId peer) {
    return of(outbound, peer);
  }

  private Inbound from(PartyId peer) {
    return of(inbound, peer);
  }

  private <T> T of(Map<PartyId, T> ways, PartyId peer) {
    @Nullable T way = ways.get(peer);
    if (way == null) {
      throw new IllegalArgumentException("Party " + peer + " is no peer of " + self);
    }
    return way;
  }
}
