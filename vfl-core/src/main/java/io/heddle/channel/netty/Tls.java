// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * TLS 1.3 with certificates on both sides; nothing to choose but what a link is for, by the
 * application protocol.
 */
final class Tls {
  /** The application protocols of jobs begin so. */
  static final String PROTOCOL = "heddle/1";

  /** Those of who only try the way to a peer: no job understands it, so none is disturbed. */
  static final String DOCTOR = "heddle-doctor/1";

  /** Of large messages beside the links. */
  static final String DATA = "heddle-data/1";

  private final Map<Fingerprint, PartyId> parties;
  private final SslContext acceptor;
  private final PrivateKey key;
  private final X509Certificate[] certificates;
  private final Map<Dialled, SslContext> diallers = new ConcurrentHashMap<>();
  private final long handshakeMillis;
  private final String family;
  private final Map<Fingerprint, PartyId> onDataLinks;

  /** A link that this party may dial. */
  private record Dialled(PartyId peer, LinkProtocol protocol) {}

  /**
   * @param family of the protocols that this party dials with, and accepts; a doctor also accepts
   *     jobs, to close their links without a word
   * @param onDataLinks who may come on data links, with their workers; empty to accept none
   */
  Tls(
      PrivateKey key,
      List<X509Certificate> chain,
      Map<Fingerprint, PartyId> parties,
      Duration handshake,
      String family,
      Map<Fingerprint, PartyId> onDataLinks) {
    this.family = family;
    this.onDataLinks = Map.copyOf(onDataLinks);
    this.parties = Map.copyOf(parties);
    handshakeMillis = handshake.toMillis();
    this.key = key;
    certificates = chain.toArray(new X509Certificate[0]);
    try {
      acceptor =
          SslContextBuilder.forServer(key, certificates)
              .sslProvider(SslProvider.JDK)
              .protocols("TLSv1.3")
              .applicationProtocolConfig(alpn(accepted()))
              .clientAuth(ClientAuth.REQUIRE)
              .trustManager(new PinnedTrust(parties, onDataLinks))
              .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw unusable(e);
    }
  }

  private static ConfigurationException unusable(Exception cause) {
    return new ConfigurationException(
        "The key and certificate of this party cannot be used for TLS 1.3", cause);
  }

  /** Which of them a peer may use is told once it is known which peer it is. */
  private List<String> accepted() {
    if (family.equals(DATA)) {
      return List.of(DATA);
    }
    Stream<String> ofLinks =
        Stream.of(family, PROTOCOL)
            .distinct()
            .flatMap(
                each -> Arrays.stream(LinkProtocol.values()).map(protocol -> protocol.in(each)));
    return Stream.concat(ofLinks, onDataLinks.isEmpty() ? Stream.empty() : Stream.of(DATA))
        .toList();
  }

  private static ApplicationProtocolConfig alpn(List<String> protocols) {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.FATAL_ALERT,
        SelectedListenerFailureBehavior.FATAL_ALERT,
        protocols);
  }

  /**
   * Whether the other side is a party's job where this one only tries the way, after a handshake.
   */
  boolean isForeign(SslHandler handler) {
    return !family.equals(PROTOCOL)
        && LinkProtocol.of(PROTOCOL, handler.applicationProtocol()) != null;
  }

  SslHandler accept(ByteBufAllocator allocator) {
    return timed(acceptor.newHandler(allocator));
  }

  SslHandler dial(PartyId peer, LinkProtocol protocol, ByteBufAllocator allocator) {
    // Each costs some ten milliseconds, and most processes need few of them.
    return timed(
        diallers.computeIfAbsent(new Dialled(peer, protocol), this::dialler).newHandler(allocator));
  }

  private SslContext dialler(Dialled link) {
    Map<Fingerprint, PartyId> pinned =
        parties.entrySet().stream()
            .filter(entry -> entry.getValue().equals(link.peer()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    if (pinned.isEmpty()) {
      throw new AssertionError("No pinned key of " + link.peer());
    }
    try {
      return SslContextBuilder.forClient()
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3")
          .applicationProtocolConfig(alpn(List.of(link.protocol().in(family))))
          .keyManager(key, certificates)
          .trustManager(new PinnedTrust(pinned))
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw unusable(e);
    }
  }

  private SslHandler timed(SslHandler handler) {
    handler.setHandshakeTimeoutMillis(handshakeMillis);
    return handler;
  }

  /** What the link is for, once the handshake is done. */
  LinkProtocol protocol(SslHandler handler) throws SSLPeerUnverifiedException {
    LinkProtocol protocol = LinkProtocol.of(family, handler.applicationProtocol());
    if (protocol == null) {
      throw new SSLPeerUnverifiedException("The peer does not speak " + family);
    }
    return protocol;
  }

  /** Whether a connection is a data link, after its handshake. */
  boolean isData(SslHandler handler) {
    return DATA.equals(handler.applicationProtocol());
  }

  /** Who is at the other end of a data link once the handshake is done. */
  Holder holder(SslHandler handler) throws SSLPeerUnverifiedException {
    if (!isData(handler)) {
      throw new SSLPeerUnverifiedException("The peer does not speak " + DATA);
    }
    Certificate[] shown = handler.engine().getSession().getPeerCertificates();
    X509Certificate[] chain = Arrays.copyOf(shown, shown.length, X509Certificate[].class);
    try {
      return Holder.of(chain, handler.engine().getUseClientMode() ? parties : onDataLinks, true);
    } catch (CertificateException e) {
      throw (SSLPeerUnverifiedException)
          new SSLPeerUnverifiedException(String.valueOf(e.getMessage())).initCause(e);
    }
  }

  /** Who is at the other end once the handshake is done. */
  PartyId peer(SslHandler handler) throws SSLPeerUnverifiedException {
    Fingerprint fingerprint =
        Fingerprint.of(handler.engine().getSession().getPeerCertificates()[0]);
    PartyId party = parties.get(fingerprint);
    if (party == null) {
      throw new SSLPeerUnverifiedException("Unknown public key fingerprint " + fingerprint);
    }
    return party;
  }
}
