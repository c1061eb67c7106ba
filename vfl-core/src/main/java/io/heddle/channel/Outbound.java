// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * What this party sends to one peer, over however many links, one at a time.
 *
 * <p>A message stays here until the peer has given credit for it, which it does once the message
 * has been received by its role. After a lost link those without credit are sent again, in order,
 * before anything new. So what is held is at most the peer's window, or one message. Numbers count
 * from 1 for each start of the peer.
 */
final class Outbound {
  /** The frames that tell of ended sessions, for a peer that is away; more would be of no use. */
  private static final int MAX_OWED = 16;

  private final Exchange exchange;
  private final PartyId peer;
  private final Lock sending;
  // All that follows but the last changes under the lock of the mailbox.
  private final TreeMap<Long, Envelope> sent = new TreeMap<>();
  private final List<ByteBuffer> owed = new ArrayList<>();
  private volatile @Nullable OutboundLink current;
  private volatile Frames.@Nullable Welcome granted;
  private long lastSequence;
  private long outstanding;
  private final AtomicLong sentAgain = new AtomicLong();
  // The link that has all of the above; under the sending lock.
  private @Nullable OutboundLink written;

  Outbound(Exchange exchange, PartyId peer) {
    this.exchange = exchange;
    this.peer = peer;
    sending = exchange.waits().newLock();
  }

  /** The link that is in use, or was last. */
  @Nullable Link link() {
    OutboundLink used = current;
    return used == null ? null : used.link();
  }

  /** Whether the peer has ever let this party in. */
  boolean isOpen() {
    return granted != null;
  }

  /** What the peer takes; null before it has let this party in. */
  @Nullable Room room() {
    Frames.Welcome welcome = granted;
    return welcome == null ? null : new Room(welcome.windowBytes(), welcome.maxMessageBytes());
  }

  /** How many messages have gone out once more over a later link. */
  long sentAgain() {
    return sentAgain.get();
  }

  /** Sends one message; waits for room in the peer's mailbox. */
  void send(Envelope envelope) {
    Frames.Welcome room = granted;
    if (room == null) {
      throw new IllegalStateException("The exchange is not connected to " + peer);
    }
    MessageKey key = envelope.key();
    int length = envelope.body().length;
    int max = key.place().maxBytes(room.maxMessageBytes());
    if (length > max) {
      String words = "Message of " + length + " bytes: party " + peer + " takes at most " + max;
      if (length <= key.place().maxBytes(exchange.limits().maxMessageBytes())) {
        // This party would take it: the peer grants less room than the protocols need.
        throw new ProtocolException(words);
      }
      throw new IllegalArgumentException(words);
    }
    long cost = ExchangeLimits.cost(length);
    sending.lock();
    try {
      exchange.mailbox().check(key.scope());
      if (exchange.isLeaving(peer)) {
        throw new PeerUnavailableException("Party " + peer + " has closed its exchange");
      }
      long[] sequence = new long[1];
      while (sequence[0] == 0) {
        OutboundLink link = catchUp();
        exchange
            .mailbox()
            .await(
                () -> {
                  // A link that has just come sends again what is there; this would be too late.
                  if (current == link
                      && (outstanding == 0 || outstanding + cost <= room.windowBytes())) {
                    sequence[0] = ++lastSequence;
                    sent.put(sequence[0], envelope);
                    outstanding += cost;
                  }
                  return sequence[0] > 0 || current != link;
                },
                key.scope(),
                peer,
                exchange.timeouts().receive(),
                () ->
                    "Party "
                        + peer
                        + " has not made room for "
                        + key
                        + " within "
                        + ExchangeTimeouts.describe(exchange.timeouts().receive()));
      }
      OutboundLink link = written;
      if (link != null) {
        write(link, sequence[0], envelope);
      }
    } finally {
      sending.unlock();
    }
  }

  /** Sends one message, or keeps it for when the peer is there. */
  void sendIfItComes(Envelope envelope) {
    boolean[] kept = new boolean[1];
    exchange
        .mailbox()
        .update(
            () -> {
              if (granted == null) {
                sent.put(++lastSequence, envelope);
                outstanding += ExchangeLimits.cost(envelope.body().length);
                kept[0] = true;
              }
            });
    if (!kept[0]) {
      send(envelope);
    }
  }

  /** Gives a link that is new everything that has no credit. Under the sending lock. */
  private @Nullable OutboundLink catchUp() {
    while (written != current) {
      OutboundLink before = written;
      OutboundLink next = current;
      written = next;
      Map<Long, Envelope> again = new TreeMap<>();
      exchange.mailbox().update(() -> again.putAll(sent));
      for (Map.Entry<Long, Envelope> message : again.entrySet()) {
        if (next == null || !write(next, message.getKey(), message.getValue())) {
          break;
        }
        if (before != null) {
          sentAgain.incrementAndGet();
        }
      }
    }
    return written;
  }

  /** Puts a message on a link; whether that is still there. */
  private boolean write(OutboundLink link, long sequence, Envelope envelope) {
    byte[] body = envelope.body();
    try {
      exchange.write(
          peer,
          link.link(),
          Frames.head(
              new Frames.Head(
                  envelope.key(), sequence, envelope.typeId(), body.length, envelope.digest())),
          true);
      for (int from = 0; from < body.length; from += Frames.SENT_CHUNK_BYTES) {
        int count = Math.min(Frames.SENT_CHUNK_BYTES, body.length - from);
        exchange.write(peer, link.link(), Frames.chunk(body, from, count), true);
      }
      return true;
    } catch (PeerUnavailableException e) {
      if (link.link().isOpen()) {
        // The peer does not read, or this thread shall end.
        throw e;
      }
      // It is sent again over the next link, or the peer is given up.
      lost(link, e);
      return false;
    }
  }

  /** A link on which the peer has let this party in: from now on it is in use. */
  boolean use(OutboundLink next, Frames.Welcome welcome) {
    if (!exchange.admits(peer, welcome.run())) {
      return false;
    }
    Frames.Welcome before = granted;
    if (before != null
        && (before.windowBytes() != welcome.windowBytes()
            || before.maxMessageBytes() != welcome.maxMessageBytes())) {
      throw new ProtocolException("Party " + peer + " grants other room than before");
    }
    // Ahead of all messages.
    next.greet();
    List<ByteBuffer> told = new ArrayList<>();
    OutboundLink[] replaced = new OutboundLink[1];
    boolean[] again = new boolean[1];
    exchange
        .mailbox()
        .update(
            () -> {
              // Read here: where the peer dials, two of its links may come at once.
              Frames.Welcome last = granted;
              if (last != null && last.run().start() != welcome.run().start()) {
                countAnew();
              }
              replaced[0] = current;
              current = next;
              granted = welcome;
              again[0] = !sent.isEmpty();
              told.addAll(owed);
              owed.clear();
              exchange.regained(peer, false);
            });
    if (replaced[0] != null) {
      // Where the peer dials this party may not have noticed its loss, and be waiting to write.
      replaced[0].link().cut();
    }
    told.forEach(frame -> exchange.writeQuietly(peer, next.link(), frame));
    if (again[0]) {
      // Nobody may send anything for long; and this thread must not wait for the link.
      exchange.waits().start("heddle-send-again-" + peer, this::sendAgain);
    }
    return true;
  }

  /** The peer has been started again: it knows of no number. Under the lock of the mailbox. */
  private void countAnew() {
    List<Envelope> again = List.copyOf(sent.values());
    sent.clear();
    lastSequence = 0;
    again.forEach(envelope -> sent.put(++lastSequence, envelope));
  }

  /** Whether the peer holds every message of a session, or of its opening. */
  boolean isSettled(String session) {
    return sent.values().stream()
        .noneMatch(
            envelope ->
                envelope.key().session().equals(session)
                    || envelope.key().place() == Place.OPENING);
  }

  private void sendAgain() {
    sending.lock();
    try {
      catchUp();
    } finally {
      sending.unlock();
    }
  }

  /**
   * Before a goodbye: where a link has just taken the place of another one, what it sends again
   * comes first. Never throws.
   */
  void finishSending() {
    try {
      sendAgain();
    } catch (VflException e) {
      // The peer does not read; it is told of the end all the same.
    }
  }

  /** Keeps a frame for the next link. */
  void owe(ByteBuffer frame) {
    exchange
        .mailbox()
        .update(
            () -> {
              if (owed.size() < MAX_OWED) {
                owed.add(frame);
              }
            });
  }

  /**
   * A link that was given up may still have something to say; the next one says it again, maybe by
   * another number.
   */
  void credit(OutboundLink link, long sequence) {
    exchange
        .mailbox()
        .update(
            () -> {
              if (current != link) {
                return;
              }
              if (sequence < 1 || sequence > lastSequence) {
                throw new ProtocolException(
                    "Invalid credit for message " + sequence + " from " + peer);
              }
              // Where a link was lost the peer may give credit twice.
              Envelope message = sent.remove(sequence);
              if (message != null) {
                outstanding -= ExchangeLimits.cost(message.body().length);
              }
            });
  }

  void lost(OutboundLink link, VflException cause) {
    exchange
        .mailbox()
        .update(
            () -> {
              if (current == link) {
                exchange.lost(peer, false, cause);
              }
            });
  }
}
