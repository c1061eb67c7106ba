// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

class InMemoryChannelTest extends ChannelContract {
  @Override
  Parties.Network network(ExchangeLimits limits, ExchangeTimeouts timeouts) {
    return (parties, codec) ->
        InMemoryExchange.network(parties, codec, limits, timeouts, party -> FrameObserver.NONE);
  }
}
