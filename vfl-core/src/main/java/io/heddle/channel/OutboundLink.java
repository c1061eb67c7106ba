// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;

/** One link on which this party sends: its messages go out, the peer's credit comes back. */
final class OutboundLink extends PeerLink {
  private final Outbound outbound;
  private volatile boolean welcomed;

  OutboundLink(Exchange exchange, PartyId peer, Outbound outbound, Link link) {
    super(exchange, peer, link);
    this.outbound = outbound;
  }

  @Override
  ByteBuffer greeting() {
    return Frames.hail(exchange.run());
  }

  @Override
  public boolean isOpen() {
    return welcomed;
  }

  @Override
  void read(ByteBuffer frame) {
    byte kind = Frames.kind(frame);
    if (!welcomed && kind != Frames.WELCOME && kind != Frames.ABORT) {
      throw new ProtocolException("Frame of kind " + kind + " before the welcome of " + peer);
    }
    switch (kind) {
      case Frames.WELCOME -> welcome(Frames.readWelcome(Frames.control(frame)));
      case Frames.CREDIT -> credit(Frames.readCredit(Frames.control(frame)));
      case Frames.ABORT -> exchange.aborted(peer, Frames.readAbort(Frames.control(frame)));
      case Frames.BYE -> exchange.stopsReading(peer);
      case Frames.PING -> {}
      default -> throw unknown(kind);
    }
  }

  private void welcome(Frames.Welcome welcome) {
    if (welcomed) {
      throw new ProtocolException("Second welcome from " + peer);
    }
    welcomed = true;
    if (!outbound.use(this, welcome)) {
      link.close();
    }
  }

  private void credit(long sequence) {
    outbound.credit(this, sequence);
  }

  @Override
  public void lost(VflException cause) {
    outbound.lost(this, cause);
  }
}
