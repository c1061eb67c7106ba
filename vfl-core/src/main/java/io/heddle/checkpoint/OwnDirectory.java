// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.crypto.Hkdf;
import io.heddle.error.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Files that outlive a session, in a directory that only its owner may use: each is replaced whole
 * or not at all, and on the disk when the call returns. A sealed one is encrypted and authenticated
 * with its name (AES-256-GCM), so it passes for no other one; an older copy of itself does.
 *
 * <p>A sealed file: "HEDDLEOF", 4 bytes format version 1, 32 bytes salt, then the content,
 * encrypted, and a tag of 16 bytes; the key is HKDF-SHA256 over the owner's, with the salt, the
 * nonce is zero.
 */
public final class OwnDirectory {
  private static final byte[] MAGIC = "HEDDLEOF".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PURPOSE = "heddle own file v1".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int SALT_BYTES = 32;
  private static final int HEADER_BYTES = MAGIC.length + 4 + SALT_BYTES;
  private static final int MAX_SEALED_BYTES = 1 << 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  // Two locks of one process on a file fail instead of waiting for each other.
  private static final Object LOCKING = new Object();

  private final Path directory;

  private OwnDirectory(Path directory) {
    this.directory = directory;
  }

  /**
   * Takes a directory, and makes it if there is none.
   *
   * @throws io.heddle.error.ConfigurationException if others than its owner may use it
   * @throws CheckpointException if it cannot be made
   */
  public static OwnDirectory open(Path directory) {
    Path absolute = directory.toAbsolutePath();
    try {
      Path parent = absolute.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
        Files.createDirectories(absolute, OwnerOnly.forDirectory(parent));
      }
      OwnerOnly.requireDirectory(absolute);
      return new OwnDirectory(absolute);
    } catch (IOException e) {
      throw new CheckpointException("Cannot make the directory " + directory, e);
    }
  }

  /** Where a file of this name is. */
  public Path file(String name) {
    return directory.resolve(name);
  }

  /**
   * All of a file.
   *
   * @return null if there is none, or it has more bytes
   * @throws CheckpointException if it cannot be read
   */
  public byte @Nullable [] read(String name, int maxBytes) {
    Path file = file(name);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try (InputStream in = Files.newInputStream(file)) {
      OwnerOnly.requireFile(file);
      long size = Files.size(file);
      return size > maxBytes ? null : in.readNBytes((int) size);
    } catch (IOException e) {
      throw new CheckpointException("Cannot read the file " + file, e);
    }
  }

  /**
   * Replaces a file.
   *
   * @param parts one after another
   * @throws CheckpointException if it cannot be written; the one before is still there
   */
  public void write(String name, byte[]... parts) {
    try {
      Disk.REAL.replace(
          directory,
          name,
          out -> {
            for (byte[] part : parts) {
              out.write(part);
            }
          });
    } catch (IOException e) {
      throw new CheckpointException(
          "Cannot write the file " + file(name) + ": is the disk full?", e);
    }
  }

  /**
   * What was sealed under a name.
   *
   * @param key 32 bytes of the owner's
   * @return null if there is no such file
   * @throws CheckpointException if it is damaged, or was sealed under another key or name
   */
  public byte @Nullable [] readSealed(String name, byte[] key) {
    Path file = file(name);
    if (!Files.exists(file)) {
      return null;
    }
    byte[] bytes = read(name, MAX_SEALED_BYTES);
    if (bytes == null
        || bytes.length < HEADER_BYTES + Gcm.TAG_BYTES
        || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        || ByteBuffer.wrap(bytes).getInt(MAGIC.length) != VERSION) {
      throw refused(file);
    }
    byte[] header = Arrays.copyOf(bytes, HEADER_BYTES);
    int length = bytes.length - HEADER_BYTES;
    byte[] content = new byte[length - Gcm.TAG_BYTES];
    int opened =
        cipher(key, header)
            .open(nonce(), bound(header, name), bytes, HEADER_BYTES, length, content, 0);
    if (opened != content.length) {
      throw refused(file);
    }
    return content;
  }

  private static CheckpointException refused(Path file) {
    return new CheckpointException(
        "Cannot use the file "
            + file
            + ": it is damaged, of another version, or sealed under another identity key; delete it"
            + " to begin anew");
  }

  /**
   * Seals a file in the place of the one before.
   *
   * @param key 32 bytes of the owner's
   * @param content at most 60 KiB; the caller wipes it
   * @throws CheckpointException if it cannot be written; the one before is still there
   */
  public void writeSealed(String name, byte[] key, byte[] content) {
    if (content.length > MAX_SEALED_BYTES - HEADER_BYTES - Gcm.TAG_BYTES) {
      throw new IllegalArgumentException("A sealed file cannot have " + content.length + " bytes");
    }
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    byte[] header = ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).putInt(VERSION).put(salt).array();
    byte[] sealed = new byte[content.length + Gcm.TAG_BYTES];
    cipher(key, header).seal(nonce(), bound(header, name), content, 0, content.length, sealed, 0);
    write(name, header, sealed);
  }

  private static Gcm cipher(byte[] key, byte[] header) {
    byte[] salt = Arrays.copyOfRange(header, HEADER_BYTES - SALT_BYTES, HEADER_BYTES);
    return new Gcm(Hkdf.derive(key, salt, PURPOSE, 32));
  }

  /** Each salt makes a key of its own, which encrypts once. */
  private static byte[] nonce() {
    return new byte[Gcm.NONCE_BYTES];
  }

  private static byte[] bound(byte[] header, String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(header.length + text.length).put(header).put(text).array();
  }

  /**
   * Reads and replaces files while no other process of this machine does.
   *
   * @throws CheckpointException if the directory's lock cannot be had
   */
  public <T> T locked(Supplier<T> work) {
    synchronized (LOCKING) {
      try (FileChannel channel =
              FileChannel.open(
                  file("lock"),
                  Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                  OwnerOnly.forFile(directory));
          FileLock lock = channel.lock()) {
        if (!lock.isValid()) {
          throw new IOException("The lock is gone");
        }
        return work.get();
      } catch (IOException e) {
        throw new CheckpointException("Cannot lock the directory " + directory, e);
      }
    }
  }
}
