// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;

/**
 * One link between this party and a peer: which of them sends messages on it is the class's, which
 * of them dialled it matters only for who speaks first. A frame that is not allowed ends all that
 * is read.
 */
abstract sealed class PeerLink implements FrameHandler permits InboundLink, OutboundLink {
  final Exchange exchange;
  final PartyId peer;
  final Link link;
  private volatile boolean violated;
  private boolean greeted;

  PeerLink(Exchange exchange, PartyId peer, Link link) {
    this.exchange = exchange;
    this.peer = peer;
    this.link = link;
  }

  final Link link() {
    return link;
  }

  /** This party took the connection, so it speaks first; else it answers the peer's greeting. */
  @Override
  public final void start() {
    greet();
  }

  /** Says, once, what must go ahead of everything else that this party puts on the link. */
  final void greet() {
    if (!greeted) {
      greeted = true;
      exchange.writeQuietly(peer, link, greeting());
    }
  }

  abstract ByteBuffer greeting();

  @Override
  public final void frame(ByteBuffer frame) {
    if (violated) {
      return;
    }
    try {
      read(frame);
    } catch (ProtocolException e) {
      violated(e);
      throw e;
    }
  }

  /**
   * Reads one frame.
   *
   * @throws ProtocolException if it is not allowed
   */
  abstract void read(ByteBuffer frame);

  @Override
  public final void violated(ProtocolException cause) {
    violated = true;
    exchange.violated(peer, cause);
  }

  /** For a frame that no link of this direction carries. */
  final ProtocolException unknown(byte kind) {
    return new ProtocolException("Unknown frame of kind " + kind + " from " + peer);
  }
}
