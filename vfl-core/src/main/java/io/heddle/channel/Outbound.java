// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The link that this party dials: its own messages go out, the peer's credit comes back. */
final class Outbound implements FrameHandler {
  private final Exchange exchange;
  private final PartyId peer;
  private final Object sending = new Object();
  private volatile @Nullable Link link;
  private volatile Frames.@Nullable Welcome welcome;
  private long credit;

  Outbound(Exchange exchange, PartyId peer) {
    this.exchange = exchange;
    this.peer = peer;
  }

  void attach(Link dialled) {
    link = dialled;
  }

  @Nullable Link link() {
    return link;
  }

  /** Open: the peer has let this party in, not just answered. */
  boolean isOpen() {
    return welcome != null;
  }

  /** Sends one message; waits for room in the peer's mailbox. */
  void send(Envelope envelope) {
    Link out = link;
    Frames.Welcome granted = welcome;
    if (out == null || granted == null) {
      throw new IllegalStateException("The exchange is not connected to " + peer);
    }
    MessageKey key = envelope.key();
    byte[] body = envelope.body();
    int max = key.place().maxBytes(granted.maxMessageBytes());
    if (body.length > max) {
      throw new IllegalArgumentException(
          "Message of " + body.length + " bytes: party " + peer + " takes at most " + max);
    }
    long cost = ExchangeLimits.cost(body.length);
    synchronized (sending) {
      exchange.mailbox().check(key.session());
      if (exchange.isLeaving(peer)) {
        throw new PeerUnavailableException("Party " + peer + " has closed its exchange");
      }
      exchange
          .mailbox()
          .await(
              () -> {
                boolean room = credit >= cost || credit == granted.windowBytes();
                if (room) {
                  credit -= cost;
                }
                return room;
              },
              key.session(),
              peer,
              exchange.timeouts().receive(),
              () ->
                  "Party "
                      + peer
                      + " has not made room for "
                      + key
                      + " within "
                      + ExchangeTimeouts.describe(exchange.timeouts().receive()));
      write(
          out,
          Frames.head(new Frames.Head(key, envelope.typeId(), body.length, envelope.digest())));
      for (int from = 0; from < body.length; from += Frames.MAX_CHUNK_BYTES) {
        write(out, Frames.chunk(body, from, Math.min(Frames.MAX_CHUNK_BYTES, body.length - from)));
      }
    }
  }

  private void write(Link out, ByteBuffer frame) {
    try {
      exchange.write(peer, out, frame, true);
    } catch (PeerUnavailableException e) {
      // The peer may have told why before the link went.
      exchange.lost(peer, e);
      exchange.mailbox().check(MessageKey.OPENING);
      throw e;
    }
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
    if (welcome == null && kind != Frames.WELCOME && kind != Frames.ABORT) {
      throw new ProtocolException("Frame of kind " + kind + " before the welcome of " + peer);
    }
    switch (kind) {
      case Frames.WELCOME -> welcome(Frames.readWelcome(Frames.control(frame)));
      case Frames.CREDIT -> credit(Frames.readCredit(Frames.control(frame)));
      case Frames.ABORT -> exchange.aborted(peer, Frames.readAbort(Frames.control(frame)));
      case Frames.BYE -> exchange.stopsReading(peer);
      case Frames.PING -> {}
      default -> throw new ProtocolException("Unknown frame of kind " + kind + " from " + peer);
    }
  }

  private void welcome(Frames.Welcome granted) {
    if (welcome != null) {
      throw new ProtocolException("Second welcome from " + peer);
    }
    exchange
        .mailbox()
        .update(
            () -> {
              welcome = granted;
              credit = granted.windowBytes();
            });
  }

  private void credit(long bytes) {
    exchange
        .mailbox()
        .update(
            () -> {
              Frames.Welcome granted = welcome;
              if (granted == null || bytes < 1 || bytes > granted.windowBytes() - credit) {
                throw new ProtocolException("Invalid credit of " + bytes + " bytes from " + peer);
              }
              credit += bytes;
            });
  }

  @Override
  public void lost(VflException cause) {
    exchange.lost(peer, cause);
  }
}
