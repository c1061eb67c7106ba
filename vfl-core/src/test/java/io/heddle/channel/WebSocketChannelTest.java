// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.channel.netty.NettyNetwork;
import io.heddle.channel.netty.Route;
import java.util.function.IntUnaryOperator;

/** The whole contract where TLS goes in the frames of a WebSocket. */
class WebSocketChannelTest extends ChannelContract {
  /** Netty's leak detection, paranoid in tests, notes each eight bytes of a mask. */
  @Override
  int largeBytes() {
    return 2 << 20;
  }

  @Override
  Parties.Network network(ExchangeLimits limits, ExchangeTimeouts timeouts) {
    return new NettyNetwork(
        limits,
        timeouts,
        party -> FrameObserver.NONE,
        IntUnaryOperator.identity(),
        new Route(null, true));
  }
}
