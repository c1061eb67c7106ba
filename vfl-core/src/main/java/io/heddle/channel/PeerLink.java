// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;

/** One link between this party and a peer. A frame that is not allowed ends all that is read. */
abstract sealed class PeerLink implements FrameHandler permits InboundLink, OutboundLink {
  final Exchange exchange;
  final PartyId peer;
  final Link link;
  private volatile boolean violated;

  PeerLink(Exchange exchange, PartyId peer, Link link) {
    this.exchange = exchange;
    this.peer = peer;
    this.link = link;
  }

  final Link link() {
    return link;
  }

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
