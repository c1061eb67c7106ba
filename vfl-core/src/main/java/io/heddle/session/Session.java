// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.AbortCode;
import io.heddle.channel.Channel;
import io.heddle.channel.Envelope;
import io.heddle.channel.Exchange;
import io.heddle.channel.Message;
import io.heddle.channel.MessageKey;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.SessionMessage.Finish;
import io.heddle.session.SessionMessage.StepStart;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final int SECRET_BYTES = 32;

  private enum State {
    OPEN,
    FINISHED,
    FAILED
  }

  private final Exchange exchange;
  private final Progress progress;
  private final TrafficMeter traffic = new TrafficMeter();
  private final Transcript sent = new Transcript();
  private final Transcript received = new Transcript();
  private final byte[] secret;
  private final String id;
  private final SessionChannel control;
  private final Map<String, byte[]> states = new ConcurrentHashMap<>();
  private int steps;
  private State state = State.OPEN;

  private Session(
      Exchange exchange, SessionTerms terms, Progress progress, byte[] secret, byte[] nonce) {
    this.exchange = exchange;
    this.progress = progress;
    this.secret = secret.clone();
    id = new SessionOpening(exchange, terms, progress, traffic, nonce).run();
    control = new SessionChannel(this, MessageKey.CONTROL, MessageKey.CONTROL);
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
    SecureRandom random = new SecureRandom();
    byte[] secret = new byte[SECRET_BYTES];
    byte[] nonce = new byte[SessionOpening.NONCE_BYTES];
    random.nextBytes(secret);
    random.nextBytes(nonce);
    return open(exchange, terms, progress, secret, nonce);
  }

  /**
   * The same from a given secret and nonce. All private randomness follows from the secret: it may
   * come a second time only to repeat what it made the first time.
   */
  static Session open(
      Exchange exchange, SessionTerms terms, Progress progress, byte[] secret, byte[] nonce) {
    SortedSet<PartyId> expected = new TreeSet<>(exchange.peers());
    expected.add(exchange.self());
    if (!expected.equals(terms.roles().keySet())) {
      throw new IllegalArgumentException(
          "The session is between "
              + terms.roles().keySet()
              + ", the exchange between "
              + expected);
    }
    return new Session(exchange, terms, progress, secret, nonce);
  }

  /** 64 hex digits, the same at every party; public to them. */
  public String id() {
    return id;
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
    int number = ++steps;
    for (PartyId peer : peers()) {
      control.send(peer, new StepStart(number, kind, terms));
    }
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
    return new SessionChannel(this, kind, number + "-" + kind);
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
    return Randomness.derive(secret, purpose, context);
  }

  /**
   * 32 bytes that all parties of this session know, and that no other session has: binds what is
   * hashed with them to this session. Not secret.
   */
  public byte[] bindingSalt(String purpose) {
    return Sha256.of(
        SessionOpening.utf8("heddle binding salt v1"),
        HexFormat.of().parseHex(id),
        SessionOpening.utf8(purpose));
  }

  /** What has crossed so far. */
  public Traffic traffic() {
    return traffic.snapshot();
  }

  /**
   * Ends the session well: every party has finished, and each two have seen the same messages.
   *
   * @throws ProtocolException if they have not, or a peer begins another step
   */
  public void finish() {
    requireOpen();
    for (PartyId peer : peers()) {
      control.send(peer, new Finish(sent.digest(peer), received.digest(peer)));
    }
    for (PartyId peer : peers()) {
      Message message = control.receive(peer, SessionMessage.class);
      if (!(message instanceof Finish finish)) {
        String call =
            message instanceof StepStart start
                ? "calls step " + start.number() + " '" + start.kind() + "'"
                : "opens another";
        throw differs("finish", "This party finishes the session, " + peer + " " + call);
      }
      if (!Transcript.same(finish.sent(), received.digest(peer))
          || !Transcript.same(finish.received(), sent.digest(peer))) {
        throw differs(
            "transcript",
            "This party and "
                + peer
                + " have not seen the same messages: something sent was not received");
      }
    }
    if (end(State.FINISHED)) {
      exchange.close(id);
    }
  }

  /**
   * Ends the session badly: tells every peer that, but not why, and wakes whoever waits for a
   * message of it. Later calls do nothing.
   */
  public void fail(Throwable cause) {
    fail(AbortCode.of(cause), "");
  }

  private void fail(AbortCode code, String detail) {
    if (end(State.FAILED)) {
      exchange.abort(id, code, detail);
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
    return true;
  }

  private ProtocolException differs(String detail, String message) {
    fail(AbortCode.STEPS, detail);
    return new ProtocolException(message);
  }

  void send(String stepKind, MessageKey key, Message message) {
    Envelope envelope =
        Envelope.of(
            key, exchange.codec().type(message.getClass()).id(), exchange.codec().encode(message));
    exchange.send(envelope);
    traffic.sent(stepKind, message.getClass(), envelope);
    if (!(message instanceof Finish)) {
      sent.add(key.to(), envelope);
    }
  }

  <M extends Message> M receive(String stepKind, MessageKey key, Class<M> type) {
    progress.waitingFor(key.from().name());
    long start = System.nanoTime();
    Envelope envelope = exchange.receive(key);
    traffic.waited(key.from(), System.nanoTime() - start);
    try {
      Message message = exchange.codec().decode(envelope.typeId(), envelope.body());
      traffic.received(stepKind, message.getClass(), envelope);
      if (!type.isInstance(message)) {
        throw new ProtocolException(
            "Expected "
                + type.getSimpleName()
                + " as "
                + key
                + ", but it is "
                + message.getClass().getSimpleName());
      }
      if (!(message instanceof Finish)) {
        received.add(key.from(), envelope);
      }
      return type.cast(message);
    } catch (VflException e) {
      fail(e);
      throw e;
    }
  }

  void commit(String path, byte[] state) {
    states.put(path, state);
  }

  byte @Nullable [] restored(String path) {
    return states.get(path);
  }

  private synchronized void requireOpen() {
    if (state != State.OPEN) {
      throw new IllegalStateException("The session is " + state.name().toLowerCase(Locale.ROOT));
    }
  }

  @Override
  public String toString() {
    return "session " + id.substring(0, 8) + " of " + self() + " with " + peers();
  }
}
