// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.channel.netty.DataWays;
import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A party's word that a process works for it: for one session and a day, and on data links only
 * (docs/protocol.md 8).
 */
final class WorkerCertificate {
  private static final Duration LIFE = Duration.ofHours(24);

  private WorkerCertificate() {}

  /**
   * Signs one.
   *
   * @param publicKey of the worker, on P-256, as in a SubjectPublicKeyInfo
   * @param session 64 hex digits
   * @return the worker's certificate and the party's
   */
  static List<byte[]> sign(Identity identity, byte[] publicKey, String session) {
    Instant now = Instant.now();
    try {
      PublicKey worker =
          KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(publicKey));
      byte[] signed =
          new JcaX509v3CertificateBuilder(
                  identity.certificate().getSubjectX500Principal(),
                  BigInteger.valueOf(now.toEpochMilli()),
                  // An hour back, since another clock may be behind.
                  Date.from(now.minus(Duration.ofHours(1))),
                  Date.from(now.plus(LIFE)),
                  new X500Principal("CN=worker"),
                  worker)
              .addExtension(
                  Extension.subjectAlternativeName,
                  false,
                  new GeneralNames(
                      new GeneralName(
                          GeneralName.uniformResourceIdentifier, DataWays.workerName(session))))
              .build(new JcaContentSignerBuilder(algorithm(identity)).build(identity.privateKey()))
              .getEncoded();
      return List.of(signed, identity.certificate().getEncoded());
    } catch (CertificateEncodingException e) {
      throw new AssertionError("a certificate that was read", e);
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new ConfigurationException(
          "The key of this party cannot sign the certificate of an executor", e);
    }
  }

  private static String algorithm(Identity identity) {
    return switch (identity.privateKey().getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> identity.privateKey().getAlgorithm();
    };
  }
}
