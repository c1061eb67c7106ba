// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.crypto.Hkdf;
import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import io.heddle.error.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bodies of large messages on a party's own disk, named by their SHA-256 within a session. Those of
 * a temporary store stay in memory while there is room for them. (docs/adr/0020.)
 *
 * <p>A blob is there whole and checked, or not at all. Putting one that is there changes nothing.
 * What a killed process left half written goes at the next opening. The files tell their lengths,
 * and neither names nor sessions. Safe for use by several threads.
 */
public final class BlobStore implements AutoCloseable {
  /** The largest body. */
  public static final int MAX_BYTES = 80 << 20;

  /** What a temporary store keeps in memory at most. */
  static final int MEMORY_BYTES = 64 << 20;

  private static final byte[] MAGIC = "HEDDLEBL".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int SALT_BYTES = 32;
  private static final int HEADER_BYTES = MAGIC.length + 4 + SALT_BYTES + 4;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path directory;
  private final Disk disk;
  private final byte[] files;
  private final byte[] names;
  private final long quotaBytes;
  private final BlobMemory memory;
  private final Set<String> open = new HashSet<>();
  private long usedBytes;
  private boolean closed;
  private boolean temporary;
  private @Nullable StoreLock lock;

  private BlobStore(Path directory, Disk disk, byte[] key, long quotaBytes, int memoryBytes)
      throws IOException {
    this.directory = directory;
    this.disk = disk;
    this.quotaBytes = quotaBytes;
    memory = new BlobMemory(memoryBytes);
    files = Hkdf.derive(key, new byte[0], utf8("heddle blob files v1"), 32);
    names = Hkdf.derive(key, new byte[0], utf8("heddle blob names v1"), 32);
    Arrays.fill(key, (byte) 0);
    for (Path session : list(directory)) {
      boolean closed = isDraft(session);
      for (Path file : list(session)) {
        if (closed || isDraft(file)) {
          disk.delete(file);
        } else {
          usedBytes += Files.size(file);
        }
      }
      if (closed) {
        disk.delete(session);
      }
    }
  }

  private static boolean isDraft(Path file) {
    return file.getFileName().toString().startsWith(Disk.DRAFT_START);
  }

  /**
   * Opens the store in a directory, which is made if it is not there.
   *
   * @param key 32 secret bytes, the same each time for blobs that are to be found again; wiped
   * @param quotaBytes how much the files may take in all
   * @throws CheckpointException if the directory cannot be used
   */
  public static BlobStore open(Path directory, byte[] key, long quotaBytes) {
    return open(directory, key, quotaBytes, Disk.REAL);
  }

  static BlobStore open(Path directory, byte[] key, long quotaBytes, Disk disk) {
    try {
      if (!Files.exists(directory)) {
        Files.createDirectories(directory, OwnerOnly.forDirectory(parent(directory)));
      }
      OwnerOnly.requireDirectory(directory);
      return new BlobStore(directory, disk, key, quotaBytes, 0);
    } catch (IOException e) {
      throw new CheckpointException("Cannot use the directory " + directory + " for blobs", e);
    }
  }

  /**
   * A store for the life of this process: its key is kept nowhere, and its files go when it is
   * closed.
   */
  public static BlobStore temporary(long quotaBytes) {
    return temporary(quotaBytes, MEMORY_BYTES);
  }

  static BlobStore temporary(long quotaBytes, int memoryBytes) {
    byte[] key = new byte[32];
    RANDOM.nextBytes(key);
    try {
      // Mode 0700 by itself.
      Path directory = Files.createTempDirectory("heddle-blobs-");
      BlobStore store = new BlobStore(directory, Disk.PASSING, key, quotaBytes, memoryBytes);
      store.temporary = true;
      return store;
    } catch (IOException e) {
      throw new CheckpointException("Cannot make a temporary directory for blobs", e);
    }
  }

  /**
   * The store of a process that serves all jobs of a party: a session that it took blobs of is open
   * again. No other process can use it meanwhile.
   *
   * @param base where all jobs of the party keep what is theirs
   * @param name of the store, within {@code base}
   * @param key 32 secret bytes, the same each time; wiped
   * @throws CheckpointException if a running process uses it
   * @throws io.heddle.error.ConfigurationException if the directory cannot be used
   */
  public static BlobStore shared(Path base, String name, byte[] key, long quotaBytes) {
    Path directory = base.toAbsolutePath().resolve(name);
    try {
      CheckpointStore.makeDirectory(directory, base.toAbsolutePath(), Disk.REAL);
      StoreLock taken = StoreLock.take(directory);
      boolean opened = false;
      try {
        BlobStore store = open(directory.resolve(StoreFiles.BLOBS), key, quotaBytes);
        store.lock = taken;
        opened = true;
        return store;
      } finally {
        if (!opened) {
          taken.close();
        }
      }
    } catch (IOException e) {
      throw new ConfigurationException(
          "Cannot use the directory " + directory + ": must be in a writable directory", e);
    }
  }

  /**
   * Deletes sessions that nobody has put anything into for so long.
   *
   * @return how many
   */
  public int forget(Duration untouched) {
    Instant limit = Instant.now().minus(untouched);
    int forgotten = 0;
    try {
      for (Path session : list(directory)) {
        if (Files.getLastModifiedTime(session).toInstant().isBefore(limit)) {
          forget(session);
          forgotten++;
        }
      }
      return forgotten;
    } catch (IOException e) {
      throw new CheckpointException("Cannot delete blobs in " + directory, e);
    }
  }

  /** Deletes a store that nobody has open. */
  static void delete(Path directory, Disk disk) throws IOException {
    if (Files.isDirectory(directory)) {
      for (Path session : list(directory)) {
        for (Path file : list(session)) {
          disk.delete(file);
        }
        disk.delete(session);
      }
      disk.delete(directory);
    }
  }

  private static Path parent(Path directory) {
    Path parent = directory.toAbsolutePath().getParent();
    return parent == null ? directory : parent;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Set<Path> list(Path directory) throws IOException {
    Set<Path> found = new HashSet<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(found::add);
    }
    return found;
  }

  /** From now on takes blobs of this session. */
  public void open(String session) {
    Path of = sessionDirectory(session);
    try {
      if (!Files.exists(of)) {
        Files.createDirectory(of, OwnerOnly.forDirectory(directory));
        disk.syncDirectory(directory);
      }
    } catch (FileAlreadyExistsException e) {
      // Opened twice at once.
    } catch (IOException e) {
      throw new CheckpointException("Cannot write to the directory " + directory, e);
    }
    synchronized (this) {
      open.add(session);
    }
  }

  /** Whether the session is open, so that its blobs are taken and given. */
  public synchronized boolean isOpen(String session) {
    return lock == null
        ? open.contains(session)
        : !closed && Files.isDirectory(sessionDirectory(session));
  }

  private Path sessionDirectory(String session) {
    return directory.resolve(name(session, new byte[0]));
  }

  private Path file(String session, byte[] digest) {
    return sessionDirectory(session).resolve(name(session, digest));
  }

  /** Nobody without the key can tell by its name what a file holds. */
  private String name(String session, byte[] digest) {
    byte[] keyed = Sha256.of(names, Sha256.of(utf8(session)), digest);
    return HexFormat.of().formatHex(keyed, 0, 16);
  }

  /** Whether a blob is there whole. */
  public boolean has(String session, byte[] digest) {
    Path file = file(session, digest);
    return memory.get(file) != null || Files.isRegularFile(file);
  }

  /**
   * Begins to take a blob.
   *
   * @param digest its SHA-256, 32 bytes
   * @param length 0 to {@link #MAX_BYTES} bytes
   * @return null if it is there already
   * @throws ProtocolException if the session is not open, the length is out of range, or the quota
   *     does not allow it
   */
  public @Nullable BlobUpload put(String session, byte[] digest, int length) {
    if (length < 0 || length > MAX_BYTES) {
      throw new ProtocolException(
          "Invalid blob of " + length + " bytes: must be 0 to " + MAX_BYTES);
    }
    requireOpen(session);
    if (has(session, digest)) {
      return null;
    }
    long cost = fileBytes(length);
    synchronized (this) {
      if (usedBytes + cost > quotaBytes) {
        throw new ProtocolException(
            "No room for a blob of "
                + length
                + " bytes: "
                + usedBytes
                + " of "
                + quotaBytes
                + " are taken");
      }
      usedBytes += cost;
    }
    boolean begun = false;
    try {
      Path target = file(session, digest);
      byte[] body = memory.reserve(length);
      BlobUpload.Draft draft =
          body == null ? new FileDraft(target, length) : new MemoryDraft(session, target, body);
      begun = true;
      return new BlobUpload(this, digest, length, draft);
    } catch (NoSuchFileException e) {
      throw closedMeanwhile(e);
    } catch (IOException e) {
      throw cannotWrite(e);
    } finally {
      if (!begun) {
        free(cost);
      }
    }
  }

  private synchronized void requireOpen(String session) {
    if (closed) {
      throw new IllegalStateException("The blob store is closed");
    }
    if (!isOpen(session)) {
      throw new ProtocolException("Blob of a session that is not open");
    }
  }

  static ProtocolException closedMeanwhile(NoSuchFileException cause) {
    return new ProtocolException("Blob of a session that is not open", cause);
  }

  private synchronized void free(long bytes) {
    usedBytes -= bytes;
  }

  /** How much the files take. */
  public synchronized long usedBytes() {
    return usedBytes;
  }

  /** What a blob counts for, wherever it is. */
  private static long fileBytes(int length) {
    long segments = Math.max(1, (length + Segments.BYTES - 1L) / Segments.BYTES);
    return HEADER_BYTES + length + (segments + 1) * Gcm.TAG_BYTES;
  }

  CheckpointException cannotWrite(IOException cause) {
    return new CheckpointException(
        "Cannot write a blob to " + directory + ": is the disk full?", cause);
  }

  /** The key of one file, which no other has: one under another name cannot be opened. */
  private Gcm gcm(byte[] salt, Path file) {
    String name = String.valueOf(file.getFileName());
    return new Gcm(Hkdf.derive(files, salt, utf8("heddle blob file v1 " + name), 32));
  }

  /** A blob that becomes a file. */
  private final class FileDraft implements BlobUpload.Draft {
    private final Path target;
    private final Path draft;
    private final long cost;
    private final FileChannel channel;
    private final SegmentOutput segments;
    private boolean ended;

    FileDraft(Path target, int length) throws IOException {
      this.target = target;
      cost = fileBytes(length);
      draft =
          Files.createTempFile(
              parent(target), Disk.DRAFT_START, Disk.DRAFT_END, OwnerOnly.forFile(directory));
      channel = FileChannel.open(draft, StandardOpenOption.WRITE);
      OutputStream out = disk.output(channel);
      byte[] salt = new byte[SALT_BYTES];
      RANDOM.nextBytes(salt);
      byte[] header =
          ByteBuffer.allocate(HEADER_BYTES)
              .put(MAGIC)
              .putInt(VERSION)
              .put(salt)
              .putInt(length)
              .array();
      Gcm gcm = gcm(salt, target);
      out.write(header);
      out.write(Segments.headerTag(gcm, header));
      segments = new SegmentOutput(gcm, out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      segments.write(bytes, offset, length);
    }

    @Override
    public void keep() throws IOException {
      segments.finish();
      disk.force(channel);
      channel.close();
      boolean again = Files.exists(target);
      disk.move(draft, target);
      ended = true;
      if (again) {
        // Two tasks have brought it at once.
        free(cost);
      }
      disk.syncDirectory(parent(target));
    }

    @Override
    public void drop() throws IOException {
      if (ended) {
        return;
      }
      ended = true;
      segments.wipe();
      free(cost);
      channel.close();
      disk.delete(draft);
    }
  }

  /** A blob that stays in memory. */
  private final class MemoryDraft implements BlobUpload.Draft {
    private final String session;
    private final Path target;
    private final byte[] body;
    private int filled;
    private boolean ended;

    MemoryDraft(String session, Path target, byte[] body) {
      this.session = session;
      this.target = target;
      this.body = body;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      System.arraycopy(bytes, offset, body, filled, length);
      filled += length;
    }

    @Override
    public void keep() throws IOException {
      synchronized (BlobStore.this) {
        if (!open.contains(session)) {
          throw new NoSuchFileException(target.toString());
        }
        ended = memory.keep(target, body);
      }
      drop();
    }

    @Override
    public void drop() {
      if (!ended) {
        ended = true;
        memory.release(body);
        free(fileBytes(body.length));
      }
    }
  }

  /**
   * A blob that is there.
   *
   * @param length of the body in bytes
   * @param body checked piece by piece as it is read; to be closed
   */
  public record Blob(int length, InputStream body) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  /**
   * Opens a blob.
   *
   * @return null if it is not there
   * @throws ProtocolException if the session is not open
   * @throws CheckpointException if the file was changed
   */
  public @Nullable Blob get(String session, byte[] digest) {
    requireOpen(session);
    Path file = file(session, digest);
    byte[] body = memory.get(file);
    if (body != null) {
      return new Blob(body.length, new ByteArrayInputStream(body));
    }
    try {
      InputStream in = Files.newInputStream(file);
      boolean opened = false;
      try {
        byte[] header = in.readNBytes(HEADER_BYTES);
        byte[] tag = in.readNBytes(Gcm.TAG_BYTES);
        if (header.length < HEADER_BYTES
            || !Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
            || ByteBuffer.wrap(header).getInt(MAGIC.length) != VERSION) {
          throw refused(file);
        }
        Gcm gcm =
            gcm(Arrays.copyOfRange(header, MAGIC.length + 4, MAGIC.length + 4 + SALT_BYTES), file);
        if (tag.length < Gcm.TAG_BYTES || !Segments.isHeaderTag(gcm, header, tag)) {
          throw refused(file);
        }
        long left = Files.size(file) - HEADER_BYTES - Gcm.TAG_BYTES;
        int length = ByteBuffer.wrap(header).getInt(HEADER_BYTES - 4);
        opened = true;
        return new Blob(length, new SegmentInput(file, gcm, in, left));
      } finally {
        if (!opened) {
          in.close();
        }
      }
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new CheckpointException("Cannot read the blob " + file, e);
    }
  }

  private static CheckpointException refused(Path file) {
    return new CheckpointException(
        "Cannot use the blob " + file + ": its header was changed, or it is of another key");
  }

  /**
   * Keeps a whole body.
   *
   * @return its SHA-256
   * @throws ProtocolException as {@link #put(String, byte[], int)}
   */
  public byte[] put(String session, byte[] body) {
    byte[] digest = Sha256.of(body);
    try (BlobUpload upload = put(session, digest, body.length)) {
      if (upload != null) {
        upload.append(body, 0, body.length);
        upload.finish();
      }
    }
    return digest;
  }

  /**
   * Reads a whole body.
   *
   * @param maxBytes how long it may be
   * @throws ProtocolException if it is not there or too long
   * @throws CheckpointException if the file was changed
   */
  public byte[] get(String session, byte[] digest, int maxBytes) {
    try (Blob blob = get(session, digest)) {
      if (blob == null) {
        throw new ProtocolException("The store has no such blob");
      }
      if (blob.length() > maxBytes) {
        throw new ProtocolException(
            "Blob of " + blob.length() + " bytes: must be at most " + maxBytes);
      }
      byte[] body = blob.body().readNBytes(blob.length());
      if (body.length < blob.length()) {
        throw new CheckpointException("A blob in " + directory + " was cut");
      }
      return body;
    } catch (IOException e) {
      throw new CheckpointException("Cannot read a blob in " + directory, e);
    }
  }

  /** Deletes blobs that nobody will ask for again; those that are not there are passed over. */
  public void drop(String session, Collection<byte[]> digests) {
    for (byte[] digest : digests) {
      delete(file(session, digest));
    }
  }

  /** Forgets a session with all its blobs: from now on they are refused. */
  public void close(String session) {
    Path of = sessionDirectory(session);
    synchronized (this) {
      open.remove(session);
      memory.removeAll(of).forEach(body -> free(fileBytes(body.length)));
    }
    try {
      if (Files.isDirectory(of)) {
        forget(of);
      }
    } catch (IOException e) {
      throw new CheckpointException("Cannot delete the blobs in " + of, e);
    }
  }

  /** Under another name at once, so that nothing more can come into it. */
  private void forget(Path session) throws IOException {
    Path closed =
        Files.createTempDirectory(directory, Disk.DRAFT_START, OwnerOnly.forDirectory(directory));
    try {
      disk.move(session, closed);
    } catch (NoSuchFileException e) {
      // Somebody else has been faster.
      disk.delete(closed);
      return;
    }
    boolean empty = false;
    while (!empty) {
      list(closed).forEach(this::delete);
      try {
        disk.delete(closed);
        empty = true;
      } catch (DirectoryNotEmptyException e) {
        // Who was about to make a file in it when it got its new name has made it.
      }
    }
  }

  private void delete(Path file) {
    byte[] body = memory.remove(file);
    if (body != null) {
      free(fileBytes(body.length));
    }
    try {
      long bytes = isDraft(file) || !Files.exists(file) ? 0 : Files.size(file);
      if (disk.delete(file)) {
        free(bytes);
      }
    } catch (NoSuchFileException e) {
      // Deleted twice at once.
    } catch (IOException e) {
      throw new CheckpointException("Cannot delete the blob " + file, e);
    }
  }

  /** Wipes the keys; the files stay, but those of a temporary store. */
  @Override
  public synchronized void close() {
    closed = true;
    open.clear();
    Arrays.fill(files, (byte) 0);
    Arrays.fill(names, (byte) 0);
    try {
      if (temporary) {
        delete(directory, disk);
      }
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      throw new CheckpointException("Cannot close the blobs in " + directory, e);
    }
  }
}
