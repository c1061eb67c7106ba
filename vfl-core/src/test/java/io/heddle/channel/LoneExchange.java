// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** One exchange without a network: the test plays the peer, frame by frame. */
final class LoneExchange extends Exchange {
  final List<ByteBuffer> written = new CopyOnWriteArrayList<>();

  LoneExchange(PartyId self, PartyId peer, ExchangeLimits limits) {
    this(self, peer, limits, ExchangeStart.first());
  }

  LoneExchange(PartyId self, PartyId peer, ExchangeLimits limits, ExchangeStart start) {
    this(self, peer, limits, start, Waiting.REAL);
  }

  LoneExchange(
      PartyId self, PartyId peer, ExchangeLimits limits, ExchangeStart start, Waiting waits) {
    super(
        self,
        List.of(peer),
        Parties.codec(TestMessage.TYPES),
        limits,
        new ExchangeTimeouts(
            Duration.ofSeconds(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            Duration.ofMillis(300)),
        FrameObserver.NONE,
        start,
        waits);
  }

  @Override
  public byte[] fingerprint(PartyId party) {
    return new byte[32];
  }

  @Override
  protected void start() {}

  @Override
  protected void stop() {}

  /** A link that keeps what is written. */
  private final class Wire implements Link {
    @Override
    public void write(ByteBuffer frame, boolean wait) {
      written.add(frame);
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}

    @Override
    public void cut() {}
  }

  Link wire() {
    return new Wire();
  }
}
