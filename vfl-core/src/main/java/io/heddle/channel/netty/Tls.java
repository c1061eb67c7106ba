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
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** TLS 1.3 with certificates on both sides and one application protocol; nothing to choose. */
final class Tls {
  static final String PROTOCOL = "heddle/1";

  /** Of those who only try the way to a peer: no job understands it, so none is disturbed. */
  static final String DOCTOR = "heddle-doctor/1";

  /** Of large messages beside the links. */
  static final String DATA = "heddle-data/1";

  private final Map<Fingerprint, PartyId> parties;
  private final SslContext acceptor;
  private final Map<PartyId, SslContext> diallers = new HashMap<>();
  private final long handshakeMillis;
  private final String protocol;

  /**
   * @param protocol what this party dials with, and accepts; a doctor also accepts jobs, to close
   *     their links without a word
   */
  Tls(
      PrivateKey key,
      List<X509Certificate> chain,
      Map<Fingerprint, PartyId> parties,
      Duration handshake,
      String protocol) {
    this.protocol = protocol;
    this.parties = Map.copyOf(parties);
    handshakeMillis = handshake.toMillis();
    X509Certificate[] certificates = chain.toArray(new X509Certificate[0]);
    try {
      acceptor =
          SslContextBuilder.forServer(key, certificates)
              .sslProvider(SslProvider.JDK)
              .protocols("TLSv1.3")
              .applicationProtocolConfig(
                  protocol.equals(DOCTOR) ? alpn(DOCTOR, PROTOCOL) : alpn(protocol))
              .clientAuth(ClientAuth.REQUIRE)
              .trustManager(new PinnedTrust(parties))
              .build();
      for (Map.Entry<Fingerprint, PartyId> entry : parties.entrySet()) {
        diallers.put(
            entry.getValue(),
            SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3")
                .applicationProtocolConfig(alpn(protocol))
                .keyManager(key, certificates)
                .trustManager(new PinnedTrust(Map.of(entry.getKey(), entry.getValue())))
                .build());
      }
    } catch (SSLException | IllegalArgumentException e) {
      throw new ConfigurationException(
          "The key and certificate of this party cannot be used for TLS 1.3", e);
    }
  }

  private static ApplicationProtocolConfig alpn(String... protocols) {
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
    return !protocol.equals(PROTOCOL) && PROTOCOL.equals(handler.applicationProtocol());
  }

  SslHandler accept(ByteBufAllocator allocator) {
    return timed(acceptor.newHandler(allocator));
  }

  SslHandler dial(PartyId peer, ByteBufAllocator allocator) {
    SslContext context = diallers.get(peer);
    if (context == null) {
      throw new AssertionError("No pinned key of " + peer);
    }
    return timed(context.newHandler(allocator));
  }

  private SslHandler timed(SslHandler handler) {
    handler.setHandshakeTimeoutMillis(handshakeMillis);
    return handler;
  }

  /** Who is at the other end once the handshake is done. */
  PartyId peer(SslHandler handler) throws SSLPeerUnverifiedException {
    if (!protocol.equals(handler.applicationProtocol())) {
      throw new SSLPeerUnverifiedException("The peer does not speak " + protocol);
    }
    Fingerprint fingerprint =
        Fingerprint.of(handler.engine().getSession().getPeerCertificates()[0]);
    PartyId party = parties.get(fingerprint);
    if (party == null) {
      throw new SSLPeerUnverifiedException("Unknown public key fingerprint " + fingerprint);
    }
    return party;
  }
}
