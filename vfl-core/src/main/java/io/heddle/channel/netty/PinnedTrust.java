// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.party.PartyId;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts public keys that were named beforehand, and nobody who signs for others. That the peer
 * holds the key is proved by TLS; that the certificate is in its time is checked here, for the JDK
 * does not check it where the certificate is trusted itself.
 */
final class PinnedTrust extends X509ExtendedTrustManager {
  private final Map<Fingerprint, PartyId> parties;

  PinnedTrust(Map<Fingerprint, PartyId> parties) {
    this.parties = Map.copyOf(parties);
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    Fingerprint fingerprint = Fingerprint.of(chain[0]);
    PartyId party = parties.get(fingerprint);
    if (party == null) {
      throw new CertificateException(
          "The public key has the fingerprint "
              + fingerprint
              + (parties.size() == 1
                  ? ", expected of "
                      + parties.entrySet().iterator().next().getValue()
                      + " is "
                      + parties.keySet().iterator().next()
                  : ", which belongs to no party"));
    }
    try {
      chain[0].checkValidity();
    } catch (CertificateExpiredException e) {
      throw new CertificateException(
          "The certificate of " + party + " expired on " + chain[0].getNotAfter().toInstant(), e);
    } catch (CertificateNotYetValidException e) {
      throw new CertificateException(
          "The certificate of "
              + party
              + " is not valid before "
              + chain[0].getNotBefore().toInstant(),
          e);
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
    check(chain);
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
