// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** One exchange without a network: the test plays the peer, frame by frame. */
final class LoneExchange extends Exchange implements Link {
  final List<ByteBuffer> written = new ArrayList<>();

  LoneExchange(PartyId self, PartyId peer, ExchangeLimits limits) {
    super(
        self,
        List.of(peer),
        Parties.codec(TestMessage.TYPES),
        limits,
        ExchangeTimeouts.DEFAULT,
        FrameObserver.NONE);
  }

  @Override
  public byte[] fingerprint(PartyId party) {
    return new byte[32];
  }

  @Override
  protected void start() {}

  @Override
  protected void stop() {}

  @Override
  public void write(ByteBuffer frame, boolean wait) {
    written.add(frame);
  }
}
