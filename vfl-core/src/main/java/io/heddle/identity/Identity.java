// SPDX-License-Identifier: Apache-2.0
package io.heddle.identity;

import io.heddle.crypto.Hkdf;
import io.heddle.crypto.Sha256;
import io.heddle.error.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The key pair by which a party proves who it is, with its self-signed certificate. Peers know it
 * by the {@link #fingerprint} of its public key, which people exchange once on a way they trust.
 * Keeps the private key in memory: do not put it into anything that travels. Immutable.
 */
public final class Identity {
  /** The name under which the key stands in its PKCS#12 file. */
  public static final String ALIAS = "heddle";

  private static final int SECRET_BYTES = 32;

  private final PrivateKey privateKey;
  private final X509Certificate certificate;

  private Identity(PrivateKey privateKey, X509Certificate certificate) {
    this.privateKey = privateKey;
    this.certificate = certificate;
  }

  /** An identity made in memory, as tests need it. The key must belong to the certificate. */
  public static Identity of(PrivateKey privateKey, X509Certificate certificate) {
    return new Identity(privateKey, certificate);
  }

  /**
   * Reads an identity as {@code heddle init} writes it.
   *
   * @param keyStore a PKCS#12 file
   * @param passwordFile a text file whose first line is the password
   * @throws ConfigurationException if a file is missing, is open to others than its owner, does not
   *     open with the password, or holds an expired certificate; names the file
   */
  public static Identity load(Path keyStore, Path passwordFile) {
    String maker = "`heddle init` makes it";
    OwnFile.require("identity.key-store", keyStore, maker);
    char[] password = OwnFile.readPassword("identity.password-file", passwordFile, maker);
    try (InputStream in = Files.newInputStream(keyStore)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, password);
      if (!(store.getKey(ALIAS, password) instanceof PrivateKey key)
          || !(store.getCertificate(ALIAS) instanceof X509Certificate certificate)) {
        throw new ConfigurationException(
            "No key with the name " + ALIAS + " in identity.key-store " + keyStore);
      }
      certificate.checkValidity();
      return new Identity(key, certificate);
    } catch (CertificateException e) {
      throw new ConfigurationException(
          "The certificate in identity.key-store "
              + keyStore
              + " is not valid today; make a new one with `heddle init --force` and give the peers its fingerprint",
          e);
    } catch (IOException | GeneralSecurityException e) {
      throw new ConfigurationException(
          "Cannot open identity.key-store "
              + keyStore
              + " with the password in "
              + passwordFile
              + ": must be a PKCS#12 file as `heddle init` writes it",
          e);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  /** For the TLS engine of this process only. */
  public PrivateKey privateKey() {
    return privateKey;
  }

  /**
   * A secret of 32 bytes that only the holder of the private key can make again: HKDF-SHA256 over
   * its PKCS#8 form. For what this party keeps to itself; other purposes or contexts give
   * independent bytes. The caller wipes it.
   *
   * @param purpose what it is for
   * @param context whatever else tells this use from others
   * @throws ConfigurationException if the key cannot leave the device that holds it
   */
  public byte[] derive(String purpose, byte[]... context) {
    byte[] secret = privateKey.getEncoded();
    if (secret == null) {
      throw new ConfigurationException(
          "The private key of " + this + " is in a device that does not give it out");
    }
    byte[][] info = new byte[context.length + 1][];
    info[0] = purpose.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(context, 0, info, 1, context.length);
    try {
      return Hkdf.derive(
          secret, "heddle identity v1".getBytes(StandardCharsets.UTF_8), info, SECRET_BYTES);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** What the TLS engine sends: the self-signed certificate alone. */
  public List<X509Certificate> certificateChain() {
    return List.of(certificate);
  }

  /** By what peers know this party: see {@link #fingerprint(PublicKey)}. */
  public String fingerprint() {
    return fingerprint(certificate.getPublicKey());
  }

  /**
   * {@code sha256:} and the SHA-256 of the key's SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7,
   * pinned as in RFC 7469) in lower-case hexadecimal digits. A renewed certificate for the same key
   * keeps it.
   */
  public static String fingerprint(PublicKey key) {
    return "sha256:" + HexFormat.of().formatHex(Sha256.of(key.getEncoded()));
  }

  /** The fingerprint; never the key. */
  @Override
  public String toString() {
    return "Identity[" + fingerprint() + "]";
  }
}
