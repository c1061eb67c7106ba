// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.party.PartyId;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts public keys that were named beforehand, and whom they have signed for only where workers
 * may come ({@link Holder}). That the peer holds the key is proved by TLS; that the certificate is
 * in its time is checked here, for the JDK does not check it where the certificate is trusted
 * itself.
 */
final class PinnedTrust extends X509ExtendedTrustManager {
  private final TlsLibrary library;
  private final Map<Fingerprint, PartyId> parties;
  private final Map<Fingerprint, PartyId> onDataLinks;

  PinnedTrust(TlsLibrary library, Map<Fingerprint, PartyId> parties) {
    this(library, parties, Map.of());
  }

  /**
   * @param onDataLinks who counts there, with their workers
   */
  PinnedTrust(
      TlsLibrary library,
      Map<Fingerprint, PartyId> parties,
      Map<Fingerprint, PartyId> onDataLinks) {
    this.library = library;
    this.parties = Map.copyOf(parties);
    this.onDataLinks = Map.copyOf(onDataLinks);
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    check(chain, parties, false);
  }

  private void check(X509Certificate[] chain, Map<Fingerprint, PartyId> known, boolean workers)
      throws CertificateException {
    try {
      Holder unused = Holder.of(chain, known, workers);
    } catch (CertificateException e) {
      throw library.refusal(e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    // On the links of jobs nobody comes for a party.
    String protocol = engine.getHandshakeApplicationProtocol();
    if (protocol == null) {
      // Settled, but not told yet: when it is, Tls asks the same again, before it reads anything.
      anyone(chain);
    } else if (protocol.equals(Tls.DATA)) {
      check(chain, onDataLinks, true);
    } else {
      check(chain);
    }
  }

  private void anyone(X509Certificate[] chain) throws CertificateException {
    if (parties.containsKey(Fingerprint.of(chain[0])) || onDataLinks.isEmpty()) {
      check(chain);
    } else {
      check(chain, onDataLinks, true);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
