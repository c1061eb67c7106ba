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
  private final Map<Fingerprint, PartyId> parties;
  private final Map<Fingerprint, PartyId> onDataLinks;

  PinnedTrust(Map<Fingerprint, PartyId> parties) {
    this(parties, Map.of());
  }

  /**
   * @param onDataLinks who counts there, with their workers
   */
  PinnedTrust(Map<Fingerprint, PartyId> parties, Map<Fingerprint, PartyId> onDataLinks) {
    this.parties = Map.copyOf(parties);
    this.onDataLinks = Map.copyOf(onDataLinks);
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    Holder unused = Holder.of(chain, parties, false);
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
    // The protocol is settled by now: on the links of jobs nobody comes for a party.
    if (Tls.DATA.equals(engine.getHandshakeApplicationProtocol())) {
      Holder unused = Holder.of(chain, onDataLinks, true);
    } else {
      check(chain);
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
