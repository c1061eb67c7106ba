// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.channel.ExchangeStart.Run;
import io.heddle.crypto.Sha256;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One link on which a peer sends: its messages come in, credit goes back. */
final class InboundLink extends PeerLink {
  private final Inbound inbound;
  private volatile boolean hailed;
  private @Nullable Body body;
  private long reserved;

  InboundLink(Exchange exchange, PartyId peer, Inbound inbound, Link link) {
    super(exchange, peer, link);
    this.inbound = inbound;
  }

  /** Room for the message that is on its way in. Under the lock of the mailbox. */
  void reserve(long cost) {
    reserved = cost;
  }

  /** The room, once. */
  long takeReserved() {
    long cost = reserved;
    reserved = 0;
    return cost;
  }

  @Override
  ByteBuffer greeting() {
    return Frames.welcome(exchange.run(), exchange.limits());
  }

  @Override
  public boolean isOpen() {
    return hailed;
  }

  @Override
  void read(ByteBuffer frame) {
    byte kind = Frames.kind(frame);
    if (hailed && !inbound.uses(this) && kind != Frames.ABORT) {
      // A newer link has taken over: what still comes here comes there again.
      return;
    }
    if (!hailed && (kind == Frames.MESSAGE || kind == Frames.CHUNK)) {
      throw new ProtocolException("Frame of kind " + kind + " before the hail of " + peer);
    }
    switch (kind) {
      case Frames.HAIL -> hail(Frames.readHail(Frames.control(frame)));
      case Frames.MESSAGE -> begin(Frames.readHead(Frames.control(frame)));
      case Frames.CHUNK -> append(frame);
      case Frames.ABORT -> exchange.aborted(peer, Frames.readAbort(Frames.control(frame)));
      case Frames.BYE -> exchange.left(peer);
      case Frames.PING -> {}
      default -> throw unknown(kind);
    }
  }

  private void hail(Run run) {
    if (hailed) {
      throw new ProtocolException("Second hail from " + peer);
    }
    hailed = inbound.use(this, run);
    if (!hailed) {
      link.close();
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
    body = new Body(head, inbound.isNew(this, head));
    finishIfWhole(body);
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
    if (current.missing() == 0) {
      body = null;
      inbound.arrived(this, current.head.sequence(), current.finish(), current.fresh);
    }
  }

  @Override
  public void lost(VflException cause) {
    inbound.lost(this, cause);
  }

  /** The session of a frame that ends it. */
  static VflException describe(PartyId peer, Frames.Abort abort) {
    AbortCode code = AbortCode.of(abort.code());
    return new PeerAbortedException(
        "Party "
            + peer
            + " "
            + code.words()
            + (abort.detail().isEmpty() ? "" : " (" + abort.detail() + ")")
            + " and ended the session; its own log has the cause",
        code.isFinal(),
        abort.code(),
        abort.detail());
  }

  /** A body on its way in. Grows with what has arrived, not with what was announced. */
  private static final class Body {
    private final Frames.Head head;
    private final boolean fresh;
    private final MessageDigest digest = Sha256.newDigest();
    private byte[] bytes;
    private int size;

    Body(Frames.Head head, boolean fresh) {
      this.head = head;
      this.fresh = fresh;
      bytes = new byte[Math.min(head.length(), Frames.MAX_CHUNK_BYTES)];
    }

    int missing() {
      return head.length() - size;
    }

    void append(ByteBuffer chunk) {
      int count = chunk.remaining();
      if (size + count > bytes.length) {
        // Each growth copies what is there: few of them, and still in proportion to what arrived.
        long grown = Math.max(4L * bytes.length, (long) size + count);
        bytes = Arrays.copyOf(bytes, (int) Math.min(grown, head.length()));
      }
      chunk.get(bytes, size, count);
      digest.update(bytes, size, count);
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
