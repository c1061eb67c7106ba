// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.party.PartyId;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.proxy.ProxyConnectionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What stands on a connection, from the socket up: idle detection, what gateways ask for, TLS,
 * frames, meaning. Gateways stand below TLS: none of them is trusted with anything.
 */
final class Pipelines {
  private static final long LONGEST_SILENCE_MILLIS = 30_000;
  private static final int FIRST_READ_BYTES = 2048;
  private static final int MOST_READ_BYTES = 256 << 10;

  private final Tls tls;
  private final ExchangeTimeouts timeouts;
  private final boolean webSocket;

  Pipelines(Tls tls, ExchangeTimeouts timeouts, boolean webSocket) {
    this.tls = tls;
    this.timeouts = timeouts;
    this.webSocket = webSocket;
  }

  /** For a connection that this party dials. */
  void dial(
      Channel channel,
      PartyId party,
      LinkProtocol protocol,
      InetSocketAddress address,
      Route route,
      ChannelHandler handler) {
    ChannelPipeline pipeline = begin(channel);
    if (route.proxy() != null) {
      pipeline.addLast(route.proxy().handler(timeouts.handshake()));
    }
    if (route.webSocket()) {
      pipeline.addLast(WebSockets.dial(address, timeouts.handshake()));
    }
    if (route.equals(Route.DIRECT)) {
      pipeline.addLast(tls.dial(party, protocol));
    } else {
      Predicate<Object> opens =
          route.webSocket() ? WebSockets::isOpen : ProxyConnectionEvent.class::isInstance;
      pipeline.addLast(new Gate(opens, () -> tls.dial(party, protocol)));
    }
    pipeline.addLast(new FrameDecoder()).addLast(handler);
  }

  /** For a connection that someone else has dialled. */
  void accept(Channel channel, ChannelHandler handler) {
    ChannelPipeline pipeline = begin(channel);
    if (webSocket) {
      long millis = timeouts.handshake().toMillis();
      long begun = System.nanoTime();
      Gate gate =
          new Gate(
              WebSockets::isOpen,
              () -> {
                SslHandler handshake = tls.accept();
                // One time-out for all of it.
                long spent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                handshake.setHandshakeTimeoutMillis(Math.max(1, millis - spent));
                return handshake;
              });
      pipeline.addLast(new Doorway(gate)).addLast(gate);
      Future<?> unused = channel.eventLoop().schedule(gate::expire, millis, TimeUnit.MILLISECONDS);
    } else {
      pipeline.addLast(tls.accept());
    }
    pipeline.addLast(new FrameDecoder()).addLast(handler);
  }

  private ChannelPipeline begin(Channel channel) {
    readMuchAtOnce(channel);
    // Counts bytes, not TLS records: one of 16 KiB may take long on a link that is well.
    return channel.pipeline().addLast(idleDetection(timeouts.idle()));
  }

  /** What comes fast is read in as large pieces as it is sent. */
  private static void readMuchAtOnce(Channel channel) {
    channel
        .config()
        .setRecvByteBufAllocator(
            new AdaptiveRecvByteBufAllocator(64, FIRST_READ_BYTES, MOST_READ_BYTES));
  }

  /** However long silence is allowed here, what stands between the parties must not forget them. */
  static IdleStateHandler idleDetection(Duration idle) {
    long millis = idle.toMillis();
    return new IdleStateHandler(millis, pingInterval(idle).toMillis(), 0, TimeUnit.MILLISECONDS);
  }

  static Duration pingInterval(Duration idle) {
    return Duration.ofMillis(Math.min(idle.toMillis() / 3, LONGEST_SILENCE_MILLIS));
  }

  /** Whether both sides have proved who they are. */
  static boolean isProved(Channel channel) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    return handler != null && handler.handshakeFuture().isSuccess();
  }

  /** Tells by its first byte whether a connection begins with TLS or with HTTP's GET. */
  private final class Doorway extends ByteToMessageDecoder {
    private final Gate gate;

    Doorway(Gate gate) {
      this.gate = gate;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      ChannelPipeline pipeline = context.pipeline();
      if (in.getByte(in.readerIndex()) == 'G') {
        ChannelHandler[] handlers = WebSockets.accept(timeouts.handshake());
        for (int i = handlers.length - 1; i >= 0; i--) {
          pipeline.addAfter(context.name(), null, handlers[i]);
        }
      } else {
        // What is neither is refused by TLS.
        gate.open(pipeline);
      }
      pipeline.remove(this);
    }
  }

  /** Keeps the place of TLS until the gateways have let the link through. */
  private static final class Gate extends ChannelInboundHandlerAdapter {
    private final Predicate<Object> opens;
    private final Supplier<SslHandler> tls;
    private @Nullable ChannelHandlerContext closed;

    Gate(Predicate<Object> opens, Supplier<SslHandler> tls) {
      this.opens = opens;
      this.tls = tls;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      closed = context;
    }

    /** What comes before is none of TLS. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      boolean isHttp = message instanceof HttpMessage;
      ReferenceCountUtil.release(message);
      if (isHttp) {
        context.fireExceptionCaught(
            new IOException("HTTP that asks for no WebSocket " + WebSockets.PATH));
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (opens.test(event)) {
        open(context.pipeline());
      } else {
        context.fireUserEventTriggered(event);
      }
    }

    void open(ChannelPipeline pipeline) {
      closed = null;
      pipeline.replace(this, null, tls.get());
    }

    /** The time for the whole handshake is over. */
    void expire() {
      ChannelHandlerContext context = closed;
      if (context != null && context.channel().isActive()) {
        context.fireExceptionCaught(new SslHandshakeTimeoutException("no handshake in time"));
      }
    }
  }
}
