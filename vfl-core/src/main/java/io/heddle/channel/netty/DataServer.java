// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.checkpoint.BlobStore;
import io.heddle.error.ConfigurationException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Where a party takes large messages: a store behind data links (docs/protocol.md 8). Peers put
 * into it what is for this party, and the party's own processes get it. Safe for several threads.
 */
public final class DataServer implements AutoCloseable {
  private static final int MAX_UNPROVED = 16;

  private final Tls tls;
  private final Pipelines pipelines;
  private final DataRoom room;
  private final EventLoopGroup threads;
  private final ChannelGroup links = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Deque<Channel> unproved = new ArrayDeque<>();
  private final Channel listener;

  /**
   * Listens from now on.
   *
   * @param pins this party's own key and those of all peers that may put
   * @param port 0 takes a free one
   * @param webSocket whether others may come by WebSocket as well
   * @throws ConfigurationException if the port is in use
   */
  public DataServer(
      DataPins pins,
      String host,
      int port,
      boolean webSocket,
      BlobStore store,
      ExchangeTimeouts timeouts) {
    tls = pins.tls(timeouts);
    pipelines = new Pipelines(tls, timeouts, webSocket);
    room = new DataRoom(pins.self(), store, timeouts);
    threads =
        new MultiThreadIoEventLoopGroup(
            2, new DefaultThreadFactory("heddle-data", true), NioIoHandler.newFactory());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    accept(channel);
                  }
                })
            .bind(host, port)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      stop();
      throw new ConfigurationException(
          "Cannot listen on "
              + host
              + ":"
              + port
              + " (listen.host, blobs.exchanges): "
              + bound.cause().getMessage(),
          bound.cause());
    }
    listener = bound.channel();
  }

  private void accept(SocketChannel channel) {
    links.add(channel);
    Channel oldest = null;
    synchronized (unproved) {
      unproved.addLast(channel);
      // The oldest makes room: silent connections must not keep a peer out.
      if (unproved.size() > MAX_UNPROVED) {
        oldest = unproved.poll();
      }
    }
    if (oldest != null) {
      drop(oldest);
    }
    ChannelFuture unused = channel.closeFuture().addListener(closed -> proved(channel));
    pipelines.accept(channel, new DataDoor(tls, room, () -> proved(channel)));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // its handler is told
  private static void drop(Channel channel) {
    channel.close();
  }

  /** The other side is known, or gone. */
  private void proved(Channel channel) {
    synchronized (unproved) {
      unproved.remove(channel);
    }
  }

  /** The port it listens on. */
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Closes every link; the store stays open. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    links.close().awaitUninterruptibly();
    stop();
  }

  private void stop() {
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    room.close();
  }
}
