// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.channel.netty.NettyNetwork;
import io.heddle.channel.netty.Proxy;
import io.heddle.channel.netty.TestProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The whole contract where every party dials through a gateway. */
class ProxyChannelTest {
  abstract static class Through extends ChannelContract {
    private final Proxy.Kind kind;
    private final List<TestProxy> opened = new ArrayList<>();

    Through(Proxy.Kind kind) {
      this.kind = kind;
    }

    @Override
    Parties.Network network(ExchangeLimits limits, ExchangeTimeouts timeouts) {
      try {
        TestProxy proxy = new TestProxy(kind);
        opened.add(proxy);
        return new NettyNetwork(
            limits,
            timeouts,
            party -> FrameObserver.NONE,
            IntUnaryOperator.identity(),
            proxy.route());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @AfterEach
    void close() throws IOException {
      for (TestProxy proxy : opened) {
        proxy.close();
      }
    }
  }

  @Nested
  class Http extends Through {
    Http() {
      super(Proxy.Kind.HTTP);
    }
  }

  @Nested
  class Socks5 extends Through {
    Socks5() {
      super(Proxy.Kind.SOCKS5);
    }
  }
}
