// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.error.ConfigurationException;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.CertificateVerifier;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * Whose TLS 1.3 it is. Who is trusted is decided by {@link PinnedTrust} and {@link Tls} with
 * either, and both speak to each other.
 */
enum TlsLibrary {
  /** As Netty brings it, in machine code: fast from the first record on. */
  BORINGSSL {
    @Override
    Supplier<SSLEngine> engines(
        OwnKey key, PinnedTrust trust, boolean client, List<String> protocols) throws SSLException {
      SslContext context =
          (client
                  ? SslContextBuilder.forClient().keyManager(key)
                  : SslContextBuilder.forServer(key).clientAuth(ClientAuth.REQUIRE))
              .sslProvider(SslProvider.OPENSSL)
              .protocols(VERSION)
              .trustManager(trust)
              // Keys are pinned, not names.
              .endpointIdentificationAlgorithm(null)
              // It knows no other way; Tls refuses who has agreed on no protocol.
              .applicationProtocolConfig(
                  new ApplicationProtocolConfig(
                      Protocol.ALPN,
                      SelectorFailureBehavior.NO_ADVERTISE,
                      SelectedListenerFailureBehavior.ACCEPT,
                      protocols))
              .build();
      return () -> context.newEngine(PooledByteBufAllocator.DEFAULT);
    }

    /** By a number, of those that the peer is told as certificate_unknown. */
    @Override
    CertificateException refusal(CertificateException why) {
      return new OpenSslCertificateException(
          why.getMessage(), why, CertificateVerifier.X509_V_ERR_NO_EXPLICIT_POLICY);
    }
  },

  /** The JDK's, which is there wherever Java is. */
  JDK {
    /**
     * Not by the builder of Netty, which reads the system's certificates: half a second of a
     * process's start.
     */
    @Override
    Supplier<SSLEngine> engines(
        OwnKey key, PinnedTrust trust, boolean client, List<String> protocols)
        throws GeneralSecurityException {
      SSLContext context = SSLContext.getInstance(VERSION);
      context.init(new OwnKey[] {key}, new TrustManager[] {trust}, null);
      return () -> {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(client);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {VERSION});
        parameters.setApplicationProtocols(protocols.toArray(new String[0]));
        parameters.setNeedClientAuth(true);
        engine.setSSLParameters(parameters);
        return engine;
      };
    }

    @Override
    CertificateException refusal(CertificateException why) {
      return why;
    }
  };

  /** The system property that names one of them. */
  static final String PROPERTY = "heddle.tls";

  private static final String VERSION = "TLSv1.3";

  /**
   * The one to use here: that which {@value #PROPERTY} names, or else the fastest there is.
   *
   * @throws ConfigurationException if the property names none, or one that does not run here
   */
  static TlsLibrary ofThisProcess() {
    return named(System.getProperty(PROPERTY, "auto"));
  }

  static TlsLibrary named(String named) {
    return switch (named) {
      case "auto" -> OpenSsl.isAvailable() ? BORINGSSL : JDK;
      case "jdk" -> JDK;
      case "boringssl" -> {
        if (!OpenSsl.isAvailable()) {
          throw new ConfigurationException(
              PROPERTY + " = boringssl does not run here", OpenSsl.unavailabilityCause());
        }
        yield BORINGSSL;
      }
      default ->
          throw new ConfigurationException(
              PROPERTY + " is '" + named + "': must be auto, boringssl or jdk");
    };
  }

  /**
   * @param protocols that this side speaks (ALPN), the preferred one first
   * @return makes an engine per connection
   */
  abstract Supplier<SSLEngine> engines(
      OwnKey key, PinnedTrust trust, boolean client, List<String> protocols)
      throws GeneralSecurityException, SSLException;

  /** How this library wants to hear that a certificate does not count. */
  abstract CertificateException refusal(CertificateException why);
}
