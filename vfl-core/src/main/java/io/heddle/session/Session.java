// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.AbortCode;
import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.channel.Envelope;
import io.heddle.channel.Exchange;
import io.heddle.channel.Message;
import io.heddle.channel.MessageKey;
import io.heddle.channel.WireWriter;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.SessionMessage.Finish;
import io.heddle.session.SessionMessage.StepStart;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One agreed run between all parties of an exchange. It begins when all parties have the same
 * terms, goes through steps that every party begins in the same order, and is finished when all
 * parties have seen the same messages. Only then may a party publish what it made.
 *
 * <p>One thread begins steps and finishes; channels may be used by several. Whoever opens a session
 * closes it; closing one that is not finished tells the peers that it failed. The exchange stays
 * open. (docs/protocol.md 2.)
 */
public final class Session implements AutoCloseable {
  private enum State {
    OPEN,
    FINISHED,
    FAILED
  }

  private static final Duration LAST_WORD = Duration.ofSeconds(10);

  // Started again at once, parties meet within seconds; one that has left does not come.
  private static final Duration STAY = Duration.ofSeconds(5);

  private final Exchange exchange;
  private final SessionSecrets secrets;
  private final @Nullable SessionLog log;
  private final SessionMail mail;
  private final SessionChannel control;
  private final SessionMeter meter;
  private SessionState reached;
  private int steps;
  private State state = State.OPEN;

  private Session(
      Exchange exchange,
      SessionTerms terms,
      Progress progress,
      SessionSecrets secrets,
      @Nullable SessionLog log,
      int number) {
    this.exchange = exchange;
    this.secrets = secrets;
    this.log = log;
    SessionState before = log == null ? null : log.state();
    TrafficMeter traffic = before == null ? new TrafficMeter() : before.traffic();
    mail = new SessionMail(exchange, progress, traffic, log);
    SessionOpening opening =
        new SessionOpening(exchange, terms, progress, mail, secrets.nonce(), number);
    if (before == null) {
      String id = opening.agree();
      before = SessionState.agreed(id, exchange.peerRuns(), traffic);
      if (log != null) {
        mail.settle(id);
        log.commit(before);
      }
    }
    if (!before.acknowledged()) {
      opening.acknowledge(before.id());
      before = before.whenAcknowledged();
    } else if (!before.finished()) {
      exchange.connect(progress);
    }
    reached = before;
    control = new SessionChannel(this, MessageKey.CONTROL, MessageKey.CONTROL);
    meter = new SessionMeter(exchange, mail, traffic, log, before.id());
  }

  /**
   * Waits for every peer and agrees on the terms with it.
   *
   * @throws IllegalArgumentException if the parties of the terms are not those of the exchange
   * @throws ProtocolException if the parties' terms differ, or a floor of a peer refuses them;
   *     names the key and both values. The peers say the same
   * @throws io.heddle.error.PrivacyException if a floor of this party refuses the terms
   * @throws io.heddle.error.PeerUnavailableException if a peer does not appear in time
   */
  public static Session open(Exchange exchange, SessionTerms terms, Progress progress) {
    return open(exchange, terms, progress, SessionSecrets.draw());
  }

  /**
   * The same where sessions of one exchange are opened at once. Failures of one do not touch the
   * others. All share the window of the exchange: a party that does not receive in one of them for
   * long may keep its peers from sending in the others.
   *
   * @param number tells the peers which of the sessions this is: from 1, each once
   */
  public static Session open(Exchange exchange, int number, SessionTerms terms, Progress progress) {
    requireParties(exchange, terms);
    return new Session(
        exchange, terms, progress, SessionSecrets.draw(), null, exchange.takeSession(number));
  }

  /**
   * The same, kept on the disk from the first byte on, or taken up from there: the caller then does
   * all that it did before, in the same order, and each step goes on from what it kept.
   *
   * @param exchange opened with the log's {@link SessionLog#start}
   * @param log of this session; the caller closes it after the session
   */
  public static Session open(Exchange exchange, SessionLog log, Progress progress) {
    if (!exchange.run().equals(log.secrets().run())) {
      throw new IllegalArgumentException("The exchange was not started for the session's log");
    }
    requireParties(exchange, log.terms());
    return new Session(exchange, log.terms(), progress, log.secrets(), log, exchange.nextSession());
  }

  /**
   * Without a log, from given secrets. All private randomness follows from them: they may come a
   * second time only to repeat what they made the first time.
   */
  static Session open(
      Exchange exchange, SessionTerms terms, Progress progress, SessionSecrets secrets) {
    requireParties(exchange, terms);
    return new Session(exchange, terms, progress, secrets, null, exchange.nextSession());
  }

  private static void requireParties(Exchange exchange, SessionTerms terms) {
    SortedSet<PartyId> expected = new TreeSet<>(exchange.peers());
    expected.add(exchange.self());
    if (!expected.equals(terms.roles().keySet())) {
      throw new IllegalArgumentException(
          "The session is between "
              + terms.roles().keySet()
              + ", the exchange between "
              + expected);
    }
  }

  /** 64 hex digits, the same at every party; public to them. */
  public String id() {
    return reached.id();
  }

  public PartyId self() {
    return exchange.self();
  }

  /** All others, in name order. */
  public SortedSet<PartyId> peers() {
    return exchange.peers();
  }

  /**
   * Begins the next step: waits until every peer begins the same one with the same terms.
   *
   * @param kind what this party calls, such as {@code fit}; 1 to 48 lower-case letters, digits and
   *     hyphens
   * @param terms what the parties must agree on for this step; public
   * @return the channel of the step, with a path such as {@code 2-fit}
   * @throws ProtocolException if a peer calls something else or with other terms; names both
   */
  public Channel beginStep(String kind, SortedMap<String, String> terms) {
    if (!kind.matches("[a-z][a-z0-9-]{0,47}")) {
      throw new IllegalArgumentException(
          "Invalid kind of step: must be 1 to 48 lower-case letters, digits and hyphens");
    }
    SessionTerms.checkMap(terms);
    requireOpen();
    String call = kind + " " + digest(terms);
    int number = ++steps;
    if (number <= reached.begun().size()) {
      if (!reached.begun().get(number - 1).equals(call)) {
        throw new CheckpointException(
            "The checkpoint was made by a job with another step " + number + ", or other terms");
      }
      meter.begins(number + "-" + kind);
      return new SessionChannel(this, kind, number + "-" + kind);
    }
    control.sendToAll(new StepStart(number, kind, terms));
    String own = "step " + number + " '" + kind + "'";
    for (PartyId peer : peers()) {
      Message message = control.receive(peer, SessionMessage.class);
      if (!(message instanceof StepStart start)) {
        throw differs(own, "This party calls " + own + ", " + peer + " finishes the session");
      }
      if (start.number() != number || !start.kind().equals(kind)) {
        throw differs(
            own,
            "This party calls "
                + own
                + ", "
                + peer
                + " calls step "
                + start.number()
                + " '"
                + start.kind()
                + "'");
      }
      Difference difference = Difference.between(terms, start.terms());
      if (difference != null) {
        throw differs(
            difference.key(),
            "The parties' terms of " + own + " differ in " + difference.describe(self(), peer));
      }
    }
    reached.begun().add(call);
    meter.begins(number + "-" + kind);
    return new SessionChannel(this, kind, number + "-" + kind);
  }

  private static String digest(SortedMap<String, String> terms) {
    WireWriter writer = new WireWriter();
    SessionTerms.writeMap(terms, writer);
    return HexFormat.of().formatHex(Sha256.of(writer.toByteArray()));
  }

  /**
   * This party's own secret randomness, by HKDF from 32 bytes that are drawn for this session and
   * never sent: no peer knows it, the next session has another, and the same purpose and context
   * give the same bytes again.
   *
   * @param purpose what it is for; each use has its own
   * @param context whatever else tells this use from others, such as a digest of what is encrypted
   */
  public Randomness privateRandomness(String purpose, byte[]... context) {
    return secrets.randomness(purpose, context);
  }

  /**
   * 32 bytes that all parties of this session know, and that no other session has: binds what is
   * hashed with them to this session. Not secret.
   */
  public byte[] bindingSalt(String purpose) {
    return Sha256.of(
        SessionOpening.utf8("heddle binding salt v1"),
        HexFormat.of().parseHex(id()),
        SessionOpening.utf8(purpose));
  }

  /** What it has taken so far. */
  public SessionFigures figures() {
    return meter.figures();
  }

  /** What has crossed so far. */
  public Traffic traffic() {
    return reached.traffic().snapshot();
  }

  /**
   * Ends the session well: every party has finished, and each two have seen the same messages.
   *
   * @throws ProtocolException if they have not, or a peer begins another step
   */
  public void finish() {
    requireOpen();
    if (reached.finished()) {
      // Before this party was started again. A peer may still wait for this party's word.
      peers().forEach(peer -> mail.sendIfItComes(lastKey(self(), peer), finish(peer)));
    } else if (log == null) {
      peers().forEach(peer -> mail.send(MessageKey.CONTROL, lastKey(self(), peer), finish(peer)));
      peers().forEach(this::check);
    } else {
      mail.settle(id());
      peers().forEach(peer -> mail.send(MessageKey.CONTROL, lastKey(self(), peer), finish(peer)));
      peers().forEach(this::check);
      reached = reached.whenFinished();
      log.commit(reached);
      // Only now may a peer forget its own word, and leave.
      mail.release();
      settle(log);
    }
    if (end(State.FINISHED) && log == null) {
      exchange.close(id());
    }
  }

  /**
   * All are about to say that they are as far. Once that is on the disk, a crash while results are
   * put in their place lets nobody look long for peers that have left.
   */
  private void settle(SessionLog kept) {
    if (exchange.settles(id(), withinReconnect(LAST_WORD))) {
      reached = reached.whenSettled();
      kept.commit(reached);
    }
  }

  private Duration withinReconnect(Duration patience) {
    Duration reconnect = exchange.timeouts().reconnect();
    return patience.compareTo(reconnect) < 0 ? patience : reconnect;
  }

  /**
   * After a session is finished and what it made is in its place: waits until every peer is as far,
   * as long as a lost link may take to come back, and forgets the session. Without that, a link
   * that is lost at the very end would leave a peer without this party's word.
   *
   * <p>A party that needs nobody any more, but was started again, or misses a peer that did not say
   * goodbye, stays 5 s for that peer: it may have been killed at the end, too, and without an
   * answer would wait out the reconnect time-out.
   *
   * @return false if a peer may still need this party: the same command serves it, once more
   */
  public boolean leave() {
    if (log == null) {
      // Whoever is not as far by then cannot be served later.
      boolean unused = exchange.settles(id(), exchange.timeouts().reconnect());
      return true;
    }
    if (!log.isPublished()) {
      log.published(reached);
    }
    boolean settled = reached.settled() || exchange.settles(id(), exchange.timeouts().reconnect());
    if (settled) {
      exchange.answerAll(id(), withinReconnect(STAY));
    }
    if (settled || log.isPublished()) {
      exchange.closeBlobs(id());
      log.drop();
    }
    return settled;
  }

  private MessageKey lastKey(PartyId from, PartyId to) {
    boolean own = from.equals(self());
    int number =
        own
            ? reached.counts().sent(MessageKey.CONTROL, to)
            : reached.counts().received(MessageKey.CONTROL, from);
    return control.key(from, to, number);
  }

  private Finish finish(PartyId peer) {
    return new Finish(reached.sent().digest(peer), reached.received().digest(peer));
  }

  private void check(PartyId peer) {
    SessionMessage message =
        mail.read(MessageKey.CONTROL, mail.hold(lastKey(peer, self())), SessionMessage.class);
    if (!(message instanceof Finish finish)) {
      String call =
          message instanceof StepStart start
              ? "calls step " + start.number() + " '" + start.kind() + "'"
              : "opens another";
      throw differs("finish", "This party finishes the session, " + peer + " " + call);
    }
    if (!Transcript.same(finish.sent(), reached.received().digest(peer))
        || !Transcript.same(finish.received(), reached.sent().digest(peer))) {
      throw differs(
          "transcript",
          "This party and "
              + peer
              + " have not seen the same messages: something sent was not received");
    }
  }

  /**
   * Ends the session badly: tells every peer that, but not why, and wakes whoever waits for a
   * message of it. Where it cannot be gone on with after such a failure, the log forgets it. Later
   * calls do nothing.
   */
  public void fail(Throwable cause) {
    fail(AbortCode.of(cause), AbortCode.detail(cause));
    if (log != null && AbortCode.of(cause).isFinal()) {
      try {
        exchange.closeBlobs(id());
        log.drop();
      } catch (CheckpointException e) {
        cause.addSuppressed(e);
      }
    }
  }

  private void fail(AbortCode code, String detail) {
    if (end(State.FAILED)) {
      exchange.abort(id(), code, detail);
      mail.discard(id());
    }
  }

  @Override
  public void close() {
    fail(AbortCode.FAILED, "");
  }

  private synchronized boolean end(State end) {
    if (state != State.OPEN) {
      return false;
    }
    state = end;
    meter.ends(end);
    return true;
  }

  private ProtocolException differs(String detail, String message) {
    fail(AbortCode.STEPS, detail);
    return new ProtocolException(message);
  }

  void send(String stepKind, MessageKey key, Message message) {
    reached.sent().add(key.to(), mail.send(stepKind, key, message));
  }

  <M extends Message> M receive(String stepKind, MessageKey key, Class<M> type) {
    Envelope envelope = mail.take(key);
    try {
      M message = mail.read(stepKind, envelope, type);
      reached.received().add(key.from(), envelope);
      return message;
    } catch (VflException e) {
      fail(e);
      throw e;
    }
  }

  @Nullable Blobs blobs(long bytes) {
    return exchange.putsBlobs(bytes) ? blobs() : null;
  }

  @Nullable Blobs blobs() {
    return exchange.blobs(id());
  }

  void dropBlobs(Collection<byte[]> digests) {
    exchange.dropBlobs(id(), digests);
  }

  StepCounts counts() {
    return reached.counts();
  }

  void commit(String step, byte[] result) {
    if (log == null) {
      return;
    }
    requireOpen();
    requireResults();
    reached.keep(step, result);
    reached.counts().forgetWithin(step);
    mail.settle(id());
    log.commit(reached);
    meter.committed(step, result.length);
  }

  long mostToCommit(String step) {
    return log == null ? Long.MAX_VALUE : reached.mostToKeep(step);
  }

  /** A step without one would be done again after a crash, when its messages are gone. */
  private void requireResults() {
    for (int number = 1; number < steps; number++) {
      String call = reached.begun().get(number - 1);
      String step = number + "-" + call.substring(0, call.indexOf(' '));
      if (reached.results().keySet().stream()
          .noneMatch(path -> path.equals(step) || path.startsWith(step + "/"))) {
        throw new IllegalStateException("Step " + step + " has kept no result");
      }
    }
  }

  byte @Nullable [] restored(String step) {
    return log == null ? null : reached.results().get(step);
  }

  private synchronized void requireOpen() {
    if (state != State.OPEN) {
      throw new IllegalStateException("The session is " + state.name().toLowerCase(Locale.ROOT));
    }
  }

  @Override
  public String toString() {
    return "session " + id().substring(0, 8) + " of " + self() + " with " + peers();
  }
}
