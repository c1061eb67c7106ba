// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.channel.ExchangeStart.Run;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one peer has sent, over however many links, one at a time: which of its messages have
 * arrived, which of them nobody has received yet, and who is told that there is room again.
 *
 * <p>Messages come in the order of their sequence numbers. After a lost link the peer sends again
 * whatever it has no credit for; what had arrived is dropped, and what was received since is
 * credited once more, for that credit may have gone with the link. A peer that was started again
 * counts from one, and may repeat by their keys messages that this party has long had.
 */
final class Inbound {
  private static final int MAX_DROPPED = 10_000;

  private final Exchange exchange;
  private final PartyId peer;
  // All that follows changes under the lock of the mailbox.
  private final Map<MessageKey, Held> held = new HashMap<>();
  private volatile @Nullable InboundLink current;
  private int start = -1;
  private int answered = -1;
  private long arrived;
  private long outstanding;
  private long droppable = MAX_DROPPED;
  private final AtomicLong dropped = new AtomicLong();

  /**
   * A message without credit. The number is 0, and it takes no room, until a peer that was started
   * again has sent it again.
   */
  private record Held(long sequence, long cost) {}

  Inbound(Exchange exchange, PartyId peer) {
    this.exchange = exchange;
    this.peer = peer;
  }

  /** The link that is in use, or was last. */
  @Nullable Link link() {
    InboundLink used = current;
    return used == null ? null : used.link();
  }

  boolean isOpen() {
    return current != null;
  }

  /**
   * The peer has said over this link which run of its exchange it is.
   *
   * @return whether the link is in use from now on
   */
  boolean use(InboundLink next, Run run) {
    if (!exchange.admits(peer, run)) {
      return false;
    }
    // Ahead of all credit.
    next.greet();
    InboundLink[] before = new InboundLink[1];
    exchange
        .mailbox()
        .update(
            () -> {
              before[0] = current;
              if (before[0] != null) {
                outstanding -= before[0].takeReserved();
              }
              if (run.start() != start) {
                beginAnew(run.start());
              }
              current = next;
              exchange.regained(peer, true);
            });
    if (before[0] != null) {
      before[0].link().close();
    }
    return true;
  }

  /** The peer has been started, maybe not for the first time: it has nothing without credit yet. */
  private void beginAnew(int now) {
    start = now;
    held.replaceAll((key, message) -> new Held(0, 0));
    outstanding = 0;
    droppable += arrived;
    arrived = 0;
  }

  /** How many messages have come once more. */
  long dropped() {
    return dropped.get();
  }

  boolean uses(InboundLink link) {
    return current == link;
  }

  void lost(InboundLink link, VflException cause) {
    if (exchange.isLeaving(peer)) {
      exchange.mailbox().leave(peer);
    }
    exchange
        .mailbox()
        .update(
            () -> {
              if (current == link) {
                outstanding -= link.takeReserved();
                exchange.lost(peer, true, cause);
              }
            });
  }

  /**
   * A message is announced.
   *
   * @return whether it is new, and has room now; it came before otherwise
   * @throws ProtocolException if it is not the next one, not allowed, or beyond the window
   */
  boolean isNew(InboundLink link, Frames.Head head) {
    boolean[] fresh = new boolean[1];
    exchange.mailbox().update(() -> fresh[0] = current == link && reserve(link, head));
    return fresh[0];
  }

  private boolean reserve(InboundLink link, Frames.Head head) {
    long next = arrived + 1;
    if (head.sequence() < 1 || head.sequence() > next) {
      throw new ProtocolException(
          "Message number " + head.sequence() + " from " + peer + ": must be 1 to " + next);
    }
    if (head.sequence() < next) {
      return false;
    }
    exchange.codec().type(head.typeId());
    exchange.mailbox().admit(head.key(), head.typeId());
    long cost = ExchangeLimits.cost(head.length());
    if (outstanding > 0 && outstanding + cost > exchange.limits().windowBytes()) {
      throw new ProtocolException("Party " + peer + " sends more than its window");
    }
    outstanding += cost;
    link.reserve(cost);
    return true;
  }

  /**
   * Whether the peer has sent something since it was last started, and has credit for it if it is
   * to have it now. Under the lock of the mailbox.
   */
  boolean hasAnswered() {
    return current != null && answered == start;
  }

  /** A message is whole. */
  void arrived(InboundLink link, long sequence, Envelope envelope, boolean fresh) {
    boolean[] credit = new boolean[1];
    boolean[] first = new boolean[1];
    exchange
        .mailbox()
        .update(
            () -> {
              if (current == link) {
                credit[0] = !(fresh ? store(link, sequence, envelope) : isHeld(sequence, envelope));
                first[0] = answered != start;
              }
            });
    if (credit[0]) {
      exchange.writeQuietly(peer, link.link(), Frames.credit(sequence));
    }
    if (first[0]) {
      // Behind the credit: this party may say goodbye now.
      exchange
          .mailbox()
          .update(
              () -> {
                if (current == link) {
                  answered = start;
                }
              });
    }
  }

  /** Whether a message that came before still takes room. */
  private boolean isHeld(long sequence, Envelope envelope) {
    exchange.mailbox().deliver(envelope);
    dropped.incrementAndGet();
    Held message = held.get(envelope.key());
    return message != null && message.sequence() == sequence;
  }

  private boolean store(InboundLink link, long sequence, Envelope envelope) {
    boolean stored = exchange.mailbox().deliver(envelope);
    long cost = link.takeReserved();
    arrived = sequence;
    Held before = held.get(envelope.key());
    if (stored || (before != null && before.sequence() == 0)) {
      held.put(envelope.key(), new Held(sequence, cost));
      return true;
    }
    outstanding -= cost;
    dropped.incrementAndGet();
    if (--droppable < 0) {
      throw new ProtocolException(
          "Party " + peer + " repeats itself more than " + MAX_DROPPED + " times");
    }
    return false;
  }

  /** Gives the room of a message back to the peer. */
  void release(MessageKey key) {
    InboundLink[] link = new InboundLink[1];
    long[] released = new long[1];
    exchange
        .mailbox()
        .update(
            () -> {
              Held message = held.remove(key);
              if (message != null && message.sequence() > 0) {
                outstanding -= message.cost();
                released[0] = message.sequence();
                link[0] = current;
              }
            });
    if (link[0] != null) {
      exchange.writeQuietly(peer, link[0].link(), Frames.credit(released[0]));
    }
  }
}
