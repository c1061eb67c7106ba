// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import io.heddle.channel.netty.TestIdentity;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * The least that Netty does to carry bytes over TLS 1.3: one array is written over and over, and
 * what arrives is counted and dropped. No frames, no digests, no credit.
 */
final class BareCopy implements Carrier {
  private static final int WRITES_AHEAD = 4;

  /** As the exchange's. */
  private static final SslProvider LIBRARY =
      OpenSsl.isAvailable() && !System.getProperty("heddle.tls", "auto").equals("jdk")
          ? SslProvider.OPENSSL
          : SslProvider.JDK;

  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final byte[] bytes;
  private final Semaphore arrived = new Semaphore(0);
  private final Channel sender;
  private final String cipher;

  /**
   * @param length of one write
   */
  BareCopy(int length) throws SSLException {
    bytes = new byte[length];
    TestIdentity identity = TestIdentity.generate();
    SslContext acceptor =
        SslContextBuilder.forServer(identity.key(), identity.certificate())
            .sslProvider(LIBRARY)
            .protocols("TLSv1.3")
            .build();
    SslContext dialler =
        SslContextBuilder.forClient()
            .sslProvider(LIBRARY)
            .protocols("TLSv1.3")
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .build();
    Channel listener =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(acceptor.newHandler(channel.alloc()))
                        .addLast(new Count());
                  }
                })
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
    sender =
        new Bootstrap()
            .group(threads)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(dialler.newHandler(channel.alloc()));
                  }
                })
            .connect(listener.localAddress())
            .syncUninterruptibly()
            .channel();
    SslHandler tls = sender.pipeline().get(SslHandler.class);
    tls.handshakeFuture().syncUninterruptibly();
    cipher = tls.engine().getSession().getCipherSuite();
  }

  private final class Count extends SimpleChannelInboundHandler<ByteBuf> {
    private long missing = bytes.length;

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf part) {
      missing -= part.readableBytes();
      while (missing <= 0) {
        missing += bytes.length;
        arrived.release();
      }
    }
  }

  /** What both sides agreed on. */
  String cipher() {
    return cipher;
  }

  @Override
  public void carry(int count) throws InterruptedException {
    ChannelFuture[] writes = new ChannelFuture[WRITES_AHEAD];
    for (int i = 0; i < count; i++) {
      ChannelFuture before = writes[i % WRITES_AHEAD];
      if (before != null) {
        before.sync();
      }
      writes[i % WRITES_AHEAD] = sender.writeAndFlush(Unpooled.wrappedBuffer(bytes));
    }
    arrived.acquire(count);
  }

  @Override
  public void close() {
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
