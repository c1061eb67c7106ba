// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.channel.netty.NettyNetwork;

/** The whole contract where of two parties one dials both links, and nobody can dial the bank. */
class FirstDialsChannelTest extends ChannelContract {
  @Override
  Parties.Network network(ExchangeLimits limits, ExchangeTimeouts timeouts) {
    return new NettyNetwork(limits, timeouts, party -> FrameObserver.NONE).whereFirstDials();
  }
}
