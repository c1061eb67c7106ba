// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one party keeps of one job, so that the same command goes on after a crash: the two newest
 * commits and the journal, encrypted under the identity key, in a directory that one process at a
 * time uses. A new session: {@link #journal}, then {@link #commit} 0. After a crash: {@link
 * #newest}, {@link #journal} with its session, then the next commits. Not safe for several threads;
 * the journal is.
 */
public final class CheckpointStore implements AutoCloseable {
  private static final Pattern COMMIT = Pattern.compile("commit-(0|[1-9][0-9]{0,17})");
  private static final String JOURNAL = "journal";
  private static final int KEPT = 2;

  private final Path directory;
  private final JobKeys keys;
  private final StoreLock lock;
  private final Disk disk;
  private @Nullable Journal journal;
  private @Nullable String session;
  private @Nullable Checkpoint newest;
  private boolean searched;

  private CheckpointStore(Path directory, JobKeys keys, StoreLock lock, Disk disk) {
    this.directory = directory;
    this.keys = keys;
    this.lock = lock;
    this.disk = disk;
  }

  /** The state that a commit keeps. */
  @FunctionalInterface
  public interface Body {
    /** Writes all of it, and flushes what it put around the stream; closing that is harmless. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Opens the store of a job, an empty one if there is none, and removes what a crash left half
   * written.
   *
   * @param base where all jobs of a party have their directories; made if missing
   * @param identity the party's; under another key nothing of the store can be read
   * @param job what makes two commands the same one: the party's name, the canonical terms
   * @throws ConfigurationException if the directory cannot be made or others may use it
   * @throws CheckpointException if a running process uses it
   */
  public static CheckpointStore open(Path base, Identity identity, byte[]... job) {
    byte[] hash = hash(job);
    return open(base, hash, identity.derive("heddle checkpoint v1", hash), Disk.REAL);
  }

  /** With the job's key, which is wiped. */
  static CheckpointStore open(Path base, byte[] job, byte[] key, Disk disk) {
    JobKeys keys = new JobKeys(key);
    Path directory = base.toAbsolutePath().resolve(HexFormat.of().formatHex(job));
    boolean opened = false;
    try {
      makeDirectory(directory, base.toAbsolutePath(), disk);
      CheckpointStore store = new CheckpointStore(directory, keys, StoreLock.take(directory), disk);
      try {
        store.removeDrafts();
        opened = true;
        return store;
      } finally {
        if (!opened) {
          store.close();
        }
      }
    } catch (IOException e) {
      throw new ConfigurationException(
          "Cannot use the checkpoint directory " + directory + ": must be in a writable directory",
          e);
    } finally {
      if (!opened) {
        keys.wipe();
      }
    }
  }

  private static byte[] hash(byte[]... parts) {
    byte[][] framed = new byte[2 * parts.length][];
    for (int i = 0; i < parts.length; i++) {
      framed[2 * i] = ByteBuffer.allocate(4).putInt(parts[i].length).array();
      framed[2 * i + 1] = parts[i];
    }
    return Sha256.of(framed);
  }

  private static void makeDirectory(Path directory, Path base, Disk disk) throws IOException {
    Files.createDirectories(base, OwnerOnly.forDirectory(base));
    OwnerOnly.requireUnchangeable(base);
    if (!Files.exists(directory)) {
      Files.createDirectories(directory, OwnerOnly.forDirectory(base));
      disk.syncDirectory(base);
      Path above = base.getParent();
      if (above != null) {
        disk.syncDirectory(above);
      }
    }
    OwnerOnly.requireDirectory(directory);
  }

  private void removeDrafts() throws IOException {
    for (Path file : list(Disk.DRAFT_START + "*" + Disk.DRAFT_END)) {
      disk.delete(file);
    }
  }

  /** Where this job's files are. */
  public Path directory() {
    return directory;
  }

  /**
   * The newest commit that can be read to its end; it tells why a newer one could not. Null if
   * there is none.
   *
   * @throws CheckpointException if there are commits and none can be used
   */
  public @Nullable Checkpoint newest() {
    if (!searched) {
      newest = search();
      searched = true;
    }
    return newest;
  }

  private @Nullable Checkpoint search() {
    CheckpointException first = null;
    for (long number : numbers()) {
      try {
        return Checkpoint.check(
            file(number), keys, number, first == null ? null : first.getMessage());
      } catch (CheckpointException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw new CheckpointException(first.getMessage() + "; no other one can be used", first);
    }
    return null;
  }

  /**
   * One of the kept commits, as when the peer has only the one before the newest. Null if it is not
   * kept.
   *
   * @throws CheckpointException if it cannot be used
   */
  public @Nullable Checkpoint find(long number) {
    return numbers().contains(number) ? Checkpoint.check(file(number), keys, number, null) : null;
  }

  /**
   * The journal of a session: a new one if there is no commit yet, else the one that goes with the
   * commits.
   *
   * @param session the session id, 64 hex digits
   * @throws CheckpointException if the commits are of another session, or the journal is missing,
   *     damaged or not so far as the newest commit
   */
  public Journal journal(String session) {
    CheckpointHeader.requireDigest("session id", session);
    if (journal != null) {
      if (!session.equals(this.session)) {
        throw new IllegalStateException("The store is used by another session");
      }
      return journal;
    }
    Checkpoint last = newest();
    if (last != null && !last.session().equals(session)) {
      throw new CheckpointException(
          "The checkpoints in "
              + directory
              + " are of session "
              + last.session()
              + ": drop them before another one");
    }
    Journal opened =
        last == null
            ? Journal.create(directory, JOURNAL, keys, session, disk)
            : Journal.open(directory.resolve(JOURNAL), keys, session, last.journal(), disk);
    this.session = session;
    journal = opened;
    return opened;
  }

  /**
   * Writes a commit: it is on the disk when this returns, and after a failure the one before it
   * still is. The number is that of {@link #newest} or the next one: a party that goes on from the
   * commit before its newest writes that one again.
   *
   * @param terms the digest of the agreed terms, 64 hex digits
   * @param data the digest of the party's own data, 64 hex digits
   * @throws CheckpointException if the disk does not take it
   */
  public void commit(long number, String terms, String data, Body body) {
    Journal current = journal;
    String id = session;
    if (current == null || id == null) {
      throw new IllegalStateException("The session's journal comes before its first commit");
    }
    Checkpoint last = newest();
    if (last != null && number != last.number() && number != last.number() + 1) {
      throw new IllegalArgumentException(
          "Invalid commit " + number + " after commit " + last.number() + ": must be the next one");
    }
    current.force();
    CheckpointHeader header =
        new CheckpointHeader(id, number, terms, data, Platform.current(), current.mark());
    Path file = file(number);
    try {
      SealedFile.write(disk, directory, name(number), keys, header, body);
    } catch (IOException e) {
      throw new CheckpointException(
          "Cannot write the checkpoint " + file + ": is the disk full?", e);
    }
    newest = new Checkpoint(file, keys, header, null);
    removeOld();
  }

  private void removeOld() {
    List<Long> numbers = numbers();
    for (long number : numbers.subList(Math.min(KEPT, numbers.size()), numbers.size())) {
      try {
        disk.delete(file(number));
      } catch (IOException e) {
        // The new commit counts; the old file goes with the next one.
      }
    }
  }

  /**
   * Forgets the session: finished, given up, or another one is wanted. The store is empty then. A
   * crash on the way leaves the newest commit and its journal, or nothing that is used.
   *
   * @throws CheckpointException if a file cannot be deleted
   */
  public void drop() {
    try {
      closeJournal();
      List<Long> numbers = new ArrayList<>(numbers());
      numbers.sort(Comparator.naturalOrder());
      for (long number : numbers) {
        disk.delete(file(number));
      }
      disk.syncDirectory(directory);
      disk.delete(directory.resolve(JOURNAL));
      disk.syncDirectory(directory);
    } catch (IOException e) {
      throw new CheckpointException("Cannot delete the checkpoints in " + directory, e);
    }
    newest = null;
    searched = true;
  }

  private static String name(long number) {
    return "commit-" + number;
  }

  private Path file(long number) {
    return directory.resolve(name(number));
  }

  /** The numbers of the commits in the directory, the newest first. */
  private List<Long> numbers() {
    try {
      return list("commit-*").stream()
          .map(file -> COMMIT.matcher(file.getFileName().toString()))
          .filter(name -> name.matches())
          .map(name -> Long.valueOf(name.group(1)))
          .sorted(Comparator.reverseOrder())
          .toList();
    } catch (IOException e) {
      throw new CheckpointException("Cannot read the checkpoint directory " + directory, e);
    }
  }

  private List<Path> list(String glob) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, glob)) {
      stream.forEach(files::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return files;
  }

  private void closeJournal() throws IOException {
    Journal open = journal;
    journal = null;
    session = null;
    if (open != null) {
      open.close();
    }
  }

  /** Wipes the keys and lets another process in; the files stay. */
  @Override
  public void close() {
    keys.wipe();
    try (lock) {
      closeJournal();
    } catch (IOException e) {
      throw new CheckpointException("Cannot close the checkpoints in " + directory, e);
    }
  }
}
