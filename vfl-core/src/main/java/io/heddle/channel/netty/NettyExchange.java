// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.AbortCode;
import io.heddle.channel.Blobs;
import io.heddle.channel.Exchange;
import io.heddle.channel.FrameHandler;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.netty.NettyExchangeBuilder.Peer;
import io.heddle.checkpoint.BlobStore;
import io.heddle.config.PartyConfig.Dialling;
import io.heddle.error.ConfigurationException;
import io.heddle.error.PeerIdentityException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.party.PartyId;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An exchange over TLS 1.3 sockets with certificates on both sides. Listens on one port, unless it
 * dials every link itself, and dials its peers until they are there. Which of the two sends on a
 * link ({@link LinkProtocol}) and which of them dialled it are two things. A party is known by the
 * SHA-256 of its public key alone: there is no authority, and names in certificates mean nothing;
 * but a certificate out of its time is refused. A link counts as open once the peer's first frame
 * has come over it. (docs/protocol.md 1.)
 */
public final class NettyExchange extends Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(NettyExchange.class);
  private static final int MAX_UNAUTHENTICATED = 16;
  private static final long FIRST_RETRY_MILLIS = 100;
  private static final long LAST_RETRY_MILLIS = 1000;
  private static final long LINGER_MILLIS = 1000;

  /** Links of which one at a time is of use. */
  private record Purpose(PartyId peer, LinkProtocol protocol) {}

  private final NettyExchangeBuilder settings;
  private final Map<PartyId, Peer> addresses;
  private final Fingerprint ownFingerprint;
  private final Tls tls;
  private final Pipelines pipelines;
  private final EventLoopGroup threads;
  private final @Nullable DataPlane data;
  private final ChannelGroup links = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Deque<Channel> unauthenticated = new ConcurrentLinkedDeque<>();
  private final Map<Purpose, Channel> hopeful = new ConcurrentHashMap<>();
  private final Map<PartyId, String> obstacles = new ConcurrentHashMap<>();
  private final Map<PartyId, Handshake> handshakes = new ConcurrentHashMap<>();
  private volatile @Nullable String lastRefused;
  private volatile boolean silent;
  private @Nullable Channel listener;

  NettyExchange(NettyExchangeBuilder settings, PrivateKey key, List<X509Certificate> chain) {
    super(
        settings.self,
        settings.peers.keySet(),
        settings.codec,
        settings.limits,
        settings.timeouts,
        settings.observer,
        settings.start);
    this.settings = settings;
    addresses = Map.copyOf(settings.peers);
    ownFingerprint = Fingerprint.of(chain.get(0));
    Map<PartyId, Fingerprint> known = new HashMap<>(settings.bystanders);
    addresses.forEach((party, peer) -> known.put(party, peer.fingerprint()));
    Map<Fingerprint, PartyId> allowed = Fingerprint.owners(known);
    if (allowed.containsKey(ownFingerprint)) {
      throw new ConfigurationException(
          "Party " + allowed.get(ownFingerprint) + " has the fingerprint of this party");
    }
    tls =
        new Tls(
            settings.tls,
            key,
            chain,
            allowed,
            settings.timeouts.handshake(),
            settings.doctor ? Tls.DOCTOR : Tls.PROTOCOL,
            settings.store == null ? Map.of() : onDataLinks(allowed));
    data = settings.store == null ? null : dataPlane(key, chain, settings.store);
    pipelines = new Pipelines(tls, settings.timeouts, settings.webSocket);
    threads =
        new MultiThreadIoEventLoopGroup(
            2, new DefaultThreadFactory("heddle-exchange", true), NioIoHandler.newFactory());
  }

  private DataPlane dataPlane(PrivateKey key, List<X509Certificate> chain, BlobStore store) {
    Map<PartyId, DataWays.Ways> ways = new HashMap<>();
    // The driver of a peer that this party does not dial for messages, it does not dial for blobs.
    addresses.forEach(
        (party, peer) ->
            ways.put(
                party,
                new DataWays.Ways(
                    peer.fingerprint().toString(),
                    exchanges(party, peer.route()),
                    peer.dialling() == Dialling.NEVER
                        ? null
                        : new DataWays.Way(peer.host(), peer.port(), peer.route()))));
    return new DataPlane(
        self(),
        key,
        chain,
        store,
        ways,
        new DataWays.Ways(ownFingerprint.toString(), exchanges(self(), Route.DIRECT), null),
        settings.blobsFrom,
        settings.timeouts,
        this::requireAlive);
  }

  private List<DataWays.Way> exchanges(PartyId party, Route route) {
    return settings.exchanges.getOrDefault(party, List.of()).stream()
        .map(address -> new DataWays.Way(address.host(), address.port(), route))
        .toList();
  }

  /** On data links this party's own processes come, too. */
  private Map<Fingerprint, PartyId> onDataLinks(Map<Fingerprint, PartyId> peers) {
    Map<Fingerprint, PartyId> all = new HashMap<>(peers);
    all.put(ownFingerprint, self());
    return all;
  }

  /** What a Netty exchange needs to know; key, certificate and at least one peer must be given. */
  public static NettyExchangeBuilder builder(PartyId self, MessageCodec codec) {
    return new NettyExchangeBuilder(self, codec);
  }

  @Override
  public byte[] fingerprint(PartyId party) {
    if (party.equals(self())) {
      return ownFingerprint.bytes();
    }
    return peer(party).fingerprint().bytes();
  }

  private Peer peer(PartyId party) {
    Peer peer = addresses.get(party);
    if (peer == null) {
      throw new IllegalArgumentException("Party " + party + " is no peer of " + self());
    }
    return peer;
  }

  /** The port this party listens on. */
  public int port() {
    Channel bound = listener;
    if (bound == null) {
      throw new IllegalStateException("The exchange does not listen");
    }
    return ((InetSocketAddress) bound.localAddress()).getPort();
  }

  @Override
  protected void openBlobs(String session) {
    if (data != null) {
      data.open(session);
    }
  }

  @Override
  public void closeBlobs(String session) {
    if (data != null) {
      data.close(session);
    }
  }

  @Override
  public @Nullable Blobs blobs(String session) {
    return data == null ? null : data.blobs(session);
  }

  @Override
  public boolean putsBlobs(long bytes) {
    return data != null && data.puts(bytes, listener != null);
  }

  @Override
  public void dropBlobs(String session, Collection<byte[]> digests) {
    if (data != null) {
      data.drop(session, digests);
    }
  }

  /**
   * What a worker of this party needs to reach all stores.
   *
   * @param host where other machines of this party find this process
   */
  public DataWays dataWays(String host) {
    if (data == null) {
      throw new IllegalStateException("The exchange has no store");
    }
    return data.ways(listener == null ? null : new DataWays.Way(host, port(), Route.DIRECT));
  }

  @Override
  protected void start() {
    String session = settings.start.session();
    if (session != null && data != null) {
      // Peers that were at it when this party crashed go on as soon as it listens.
      data.openAgain(session);
    }
    if (addresses.values().stream()
        .anyMatch(peer -> !LinkProtocol.takenUnder(peer.dialling()).isEmpty())) {
      listen();
    }
    addresses.forEach(
        (party, peer) ->
            LinkProtocol.dialledUnder(peer.dialling())
                .forEach(protocol -> dial(party, protocol, FIRST_RETRY_MILLIS)));
  }

  private void listen() {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(
                initializer(channel -> pipelines.accept(channel, new AcceptedLink(channel))))
            .bind(settings.listenHost, settings.listenPort)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      threads.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
      if (data != null) {
        data.stop();
        data.close();
      }
      throw new ConfigurationException(
          "Cannot listen on "
              + settings.listenHost
              + ":"
              + settings.listenPort
              + " (listen.host, listen.port): "
              + String.valueOf(bound.cause().getMessage()),
          bound.cause());
    }
    listener = bound.channel();
  }

  private void dial(PartyId party, LinkProtocol protocol, long retryMillis) {
    if (!isWanted(party)) {
      return;
    }
    Peer peer = peer(party);
    Route route = peer.route();
    InetSocketAddress address = route.target(peer.host(), peer.port());
    route
        .resolve(new Bootstrap())
        .group(threads)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeouts().handshake().toMillis())
        .handler(
            initializer(
                channel ->
                    pipelines.dial(
                        channel,
                        party,
                        protocol,
                        address,
                        route,
                        new DialledLink(party, protocol, peer, retryMillis))))
        .connect(address)
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                hindered(party, route.unreachable(connected.cause()));
              }
            });
  }

  /** What stands in the way of dialling a peer, if more is known than that it is not there. */
  private void hindered(PartyId party, @Nullable String words) {
    if (words != null && !words.equals(obstacles.put(party, words))) {
      LOG.warn("Party {} cannot be reached: {}", party, words);
    }
  }

  @Override
  protected String obstacle(PartyId peer) {
    String known = obstacles.getOrDefault(peer, "");
    String refused = lastRefused;
    return switch (peer(peer).dialling()) {
      case OWN -> known;
      case BOTH ->
          "this party dials both links ("
              + dialKey(peer)
              + " = both)"
              + (known.isEmpty() ? "" : "; " + known);
      case NEVER ->
          "this party waits to be dialled ("
              + dialKey(peer)
              + " = never)"
              + (refused == null ? "" : "; it has refused a connection: " + refused);
    };
  }

  private static String dialKey(PartyId peer) {
    return "peers." + peer + ".dial";
  }

  private void redial(PartyId party, LinkProtocol protocol, long retryMillis) {
    later(() -> dial(party, protocol, Math.min(2 * retryMillis, LAST_RETRY_MILLIS)), retryMillis);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // what runs later has its own way to fail
  private void later(Runnable action, long millis) {
    if (!threads.isShuttingDown()) {
      threads.schedule(action, millis, TimeUnit.MILLISECONDS);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // channelUnregistered tells
  private static void drop(Channel channel) {
    channel.close();
  }

  void keepAlive(PartyId peer, NettyLink link) {
    if (!silent) {
      ping(peer, link);
    }
  }

  /**
   * Whether this party sends no pings, and takes silence for no loss: to find out how long the way
   * to a peer bears silence.
   */
  public void silence(boolean on) {
    silent = on;
  }

  boolean isSilent() {
    return silent;
  }

  void proved(PartyId party, SslHandler tlsOfLink) throws SSLPeerUnverifiedException {
    Peer peer = addresses.get(party);
    if (tlsOfLink.engine().getUseClientMode()
        || (peer != null && peer.dialling() == Dialling.NEVER)) {
      handshakes.put(party, Handshake.of(tlsOfLink));
    }
  }

  /**
   * What the newest handshake with a peer has settled, of those that this party dialled if it dials
   * the peer; null if there was none.
   */
  public @Nullable Handshake handshake(PartyId party) {
    return handshakes.get(party);
  }

  /** Of the links for one purpose that are not in use yet the newest counts. */
  private void onlyHopeful(Purpose purpose, Channel newest) {
    Channel before = hopeful.put(purpose, newest);
    if (before != null && !before.equals(newest)) {
      LinkHandler handler = before.pipeline().get(LinkHandler.class);
      if (handler == null || !handler.isOpen()) {
        drop(before);
      }
    }
  }

  @Override
  protected void stop() {
    if (data != null) {
      data.stop();
    }
    Channel bound = listener;
    if (bound != null) {
      bound.close().awaitUninterruptibly();
    }
    flush();
    // A peer that has read the goodbye closes its links; closing ours before could lose what it has
    // not read yet, such as why the session ended.
    links.newCloseFuture().awaitUninterruptibly(LINGER_MILLIS);
    links.close().awaitUninterruptibly(LINGER_MILLIS);
    threads
        .shutdownGracefully(0, LINGER_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(2 * LINGER_MILLIS);
    if (data != null) {
      data.close();
    }
  }

  /** Waits until all that was written has gone out, as long as a peer may be silent. */
  private void flush() {
    long deadline = System.nanoTime() + timeouts().idle().toNanos();
    List<ChannelFuture> last =
        links.stream()
            .filter(Pipelines::isProved)
            .map(channel -> channel.writeAndFlush(Unpooled.EMPTY_BUFFER))
            .toList();
    for (ChannelFuture write : last) {
      write.awaitUninterruptibly(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  private ChannelInitializer<SocketChannel> initializer(Consumer<Channel> pipeline) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        links.add(channel);
        if (isClosed()) {
          drop(channel);
        } else {
          pipeline.accept(channel);
        }
      }
    };
  }

  private final class AcceptedLink extends LinkHandler {
    private final Channel channel;

    AcceptedLink(Channel channel) {
      super(NettyExchange.this, tls);
      this.channel = channel;
      unauthenticated.addLast(channel);
      // The oldest makes room, not the newest: silent connections must not keep a peer out.
      Channel oldest = unauthenticated.size() > MAX_UNAUTHENTICATED ? unauthenticated.poll() : null;
      if (oldest != null) {
        drop(oldest);
      }
    }

    @Override
    @Nullable FrameHandler authenticated(PartyId party, LinkProtocol protocol, NettyLink link) {
      unauthenticated.remove(channel);
      Dialling own = peer(party).dialling();
      if (!LinkProtocol.takenUnder(own).contains(protocol)) {
        misdialled(
            party,
            link,
            dialKey(self()),
            "Party "
                + party
                + " dials "
                + (protocol == LinkProtocol.OWN ? "its own link" : "both links")
                + ", and this party's "
                + dialKey(party)
                + " is "
                + own.word()
                + ": must be "
                + AbortCode.FITTING_DIALS);
        return null;
      }
      onlyHopeful(new Purpose(party, protocol), channel);
      FrameHandler frames = protocol.diallerSends() ? inbound(party, link) : outbound(party, link);
      frames.start();
      return frames;
    }

    @Override
    void data(ChannelHandlerContext context, Holder holder) {
      unauthenticated.remove(channel);
      if (data == null) {
        drop(channel);
      } else {
        DataDoor.open(context, holder, data.room());
      }
    }

    @Override
    void refused(@Nullable Throwable why) {
      unauthenticated.remove(channel);
      if (why != null) {
        String reason = HandshakeFailure.reason(why);
        lastRefused = reason;
        LOG.warn("Party {} refused a connection: {}", self(), reason);
      }
    }

    @Override
    void ended() {}
  }

  private final class DialledLink extends LinkHandler {
    private final PartyId party;
    private final LinkProtocol protocol;
    private final Peer peer;
    private final long retryMillis;

    DialledLink(PartyId party, LinkProtocol protocol, Peer peer, long retryMillis) {
      super(NettyExchange.this, tls);
      this.party = party;
      this.protocol = protocol;
      this.peer = peer;
      this.retryMillis = retryMillis;
    }

    @Override
    void data(ChannelHandlerContext context, Holder holder) {
      drop(context.channel());
    }

    @Override
    FrameHandler authenticated(PartyId proved, LinkProtocol settled, NettyLink link) {
      obstacles.remove(party);
      // The acceptor speaks first: a dialler does not know yet whether it was let in.
      return protocol.diallerSends() ? outbound(party, link) : inbound(party, link);
    }

    @Override
    void refused(@Nullable Throwable why) {
      Proxy.Refusal refusal = peer.route().refusal(why);
      if (refusal != null) {
        hindered(party, refusal.words());
        if (refusal.ofUser()) {
          failed(
              new PeerUnavailableException(
                  "Party " + party + " cannot be reached: " + refusal.words()));
          return;
        }
      }
      if (why == null || !HandshakeFailure.isVerdict(why)) {
        redial(party, protocol, retryMillis);
        return;
      }
      PeerIdentityException failure =
          new PeerIdentityException(
              "Authentication failed between this party, fingerprint "
                  + ownFingerprint
                  + ", and party "
                  + party
                  + " at "
                  + peer.host()
                  + ":"
                  + peer.port()
                  + ": "
                  + HandshakeFailure.reason(why),
              why);
      LOG.warn(failure.getMessage());
      // Not at once: the peer shall have dialled in the meantime and seen for itself.
      later(() -> failed(failure), 2 * LAST_RETRY_MILLIS);
    }

    @Override
    void ended() {
      redial(party, protocol, FIRST_RETRY_MILLIS);
    }
  }
}
