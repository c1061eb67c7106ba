// SPDX-License-Identifier: Apache-2.0
package io.heddle.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ConfigurationException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {
  private static final String PASSWORD = "correct horse";

  private final Path keyStore;
  private final Path passwordFile;

  IdentityTest(@TempDir Path directory) {
    keyStore = directory.resolve("identity.p12");
    passwordFile = directory.resolve("identity.password");
  }

  private X509Certificate write(String alias, Instant expires) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    KeyPair keys = generator.generateKeyPair();
    X500Principal name = new X500Principal("CN=bank");
    X509CertificateHolder signed =
        new JcaX509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(expires.minus(Duration.ofDays(2))),
                Date.from(expires),
                name,
                keys.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
    X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(signed);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        alias, keys.getPrivate(), PASSWORD.toCharArray(), new Certificate[] {certificate});
    try (OutputStream out = Files.newOutputStream(keyStore)) {
      store.store(out, PASSWORD.toCharArray());
    }
    Files.writeString(passwordFile, PASSWORD + "\n");
    setMode(keyStore, "rw-------");
    setMode(passwordFile, "rw-------");
    return certificate;
  }

  private static Instant tomorrow() {
    return Instant.now().plus(Duration.ofDays(1));
  }

  private static void setMode(Path file, String mode) throws Exception {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  @Test
  void load_goodFiles_yieldsKeyAndFingerprint() throws Exception {
    X509Certificate certificate = write(Identity.ALIAS, tomorrow());

    Identity identity = Identity.load(keyStore, passwordFile);

    byte[] publicKeyInfo = certificate.getPublicKey().getEncoded();
    String expected =
        "sha256:"
            + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(publicKeyInfo));
    assertThat(identity.fingerprint()).isEqualTo(expected);
    assertThat(identity.certificate()).isEqualTo(certificate);
    assertThat(identity.certificateChain()).containsExactly(certificate);
    assertThat(identity.privateKey().getAlgorithm()).isEqualTo("EC");
    assertThat(identity).hasToString("Identity[" + expected + "]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw---x---"})
  void load_filesOpenToOthers_areRefused(String mode) throws Exception {
    write(Identity.ALIAS, tomorrow());
    for (Path file : new Path[] {keyStore, passwordFile}) {
      setMode(file, mode);
      assertThatThrownBy(() -> Identity.load(keyStore, passwordFile))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("0600");
      setMode(file, "rw-------");
    }
  }

  @Test
  void load_missingFile_isNamed() throws Exception {
    write(Identity.ALIAS, tomorrow());
    Files.delete(passwordFile);
    assertThatThrownBy(() -> Identity.load(keyStore, passwordFile))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(passwordFile.toString())
        .hasMessageContaining("identity.password-file");
    Files.delete(keyStore);
    assertThatThrownBy(() -> Identity.load(keyStore, passwordFile))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(keyStore.toString())
        .hasMessageContaining("heddle init");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "wrong", "correct horse "})
  void load_wrongPassword_isRefusedWithoutShowingIt(String password) throws Exception {
    write(Identity.ALIAS, tomorrow());
    Files.writeString(passwordFile, password);
    assertThatThrownBy(() -> Identity.load(keyStore, passwordFile))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(keyStore.toString())
        .hasMessageContaining(passwordFile.toString())
        .hasMessageNotContaining("horse");
  }

  @Test
  void load_notAKeyStore_isRefused() throws Exception {
    write(Identity.ALIAS, tomorrow());
    Files.write(keyStore, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> Identity.load(keyStore, passwordFile))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("PKCS#12");
  }

  @Test
  void load_otherKeyName_isRefused() throws Exception {
    write("someone", tomorrow());
    assertThatThrownBy(() -> Identity.load(keyStore, passwordFile))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("No key with the name heddle");
  }

  @Test
  void load_expiredCertificate_isRefused() throws Exception {
    write(Identity.ALIAS, Instant.now().minus(Duration.ofMinutes(1)));
    assertThatThrownBy(() -> Identity.load(keyStore, passwordFile))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("not valid today")
        .hasMessageContaining("heddle init --force");
  }

  @Test
  void derive_sameKey_isTheSameForOnePurposeOnly() throws Exception {
    write(Identity.ALIAS, tomorrow());
    Identity identity = Identity.load(keyStore, passwordFile);
    byte[] context = {1, 2};
    byte[] secret = identity.derive("a purpose", context);
    assertThat(secret)
        .hasSize(32)
        .isEqualTo(Identity.load(keyStore, passwordFile).derive("a purpose", context))
        .isNotEqualTo(identity.derive("a purpose", new byte[] {1}, new byte[] {2}))
        .isNotEqualTo(identity.derive("a purpose"))
        .isNotEqualTo(identity.derive("another purpose", context));
    write(Identity.ALIAS, tomorrow());
    assertThat(Identity.load(keyStore, passwordFile).derive("a purpose", context))
        .isNotEqualTo(secret);
  }
}
