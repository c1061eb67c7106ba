// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeStart;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.MessageCodec;
import io.heddle.checkpoint.BlobStore;
import io.heddle.config.Address;
import io.heddle.config.PartyConfig.BlobSettings;
import io.heddle.config.PartyConfig.Dialling;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a {@link NettyExchange}. */
public final class NettyExchangeBuilder {
  /** A peer, as this party knows it; where it is never dialled, its place means nothing. */
  record Peer(String host, int port, Fingerprint fingerprint, Route route, Dialling dialling) {}

  final PartyId self;
  final MessageCodec codec;
  final Map<PartyId, Peer> peers = new TreeMap<>();
  final Map<PartyId, Fingerprint> bystanders = new TreeMap<>();
  boolean doctor;
  private @Nullable PrivateKey key;
  List<X509Certificate> chain = List.of();
  String listenHost = "0.0.0.0";
  int listenPort;
  boolean webSocket;
  TlsLibrary tls = TlsLibrary.ofThisProcess();
  ExchangeLimits limits = ExchangeLimits.DEFAULT;
  ExchangeTimeouts timeouts = ExchangeTimeouts.DEFAULT;
  FrameObserver observer = FrameObserver.NONE;
  ExchangeStart start = ExchangeStart.first();
  @Nullable BlobStore store;
  long blobsFrom = BlobSettings.USUAL_FROM_BYTES;
  final Map<PartyId, List<Address>> exchanges = new TreeMap<>();

  NettyExchangeBuilder(PartyId self, MessageCodec codec) {
    this.self = self;
    this.codec = codec;
  }

  /** This party's own key, and its certificate first in the chain. */
  public NettyExchangeBuilder identity(PrivateKey privateKey, List<X509Certificate> certificates) {
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("A party needs a certificate");
    }
    key = privateKey;
    chain = List.copyOf(certificates);
    return this;
  }

  /** Where to listen; port 0 takes a free one. */
  public NettyExchangeBuilder listen(String host, int port) {
    listenHost = host;
    listenPort = port;
    return this;
  }

  /** Whether peers may come by WebSocket as well; not if this is not called. */
  public NettyExchangeBuilder webSocket(boolean allowed) {
    webSocket = allowed;
    return this;
  }

  /** In the place of the one that this process uses. */
  NettyExchangeBuilder tls(TlsLibrary library) {
    tls = library;
    return this;
  }

  /**
   * Adds a peer.
   *
   * @param fingerprint {@code sha256:} and the 64 lower-case hexadecimal digits of the SHA-256 of
   *     the peer's SubjectPublicKeyInfo
   */
  public NettyExchangeBuilder peer(PartyId party, String host, int port, String fingerprint) {
    return peer(party, host, port, fingerprint, Route.DIRECT);
  }

  /** As {@link #peer(PartyId, String, int, String)}, past what stands between the parties. */
  public NettyExchangeBuilder peer(
      PartyId party, String host, int port, String fingerprint, Route route) {
    return peer(party, host, port, fingerprint, route, Dialling.OWN);
  }

  /**
   * As {@link #peer(PartyId, String, int, String, Route)}, and which of the two links with it this
   * party dials; where it is neither, host, port and route mean nothing.
   */
  public NettyExchangeBuilder peer(
      PartyId party, String host, int port, String fingerprint, Route route, Dialling dialling) {
    peers.put(party, new Peer(host, port, Fingerprint.parse(fingerprint), route, dialling));
    return this;
  }

  /**
   * Makes an exchange that only tries the way to its peers, by an application protocol of its own:
   * it can reach no job and end none. Links of jobs, and of the parties given here, are closed
   * without a word, so that they come again.
   *
   * @param others parties that this one knows and does not look for now, and their fingerprints
   */
  public NettyExchangeBuilder doctor(Map<PartyId, String> others) {
    doctor = true;
    others.forEach((party, fingerprint) -> bystanders.put(party, Fingerprint.parse(fingerprint)));
    return this;
  }

  public NettyExchangeBuilder limits(ExchangeLimits value) {
    limits = value;
    return this;
  }

  public NettyExchangeBuilder timeouts(ExchangeTimeouts value) {
    timeouts = value;
    return this;
  }

  public NettyExchangeBuilder observer(FrameObserver value) {
    observer = value;
    return this;
  }

  /**
   * Where blobs go that peers, and this party's own processes, bring by data links to the same
   * port; without it none are taken. The exchange does not close it.
   */
  public NettyExchangeBuilder store(BlobStore value) {
    store = value;
    return this;
  }

  /**
   * From how many bytes to each peer on this party puts a large message into stores, and does not
   * send it over the links; it must have a store of its own, too.
   */
  public NettyExchangeBuilder blobsFrom(long bytes) {
    blobsFrom = bytes;
    return this;
  }

  /**
   * Processes of a peer, or of this party itself, that take its blobs in the place of its driver
   * ({@link DataServer}); of a peer they are reached on the peer's route.
   */
  public NettyExchangeBuilder exchanges(PartyId party, List<Address> processes) {
    exchanges.put(party, List.copyOf(processes));
    return this;
  }

  /** For an exchange that may be started again, or is. */
  public NettyExchangeBuilder start(ExchangeStart value) {
    start = value;
    return this;
  }

  /**
   * Listens if a peer dials this party, and begins to dial; returns before any peer is there.
   *
   * @throws ConfigurationException if the port is in use, or the key cannot be used for TLS
   */
  public NettyExchange open() {
    if (key == null) {
      throw new IllegalArgumentException("A party needs a key and a certificate");
    }
    NettyExchange exchange = new NettyExchange(this, key, chain);
    exchange.start();
    return exchange;
  }
}
