// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.keyfile;

import io.heddle.error.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads a private key's file, encrypted and authenticated under a password, readable by
 * its owner only. For the schemes of this module, each of which has a class for its own keys.
 *
 * <p>A short password falls to whoever gets the file and tries many: use one of a generator. Every
 * opening takes a good part of a second by design.
 */
public final class KeyFile {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  private KeyFile() {}

  /** Makes a key of what a file held. */
  @FunctionalInterface
  public interface Parser<K> {
    /**
     * Reads a secret, which is wiped afterwards.
     *
     * @return null if this is no sound key of the scheme
     */
    @Nullable K parse(KeyScheme scheme, byte[] secret);
  }

  /**
   * Writes a key where no file is yet: whole or not at all, never readable by others.
   *
   * @param secret the key; the caller wipes it
   * @param password stays the caller's
   * @throws ConfigurationException if there is a file already or it cannot be written
   */
  public static void write(
      Path file, KeyScheme scheme, byte[] secret, char[] password, SecureRandom random) {
    if (password.length == 0) {
      throw new IllegalArgumentException("An empty password protects nothing");
    }
    if (Files.exists(file)) {
      throw new ConfigurationException(
          "There is a file " + file + " already: a private key does not replace it");
    }
    byte[] sealed = SealedKey.seal(scheme, secret, SealedKey.pbkdf2(password), random);
    try {
      writeAtOnce(file.toAbsolutePath(), sealed);
    } catch (IOException e) {
      throw new ConfigurationException("Cannot write the private key to " + file, e);
    }
  }

  private static void writeAtOnce(Path file, byte[] content) throws IOException {
    Path directory = file.getParent();
    if (directory == null) {
      throw new IOException("No directory for " + file);
    }
    FileAttribute<?>[] ownerOnly =
        Files.getFileStore(directory).supportsFileAttributeView("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Path draft = Files.createTempFile(directory, file.getFileName() + ".", ".tmp", ownerOnly);
    try {
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        ByteBuffer rest = ByteBuffer.wrap(content);
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
        channel.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /**
   * Reads a key.
   *
   * @param password stays the caller's
   * @throws ConfigurationException if the file is missing, others than its owner may use it, the
   *     password is another one, or a byte of it has changed; names the file and no secret
   */
  public static <K> K read(Path file, char[] password, Parser<K> parser) {
    requirePrivate(file);
    byte[] sealed = content(file);
    try {
      SealedKey.Opened opened = SealedKey.open(sealed, SealedKey.pbkdf2(password));
      return parse(file, opened, parser);
    } catch (GeneralSecurityException e) {
      throw cannotOpen(file, e);
    }
  }

  private static <K> K parse(Path file, SealedKey.Opened opened, Parser<K> parser) {
    try {
      K key = parser.parse(opened.scheme(), opened.secret());
      if (key == null) {
        throw new ConfigurationException(
            "The file " + file + " holds no sound private key of the expected scheme");
      }
      return key;
    } finally {
      Arrays.fill(opened.secret(), (byte) 0);
    }
  }

  private static void requirePrivate(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigurationException("No private key file " + file);
    }
    try {
      if (Files.getFileStore(file).supportsFileAttributeView("posix")
          && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
        throw new ConfigurationException(
            "Others than its owner may use the private key file " + file + ": must have mode 0600");
      }
    } catch (IOException e) {
      throw new ConfigurationException("Cannot read the private key file " + file, e);
    }
  }

  private static byte[] content(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(SealedKey.MAX_BYTES + 1);
    } catch (IOException e) {
      throw new ConfigurationException("Cannot read the private key file " + file, e);
    }
  }

  private static ConfigurationException cannotOpen(Path file, GeneralSecurityException cause) {
    return new ConfigurationException(
        "Cannot open the private key file "
            + file
            + ": another password, or not such a file, or damaged",
        cause);
  }
}
