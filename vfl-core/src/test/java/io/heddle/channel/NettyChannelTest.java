// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.channel.netty.NettyNetwork;

class NettyChannelTest extends ChannelContract {
  @Override
  Parties.Network network(ExchangeLimits limits, ExchangeTimeouts timeouts) {
    return new NettyNetwork(limits, timeouts, party -> FrameObserver.NONE);
  }
}
