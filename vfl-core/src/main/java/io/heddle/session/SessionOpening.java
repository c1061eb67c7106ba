// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.AbortCode;
import io.heddle.channel.Envelope;
import io.heddle.channel.Exchange;
import io.heddle.channel.Message;
import io.heddle.channel.MessageKey;
import io.heddle.channel.WireWriter;
import io.heddle.crypto.Sha256;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.SessionMessage.Hello;
import io.heddle.session.SessionMessage.HelloAck;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Hello and hello-ack: from connected parties to a session id that all of them computed. */
final class SessionOpening {
  private static final int HELLO = 0;
  private static final int ACK = 1;

  private final Exchange exchange;
  private final SessionTerms terms;
  private final Progress progress;
  private final SessionMail mail;
  private final byte[] nonce;
  private final int attempt;

  /** What the peers are told the opening failed at. */
  private String failedAt = "";

  /**
   * @param nonce this party's share in the session id, new for each session; public
   * @param attempt the number of the session at its exchange
   */
  SessionOpening(
      Exchange exchange,
      SessionTerms terms,
      Progress progress,
      SessionMail mail,
      byte[] nonce,
      int attempt) {
    this.exchange = exchange;
    this.terms = terms;
    this.progress = progress;
    this.mail = mail;
    this.nonce = nonce.clone();
    this.attempt = attempt;
  }

  /**
   * Agrees on the session id, as hex digits. No peer can use it before this party has acknowledged
   * it.
   */
  String agree() {
    return guarded(
        null,
        () -> {
          greet();
          SortedMap<PartyId, byte[]> nonces = new TreeMap<>();
          nonces.put(exchange.self(), nonce);
          SortedMap<PartyId, SessionTerms> allTerms = new TreeMap<>();
          allTerms.put(exchange.self(), terms);
          for (PartyId peer : exchange.peers()) {
            Hello hello = receive(peer, HELLO, Hello.class);
            nonces.put(peer, hello.nonce());
            allTerms.put(peer, compare(peer, hello));
          }
          allTerms.forEach(this::checkFloors);
          return HexFormat.of().formatHex(sessionId(nonces));
        });
  }

  /**
   * Says hello to each peer as soon as it is there. If one never comes, the job of another may say
   * why: it names other parties.
   */
  private void greet() {
    Hello hello = new Hello(SessionMessages.VERSION, nonce, terms);
    try {
      exchange.connect(progress, MessageKey.opening(attempt), peer -> send(peer, HELLO, hello));
    } catch (PeerUnavailableException | PeerAbortedException e) {
      for (PartyId peer : exchange.peers()) {
        Envelope theirs = mail.poll(key(peer, exchange.self(), HELLO));
        if (theirs != null) {
          checkFloors(peer, compare(peer, mail.read(MessageKey.CONTROL, theirs, Hello.class)));
        }
      }
      throw e;
    }
  }

  /** Waits until every party has the session open; messages of it are taken from now on. */
  void acknowledge(String session) {
    byte[] id = HexFormat.of().parseHex(session);
    guarded(
        session,
        () -> {
          exchange.connect(progress);
          // Before the ack: a peer that has read it may send at once.
          exchange.open(session);
          for (PartyId peer : exchange.peers()) {
            send(peer, ACK, new HelloAck(id));
          }
          for (PartyId peer : exchange.peers()) {
            if (!MessageDigest.isEqual(id, receive(peer, ACK, HelloAck.class).sessionId())) {
              throw new ProtocolException(
                  "Party "
                      + peer
                      + " computed another session id: the parties see different hellos");
            }
          }
          return session;
        });
  }

  /**
   * @param session null as long as no peer can have it open
   */
  private String guarded(@Nullable String session, Supplier<String> work) {
    try {
      return work.get();
    } catch (VflException e) {
      AbortCode code = failedAt.isEmpty() ? AbortCode.of(e) : code(e);
      String detail = failedAt.isEmpty() ? AbortCode.detail(e) : failedAt;
      for (String ended : ended(session)) {
        exchange.abort(ended, code, detail);
        mail.discard(ended);
      }
      throw e;
    }
  }

  private List<String> ended(@Nullable String session) {
    String opening = MessageKey.opening(attempt);
    return session == null ? List.of(opening) : List.of(session, opening);
  }

  private static AbortCode code(VflException failure) {
    return failure instanceof ProtocolException ? AbortCode.TERMS : AbortCode.of(failure);
  }

  private SessionTerms compare(PartyId peer, Hello hello) {
    SessionTerms theirs = hello.terms();
    if (theirs == null) {
      failedAt = "protocol version";
      throw differs(
          new Difference(failedAt, "" + SessionMessages.VERSION, Integer.toString(hello.version())),
          peer);
    }
    Difference difference = Difference.between(terms, theirs);
    if (difference != null) {
      failedAt = difference.key();
      throw differs(difference, peer);
    }
    return theirs;
  }

  private ProtocolException differs(Difference difference, PartyId peer) {
    return new ProtocolException(
        "The parties' terms differ in " + difference.describe(exchange.self(), peer));
  }

  private void checkFloors(PartyId party, SessionTerms theirs) {
    for (Map.Entry<String, Long> floor : theirs.floors().entrySet()) {
      String value = terms.terms().get(floor.getKey());
      if (value == null) {
        continue;
      }
      if (!SessionTerms.isNumber(value) || Long.parseLong(value) < floor.getValue()) {
        failedAt = floor.getKey();
        String message =
            "Session refused by a floor of "
                + party
                + ": "
                + floor.getKey()
                + " must be at least "
                + floor.getValue()
                + ", the job has "
                + value;
        throw party.equals(exchange.self())
            ? new PrivacyException(message)
            : new ProtocolException(message);
      }
    }
  }

  private byte[] sessionId(SortedMap<PartyId, byte[]> nonces) {
    WireWriter agreed = new WireWriter();
    terms.writeAgreed(agreed);
    WireWriter writer = new WireWriter();
    writer.writeString("heddle session v" + SessionMessages.VERSION);
    writer.writeRaw(Sha256.of(agreed.toByteArray()));
    nonces.forEach(
        (party, nonce) -> {
          writer.writeString(party.name());
          writer.writeRaw(exchange.fingerprint(party));
          writer.writeRaw(nonce);
        });
    return Sha256.of(writer.toByteArray());
  }

  private void send(PartyId peer, int number, Message message) {
    mail.send(MessageKey.CONTROL, key(exchange.self(), peer, number), message);
  }

  private <M extends Message> M receive(PartyId peer, int number, Class<M> type) {
    MessageKey key = key(peer, exchange.self(), number);
    return mail.read(MessageKey.CONTROL, mail.take(key), type);
  }

  private MessageKey key(PartyId from, PartyId to, int number) {
    return new MessageKey(MessageKey.OPENING, MessageKey.CONTROL, attempt, from, to, number);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
