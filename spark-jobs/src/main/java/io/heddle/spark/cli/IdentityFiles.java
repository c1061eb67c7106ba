// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes a party's identity: a P-256 key pair with a self-signed certificate for three years. */
public final class IdentityFiles {
  private static final int YEARS = 3;
  private static final List<String> ITERATIONS =
      List.of("certPbeIterationCount", "keyPbeIterationCount", "macIterationCount");

  private IdentityFiles() {}

  /**
   * Writes {@code identity.p12} and {@code identity.password} into a directory, readable by their
   * owner only.
   *
   * @param directory made if it is not there
   * @param replace whether files that are there already may go; else they are refused
   * @return the new identity, as {@link Identity#load} reads it
   * @throws ConfigurationException if a file is there already or cannot be written
   */
  public static Identity create(PartyId party, Path directory, boolean replace) {
    Path keyStore = directory.resolve("identity.p12");
    Path passwordFile = directory.resolve("identity.password");
    SecureRandom random = new SecureRandom();
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    String password = HexFormat.of().formatHex(secret);
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair keys = generator.generateKeyPair();
      // The password is 256 random bits: nobody guesses it, so there is nobody to slow down.
      ITERATIONS.forEach(name -> Security.setProperty("keystore.pkcs12." + name, "1"));
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          Identity.ALIAS,
          keys.getPrivate(),
          password.toCharArray(),
          new Certificate[] {selfSigned(party, keys, random)});
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      store.store(bytes, password.toCharArray());
      Files.createDirectories(directory);
      if (replace) {
        Files.deleteIfExists(keyStore);
        Files.deleteIfExists(passwordFile);
      }
      if (Files.exists(passwordFile)) {
        throw new FileAlreadyExistsException(passwordFile.toString());
      }
      writePrivate(keyStore, bytes.toByteArray());
      writePrivate(passwordFile, (password + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (FileAlreadyExistsException e) {
      throw new ConfigurationException(
          "There is a file "
              + e.getFile()
              + " already: --force replaces the identity, and then every peer needs the new fingerprint",
          e);
    } catch (IOException e) {
      throw new ConfigurationException("Cannot write the identity into " + directory, e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError("every JDK has EC keys and PKCS#12", e);
    }
    return Identity.load(keyStore, passwordFile);
  }

  /** Where {@link #create} puts the files. */
  public static PartyConfig.KeyFiles in(Path directory) {
    return new PartyConfig.KeyFiles(
        directory.resolve("identity.p12"), directory.resolve("identity.password"));
  }

  private static X509Certificate selfSigned(PartyId party, KeyPair keys, SecureRandom random)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    X500Principal name = new X500Principal("CN=" + party.name() + ",O=Heddle");
    Instant now = Instant.now();
    // An hour back, since the peer's clock may be behind.
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    name,
                    new BigInteger(127, random).setBit(0),
                    Date.from(now.minusSeconds(3600)),
                    Date.from(now.atOffset(ZoneOffset.UTC).plusYears(YEARS).toInstant()),
                    name,
                    keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
  }

  private static void writePrivate(Path file, byte[] content) throws IOException {
    FileAttribute<?>[] ownerOnly =
        Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Files.createFile(file, ownerOnly);
    Files.write(file, content);
  }
}
