// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** For tests: a fresh key on P-256 and its self-signed certificate. */
public record TestIdentity(PrivateKey key, X509Certificate certificate) {

  /** Valid for an hour before and after now. */
  public static TestIdentity generate() {
    return generate(Duration.ofHours(-1), Duration.ofHours(1));
  }

  /** Valid between two moments, counted from now. */
  public static TestIdentity generate(Duration from, Duration to) {
    Instant now = Instant.now();
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      X500Principal name = new X500Principal("CN=test");
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  new JcaX509v3CertificateBuilder(
                          name,
                          BigInteger.ONE,
                          Date.from(now.plus(from)),
                          Date.from(now.plus(to)),
                          name,
                          pair.getPublic())
                      .build(
                          new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
      return new TestIdentity(pair.getPrivate(), certificate);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError("No test certificate", e);
    }
  }

  /** A fresh key whose certificate this one has signed. */
  TestIdentity sign() {
    TestIdentity other = generate();
    try {
      X509Certificate signed =
          new JcaX509CertificateConverter()
              .getCertificate(
                  new JcaX509v3CertificateBuilder(
                          certificate.getSubjectX500Principal(),
                          BigInteger.TWO,
                          certificate.getNotBefore(),
                          certificate.getNotAfter(),
                          new X500Principal("CN=signed"),
                          other.certificate().getPublicKey())
                      .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
      return new TestIdentity(other.key(), signed);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError("No test certificate", e);
    }
  }

  /**
   * A fresh key whose certificate this one has signed for a worker.
   *
   * @param uris what it names
   */
  TestIdentity worker(Duration from, Duration to, String... uris) {
    TestIdentity other = generate();
    Instant now = Instant.now();
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              certificate.getSubjectX500Principal(),
              BigInteger.TWO,
              Date.from(now.plus(from)),
              Date.from(now.plus(to)),
              new X500Principal("CN=worker"),
              other.certificate().getPublicKey());
      if (uris.length > 0) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                Arrays.stream(uris)
                    .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                    .toArray(GeneralName[]::new)));
      }
      X509Certificate signed =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
      return new TestIdentity(other.key(), signed);
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new AssertionError("No test certificate", e);
    }
  }

  /** As in a configuration. */
  public String fingerprint() {
    return Fingerprint.of(certificate).toString();
  }

  @Override
  public String toString() {
    return fingerprint();
  }
}
