// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;

/** One link that this party dialled: its own messages go out, the peer's credit comes back. */
final class OutboundLink implements FrameHandler {
  private final Exchange exchange;
  private final PartyId peer;
  private final Outbound outbound;
  private final Link link;
  private volatile boolean welcomed;
  private volatile boolean violated;

  OutboundLink(Exchange exchange, PartyId peer, Outbound outbound, Link link) {
    this.exchange = exchange;
    this.peer = peer;
    this.outbound = outbound;
    this.link = link;
  }

  Link link() {
    return link;
  }

  @Override
  public void start() {}

  @Override
  public boolean isOpen() {
    return welcomed;
  }

  @Override
  public void frame(ByteBuffer frame) {
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

  @Override
  public void violated(ProtocolException cause) {
    violated = true;
    exchange.violated(peer, cause);
  }

  private void read(ByteBuffer frame) {
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
      default -> throw new ProtocolException("Unknown frame of kind " + kind + " from " + peer);
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
    // A link that was given up may still have something to say; the next one says it again.
    if (outbound.uses(this)) {
      outbound.credit(sequence);
    }
  }

  @Override
  public void lost(VflException cause) {
    outbound.lost(this, cause);
  }
}
