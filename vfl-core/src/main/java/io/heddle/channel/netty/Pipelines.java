// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.party.PartyId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.proxy.ProxyConnectionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What stands on a connection, from the socket up: idle detection, what gateways ask for, TLS,
 * frames, meaning. Gateways stand below TLS: none of them is trusted with anything.
 */
final class Pipelines {
  private static final long LONGEST_SILENCE_MILLIS = 30_000;

  private final Tls tls;
  private final ExchangeTimeouts timeouts;

  Pipelines(Tls tls, ExchangeTimeouts timeouts) {
    this.tls = tls;
    this.timeouts = timeouts;
  }

  /** For a connection that this party dials. */
  void dial(Channel channel, PartyId party, Route route, LinkHandler handler) {
    ChannelPipeline pipeline = begin(channel);
    if (route.proxy() == null) {
      pipeline.addLast(tls.dial(party, channel.alloc()));
    } else {
      pipeline
          .addLast(route.proxy().handler(timeouts.handshake()))
          .addLast(new Gate(() -> tls.dial(party, channel.alloc())));
    }
    pipeline.addLast(new FrameDecoder()).addLast(handler);
  }

  /** For a connection that someone else has dialled. */
  void accept(Channel channel, LinkHandler handler) {
    begin(channel)
        .addLast(tls.accept(channel.alloc()))
        .addLast(new FrameDecoder())
        .addLast(handler);
  }

  private ChannelPipeline begin(Channel channel) {
    // Counts bytes, not TLS records: one of 16 KiB may take long on a link that is well.
    return channel.pipeline().addLast(idleDetection(timeouts.idle()));
  }

  /** However long silence is allowed here, what stands between the parties must not forget them. */
  static IdleStateHandler idleDetection(Duration idle) {
    long millis = idle.toMillis();
    return new IdleStateHandler(
        millis, Math.min(millis / 3, LONGEST_SILENCE_MILLIS), 0, TimeUnit.MILLISECONDS);
  }

  /** Whether both sides have proved who they are. */
  static boolean isProved(Channel channel) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    return handler != null && handler.handshakeFuture().isSuccess();
  }

  /** Keeps the place of TLS until the proxy has let the link through; what comes before is none. */
  private static final class Gate extends ChannelInboundHandlerAdapter {
    private final Supplier<SslHandler> tls;

    Gate(Supplier<SslHandler> tls) {
      this.tls = tls;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ProxyConnectionEvent) {
        context.pipeline().replace(this, null, tls.get());
      } else {
        context.fireUserEventTriggered(event);
      }
    }
  }
}
