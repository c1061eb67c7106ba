// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.party.PartyId;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** What all data links that one process dials have in common. Safe for several threads. */
public final class DataDialler implements AutoCloseable {
  private static final int THREADS = 2;

  private final Tls tls;
  private final Pipelines pipelines;
  private final ExchangeTimeouts timeouts;
  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(
          THREADS, new DefaultThreadFactory("heddle-data-client", true), NioIoHandler.newFactory());

  /** For links to the parties of {@code pins}. */
  public DataDialler(DataPins pins, ExchangeTimeouts timeouts) {
    tls = pins.tls(timeouts);
    pipelines = new Pipelines(tls, timeouts, false);
    this.timeouts = timeouts;
  }

  ExchangeTimeouts timeouts() {
    return timeouts;
  }

  /** A link that is not proved yet. */
  DataClientLink link(PartyId party) {
    return new DataClientLink(tls, party, timeouts);
  }

  /** Returns when the socket is connected, or is not. */
  ChannelFuture dial(PartyId party, InetSocketAddress address, Route route, DataClientLink link) {
    if (threads.isShuttingDown()) {
      throw new IllegalStateException("The way to the store of party " + party + " is closed");
    }
    return route
        .resolve(new Bootstrap())
        .group(threads)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeouts.handshake().toMillis())
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                pipelines.dial(channel, party, LinkProtocol.OWN, address, route, link);
              }
            })
        .connect(address)
        .awaitUninterruptibly();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // its handler is told
  void drop(Channel channel) {
    channel.close();
  }

  /** Ends requests that are waiting, too. */
  @Override
  public void close() {
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
