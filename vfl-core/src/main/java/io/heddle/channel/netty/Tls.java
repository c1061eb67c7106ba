// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import io.netty.handler.ssl.SslHandler;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

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

  private static final String UNUSABLE =
      "The key and certificate of this party cannot be used for TLS 1.3";

  private final Map<Fingerprint, PartyId> parties;
  private final TlsLibrary library;
  private final OwnKey ownKey;
  private final Supplier<SSLEngine> acceptor;
  private final Map<Dialled, Supplier<SSLEngine>> diallers = new ConcurrentHashMap<>();
  private final long handshakeMillis;
  private final String family;
  private final Map<Fingerprint, PartyId> onDataLinks;

  /**
   * @param family of the protocols that this party dials with, and accepts; a doctor also accepts
   *     jobs, to close their links without a word
   * @param onDataLinks who may come on data links, with their workers; empty to accept none
   */
  Tls(
      TlsLibrary library,
      PrivateKey key,
      List<X509Certificate> chain,
      Map<Fingerprint, PartyId> parties,
      Duration handshake,
      String family,
      Map<Fingerprint, PartyId> onDataLinks) {
    this.library = library;
    this.family = family;
    this.onDataLinks = Map.copyOf(onDataLinks);
    this.parties = Map.copyOf(parties);
    handshakeMillis = handshake.toMillis();
    if (chain.isEmpty() || !chain.get(0).getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
      throw new ConfigurationException(UNUSABLE);
    }
    ownKey = new OwnKey(key, chain.toArray(new X509Certificate[0]));
    acceptor = engines(new PinnedTrust(library, parties, onDataLinks), false, accepted());
  }

  private Supplier<SSLEngine> engines(PinnedTrust trust, boolean client, List<String> protocols) {
    try {
      return library.engines(ownKey, trust, client, protocols);
    } catch (GeneralSecurityException | SSLException e) {
      throw new ConfigurationException(UNUSABLE, e);
    }
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

  /**
   * Whether the other side is a party's job where this one only tries the way, after a handshake.
   */
  boolean isForeign(SslHandler handler) {
    return !family.equals(PROTOCOL)
        && LinkProtocol.of(PROTOCOL, applicationProtocol(handler)) != null;
  }

  SslHandler accept() {
    return handler(acceptor.get());
  }

  SslHandler dial(PartyId peer, LinkProtocol protocol) {
    return handler(
        diallers.computeIfAbsent(new Dialled(peer, protocol.in(family)), this::dialler).get());
  }

  private record Dialled(PartyId peer, String protocol) {}

  private Supplier<SSLEngine> dialler(Dialled dialled) {
    Map<Fingerprint, PartyId> pinned =
        parties.entrySet().stream()
            .filter(entry -> entry.getValue().equals(dialled.peer))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    if (pinned.isEmpty()) {
      throw new AssertionError("No pinned key of " + dialled.peer);
    }
    return engines(new PinnedTrust(library, pinned), true, List.of(dialled.protocol));
  }

  private SslHandler handler(SSLEngine engine) {
    SslHandler handler = new SslHandler(engine);
    handler.setHandshakeTimeoutMillis(handshakeMillis);
    return handler;
  }

  /** What both sides have settled on; none before the handshake is done. */
  static @Nullable String applicationProtocol(SslHandler handler) {
    return handler.engine().getApplicationProtocol();
  }

  /** What the link is for, once the handshake is done. */
  LinkProtocol protocol(SslHandler handler) throws SSLPeerUnverifiedException {
    LinkProtocol protocol = LinkProtocol.of(family, applicationProtocol(handler));
    if (protocol == null) {
      throw new SSLPeerUnverifiedException("The peer does not speak " + family);
    }
    return protocol;
  }

  /** Whether a connection is a data link, after its handshake. */
  boolean isData(SslHandler handler) {
    return DATA.equals(applicationProtocol(handler));
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
