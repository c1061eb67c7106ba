// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What a TLS handshake with a peer has settled.
 *
 * @param when it was
 * @param version such as {@code TLSv1.3}
 * @param cipherSuite by its IANA name
 * @param application the application protocol (ALPN)
 * @param certificate that the peer has shown and proved to be its own
 */
public record Handshake(
    Instant when,
    String version,
    String cipherSuite,
    String application,
    X509Certificate certificate) {

  static Handshake of(SslHandler handler) throws SSLPeerUnverifiedException {
    SSLSession session = handler.engine().getSession();
    return new Handshake(
        Instant.now(),
        session.getProtocol(),
        session.getCipherSuite(),
        String.valueOf(Tls.applicationProtocol(handler)),
        (X509Certificate) session.getPeerCertificates()[0]);
  }
}
