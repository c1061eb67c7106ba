// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.netty.DataFrames.Name;
import io.heddle.channel.netty.DataFrames.Refusal;
import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A way to the store of one party: a peer's, to put what is for it, or the own one. Dials when it
 * is first used, and again when a link is lost: every request may be made twice. Safe for several
 * threads: each link carries one request at a time, and there are up to {@value #MAX_LINKS} links,
 * for whose next free one the others wait.
 */
public final class DataClient implements AutoCloseable {
  static final int MAX_LINKS = 4;

  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LAST_PAUSE_MILLIS = 1000;

  private final Tls tls;
  private final Pipelines pipelines;
  private final PartyId party;
  private final String host;
  private final int port;
  private final Route route;
  private final ExchangeTimeouts timeouts;
  private final EventLoopGroup threads;
  private final Semaphore free = new Semaphore(MAX_LINKS);
  private final Set<DataClientLink> links = ConcurrentHashMap.newKeySet();
  // Those that carry nothing now, the one that was used last first.
  private final Deque<DataClientLink> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  /**
   * Does not dial yet.
   *
   * @param party whose store it is
   */
  public DataClient(
      DataPins pins, PartyId party, String host, int port, Route route, ExchangeTimeouts timeouts) {
    tls = pins.tls(timeouts);
    pipelines = new Pipelines(tls, timeouts, false);
    this.party = party;
    this.host = host;
    this.port = port;
    this.route = route;
    this.timeouts = timeouts;
    threads =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("heddle-data-client", true), NioIoHandler.newFactory());
  }

  /**
   * Brings a blob; returns when it is on the other side's disk. Waits while there is no room.
   *
   * @param body at most {@link io.heddle.checkpoint.BlobStore#MAX_BYTES}; unchanged until this
   *     returns
   * @param alive asked before it is tried again; throws once there is no more use in it
   * @return its SHA-256, by which it is got
   * @throws PeerUnavailableException if the store is not there, or has no room, for too long
   * @throws ProtocolException if the party does not know the session
   */
  public byte[] put(String session, byte[] body, Runnable alive) {
    byte[] digest = Sha256.of(body);
    Name name = new Name(session, digest);
    answered(alive, link -> link.put(name, body));
    return digest;
  }

  /**
   * Gets a blob of the own store, which has checked its SHA-256 when it came and knows by the
   * encryption of its file that it is still the same (docs/adr/0020).
   *
   * @param maxBytes how long it may be
   * @param alive asked before it is tried again; throws once there is no more use in it
   * @throws ProtocolException if it is not there or too long
   */
  public byte[] get(String session, byte[] digest, int maxBytes, Runnable alive) {
    Name name = new Name(session, digest);
    return answered(alive, link -> link.get(name, maxBytes));
  }

  /** What is asked over a link. */
  private interface Request {
    DataClientLink.Answer make(DataClientLink link);
  }

  private byte[] answered(Runnable alive, Request request) {
    long begun = System.nanoTime();
    for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LAST_PAUSE_MILLIS)) {
      PeerUnavailableException failure;
      Duration patience;
      try {
        DataClientLink.Answer answer = overALink(request);
        Refusal refusal = answer.refusal();
        if (refusal == null) {
          return answer.body();
        }
        String words = "The store of party " + party + " " + refusal.words();
        switch (refusal) {
          case ROOM -> failure = new PeerUnavailableException(words);
          case FAILED -> throw new CheckpointException(words + ", its own log has the cause");
          default -> {
            // A peer that has ended the session says so, and why, over its link.
            pause(LAST_PAUSE_MILLIS);
            alive.run();
            throw new ProtocolException(words);
          }
        }
        patience = timeouts.receive();
      } catch (PeerUnavailableException e) {
        failure = e;
        patience = timeouts.reconnect();
      }
      if (System.nanoTime() - begun >= patience.toNanos()) {
        throw new PeerUnavailableException(
            failure.getMessage() + ", after " + ExchangeTimeouts.describe(patience), failure);
      }
      pause(pause);
      alive.run();
    }
  }

  private void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private PeerUnavailableException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new PeerUnavailableException("Interrupted while waiting for party " + party, cause);
  }

  private DataClientLink.Answer overALink(Request request) {
    try {
      free.acquire();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    try {
      DataClientLink link = link();
      boolean answered = false;
      try {
        DataClientLink.Answer answer = request.make(link);
        answered = true;
        return answer;
      } finally {
        if (answered) {
          idle.push(link);
        } else {
          forget(link);
        }
      }
    } finally {
      free.release();
    }
  }

  /** A link that carries nothing, dialled if there is none. */
  private DataClientLink link() {
    for (DataClientLink next = idle.poll(); next != null; next = idle.poll()) {
      if (next.isOpen()) {
        return next;
      }
      forget(next);
    }
    DataClientLink dialled = dial();
    links.add(dialled);
    if (closed) {
      forget(dialled);
      throw closed();
    }
    return dialled;
  }

  private void forget(DataClientLink link) {
    links.remove(link);
    link.cut();
  }

  private IllegalStateException closed() {
    return new IllegalStateException("The way to the store of party " + party + " is closed");
  }

  private DataClientLink dial() {
    if (closed) {
      throw closed();
    }
    DataClientLink next = new DataClientLink(tls, party, timeouts);
    var address = route.target(host, port);
    ChannelFuture dialled =
        route
            .resolve(new Bootstrap())
            .group(threads)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeouts.handshake().toMillis())
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    pipelines.dial(channel, party, LinkProtocol.OWN, address, route, next);
                  }
                })
            .connect(address)
            .awaitUninterruptibly();
    if (!dialled.isSuccess()) {
      throw new PeerUnavailableException(
          "The store of party " + party + " at " + host + ":" + port + " cannot be reached",
          dialled.cause());
    }
    next.awaitProof();
    return next;
  }

  /** Ends a request that is waiting, too. */
  @Override
  public void close() {
    closed = true;
    links.forEach(this::forget);
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
