// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.crypto.Sha256;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The link that one peer dialled: its messages come in, credit goes back. */
final class Inbound implements FrameHandler {
  private static final int MAX_DROPPED = 10_000;

  private final Exchange exchange;
  private final PartyId peer;
  private final Link link;
  private @Nullable Body body;
  private long outstanding;
  private int dropped;

  Inbound(Exchange exchange, PartyId peer, Link link) {
    this.exchange = exchange;
    this.peer = peer;
    this.link = link;
  }

  Link link() {
    return link;
  }

  @Override
  public void frame(ByteBuffer frame) {
    try {
      read(frame);
    } catch (ProtocolException e) {
      exchange.violated(peer, e);
      throw e;
    }
  }

  private void read(ByteBuffer frame) {
    byte kind = Frames.kind(frame);
    switch (kind) {
      case Frames.MESSAGE -> begin(Frames.readHead(Frames.control(frame)));
      case Frames.CHUNK -> append(frame);
      case Frames.ABORT -> exchange.aborted(peer, Frames.readAbort(Frames.control(frame)));
      case Frames.BYE -> exchange.left(peer);
      case Frames.PING -> {}
      default -> throw new ProtocolException("Unknown frame of kind " + kind + " from " + peer);
    }
  }

  private void begin(Frames.Head head) {
    if (body != null) {
      throw new ProtocolException("A message within another from " + peer);
    }
    MessageKey key = head.key();
    if (!key.from().equals(peer) || !key.to().equals(exchange.self())) {
      throw new ProtocolException("On the link of " + peer + " comes " + key);
    }
    int max = key.place().maxBytes(exchange.limits().maxMessageBytes());
    if (head.length() < 0 || head.length() > max) {
      throw new ProtocolException(
          "Invalid length " + head.length() + " of " + key + ": must be 0 to " + max);
    }
    exchange.codec().type(head.typeId());
    exchange.mailbox().admit(key, head.typeId());
    reserve(head);
    body = new Body(head);
    finishIfWhole(body);
  }

  private void reserve(Frames.Head head) {
    long cost = ExchangeLimits.cost(head.length());
    exchange
        .mailbox()
        .update(
            () -> {
              if (outstanding > 0 && outstanding + cost > exchange.limits().windowBytes()) {
                throw new ProtocolException("Party " + peer + " sends more than its window");
              }
              outstanding += cost;
            });
  }

  private void append(ByteBuffer frame) {
    Body current = body;
    if (current == null || !frame.hasRemaining() || frame.remaining() > current.missing()) {
      throw new ProtocolException("Chunk from " + peer + " that belongs to no message");
    }
    current.append(frame);
    finishIfWhole(current);
  }

  private void finishIfWhole(Body current) {
    if (current.missing() > 0) {
      return;
    }
    body = null;
    Envelope envelope = current.finish();
    if (!exchange.mailbox().deliver(envelope)) {
      if (++dropped > MAX_DROPPED) {
        throw new ProtocolException(
            "Party " + peer + " repeats itself more than " + MAX_DROPPED + " times");
      }
      release(envelope);
    }
  }

  /** Gives the room of a message back to the peer. */
  void release(Envelope envelope) {
    long cost = ExchangeLimits.cost(envelope.body().length);
    exchange.mailbox().update(() -> outstanding -= cost);
    exchange.writeQuietly(peer, link, Frames.credit(cost));
  }

  @Override
  public void lost(VflException cause) {
    if (exchange.isLeaving(peer)) {
      exchange.mailbox().leave(peer);
    }
    exchange.lost(peer, cause);
  }

  /** The session of a frame that ends it. */
  static VflException describe(PartyId peer, Frames.Abort abort) {
    return new PeerAbortedException(
        "Party "
            + peer
            + " "
            + AbortCode.of(abort.code()).words()
            + (abort.detail().isEmpty() ? "" : " (" + abort.detail() + ")")
            + " and ended the session; its own log has the cause");
  }

  /** A body on its way in. Grows with what has arrived, not with what was announced. */
  private static final class Body {
    private final Frames.Head head;
    private final MessageDigest digest = Sha256.newDigest();
    private byte[] bytes;
    private int size;

    Body(Frames.Head head) {
      this.head = head;
      bytes = new byte[Math.min(head.length(), Frames.MAX_CHUNK_BYTES)];
    }

    int missing() {
      return head.length() - size;
    }

    void append(ByteBuffer chunk) {
      int count = chunk.remaining();
      if (size + count > bytes.length) {
        long doubled = Math.max(2L * bytes.length, (long) size + count);
        bytes = Arrays.copyOf(bytes, (int) Math.min(doubled, head.length()));
      }
      digest.update(chunk.duplicate());
      chunk.get(bytes, size, count);
      size += count;
    }

    Envelope finish() {
      byte[] actual = digest.digest();
      if (!MessageDigest.isEqual(actual, head.digest())) {
        throw new ProtocolException("Damaged body, SHA-256 does not match: " + head.key());
      }
      return new Envelope(head.key(), head.typeId(), actual, bytes);
    }
  }
}
