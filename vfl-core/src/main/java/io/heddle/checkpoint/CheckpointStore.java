// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one party keeps of one job, so that the same command goes on after a crash: the two newest
 * commits, what came in since then, and the journal, encrypted under the identity key, in a
 * directory that one process at a time uses. A new session: {@link #journal}, then {@link #commit}
 * 0, from which on the {@link #inbox} takes messages. After a crash: {@link #newest}, {@link
 * #journal} with its session, the {@link #inbox}, then the next commits. Not safe for several
 * threads; the journal and the inbox are.
 */
public final class CheckpointStore implements AutoCloseable {
  private static final int KEPT = 2;

  private final StoreFiles files;
  private final JobKeys keys;
  private final StoreLock lock;
  private final Disk disk;
  private @Nullable Journal journal;
  private @Nullable Inbox inbox;
  private @Nullable String session;
  private @Nullable Checkpoint newest;
  private boolean searched;

  private CheckpointStore(StoreFiles files, JobKeys keys, StoreLock lock, Disk disk) {
    this.files = files;
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
      StoreLock lock = StoreLock.take(directory);
      CheckpointStore store = new CheckpointStore(new StoreFiles(directory), keys, lock, disk);
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

  /** For the owner only, in a directory that nobody else can change; both are made if need be. */
  static void makeDirectory(Path directory, Path base, Disk disk) throws IOException {
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
    for (Path file : files.drafts()) {
      disk.delete(file);
    }
  }

  /** Where this job's files are. */
  public Path directory() {
    return files.directory();
  }

  /**
   * The newest commit that can be read to its end and has its inbox; it tells why a newer one could
   * not. Null if there is none.
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
        return check(number, first == null ? null : first.getMessage());
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

  private Checkpoint check(long number, @Nullable String damage) {
    Checkpoint found = Checkpoint.check(files.commit(number), keys, number, damage);
    InboxFile.check(files.inbox(number), keys, found.session(), number);
    return found;
  }

  /**
   * One of the kept commits, as when the peer has only the one before the newest. Null if it is not
   * kept.
   *
   * @throws CheckpointException if it cannot be used
   */
  public @Nullable Checkpoint find(long number) {
    return numbers().contains(number) ? check(number, null) : null;
  }

  /**
   * The journal of a session: a new one if there is no commit yet, else the one that goes with the
   * commits.
   *
   * @param session what tells it from every other one of the job, 64 hex digits; the parties need
   *     not have agreed on it
   * @throws CheckpointException if the commits are of another session, or the journal is missing,
   *     damaged or not so far as the newest commit, or the newest commit's inbox cannot be used
   */
  public Journal journal(String session) {
    CheckpointHeader.requireDigest("session", session);
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
              + directory()
              + " are of session "
              + last.session()
              + ": drop them before another one");
    }
    this.session = session;
    inbox = new Inbox();
    try {
      if (last == null) {
        journal = Journal.create(directory(), StoreFiles.JOURNAL, keys, session, disk);
      } else {
        openInboxes(inbox, session, last.number());
        journal = Journal.open(files.journal(), keys, session, last.journal(), disk);
      }
      return journal;
    } finally {
      if (journal == null) {
        closeSession();
      }
    }
  }

  private void openInboxes(Inbox to, String session, long newest) {
    List<Long> numbers = new ArrayList<>(numbers());
    numbers.sort(Comparator.naturalOrder());
    for (long number : numbers) {
      try {
        to.add(InboxFile.open(files.inbox(number), keys, session, number, disk));
      } catch (CheckpointException e) {
        // Another commit than the newest is refused when it is asked for.
        if (number == newest) {
          throw e;
        }
      }
    }
  }

  /**
   * The inbox of the {@link #journal}'s session, with what came in after each of the kept commits:
   * one object until the store is dropped or closed. It takes messages from commit 0 on.
   */
  public Inbox inbox() {
    if (inbox == null) {
      throw new IllegalStateException("The session's journal comes before its inbox");
    }
    return inbox;
  }

  /**
   * Writes a commit: it is on the disk when this returns, and after a failure the one before it
   * still is. The number is that of {@link #newest} or the next one: a party that goes on from the
   * commit before its newest writes that one again, and what came in after that stays in the inbox.
   * The body holds what came in before; nothing may be appended to the inbox meanwhile.
   *
   * @param terms the digest of the agreed terms, 64 hex digits
   * @param data the digest of the party's own data, 64 hex digits
   * @throws CheckpointException if the disk does not take it
   */
  public void commit(long number, String terms, String data, Body body) {
    Journal current = journal;
    Inbox messages = inbox;
    String id = session;
    if (current == null || messages == null || id == null) {
      throw new IllegalStateException("The session's journal comes before its first commit");
    }
    Checkpoint last = newest();
    if (last != null && number != last.number() && number != last.number() + 1) {
      throw new IllegalArgumentException(
          "Invalid commit " + number + " after commit " + last.number() + ": must be the next one");
    }
    current.force();
    messages.force();
    CheckpointHeader header =
        new CheckpointHeader(id, number, terms, data, Platform.current(), current.mark());
    boolean isKnown = messages.has(number);
    if (!isKnown) {
      InboxFile.create(directory(), StoreFiles.inboxName(number), keys, id, number, disk);
    }
    write(header, body);
    newest = new Checkpoint(files.commit(number), keys, header, null);
    if (!isKnown) {
      messages.add(InboxFile.open(files.inbox(number), keys, id, number, disk));
    }
    removeOld(messages);
  }

  private void write(CheckpointHeader header, Body body) {
    Path file = files.commit(header.number());
    try {
      String name = StoreFiles.commitName(header.number());
      SealedFile.write(disk, directory(), name, keys, header, body);
    } catch (IOException e) {
      throw new CheckpointException(
          "Cannot write the checkpoint " + file + ": is the disk full?", e);
    }
  }

  private void removeOld(Inbox messages) {
    List<Long> numbers = numbers();
    List<Long> kept = numbers.subList(0, Math.min(KEPT, numbers.size()));
    try {
      messages.keep(kept);
      for (long number : numbers.subList(kept.size(), numbers.size())) {
        disk.delete(files.commit(number));
      }
      for (long number : files.inboxes()) {
        if (!kept.contains(number)) {
          disk.delete(files.inbox(number));
        }
      }
    } catch (IOException e) {
      // The new commit counts; the old files go with the next one.
    }
  }

  /**
   * Forgets the session: finished, given up, or another one is wanted. The store is empty then. A
   * crash on the way leaves the newest commit with its inbox and journal, or nothing that is used.
   *
   * @throws CheckpointException if a file cannot be deleted
   */
  public void drop() {
    closeSession();
    try {
      List<Long> numbers = new ArrayList<>(numbers());
      numbers.sort(Comparator.naturalOrder());
      for (long number : numbers) {
        disk.delete(files.commit(number));
      }
      disk.syncDirectory(directory());
      for (long number : files.inboxes()) {
        disk.delete(files.inbox(number));
      }
      disk.delete(files.journal());
      BlobStore.delete(files.blobs(), disk);
      disk.syncDirectory(directory());
    } catch (IOException e) {
      throw new CheckpointException("Cannot delete the checkpoints in " + directory(), e);
    }
    newest = null;
    searched = true;
  }

  /**
   * The store of the job's large messages, which outlives a crash as the commits do. The caller
   * closes it.
   *
   * @param quotaBytes how much it may take on the disk
   * @throws CheckpointException if its directory cannot be used
   */
  public BlobStore blobs(long quotaBytes) {
    return BlobStore.open(files.blobs(), keys.ofBlobs(), quotaBytes, disk);
  }

  /** The numbers of the commits in the directory, the newest first. */
  private List<Long> numbers() {
    try {
      return files.commits();
    } catch (IOException e) {
      throw new CheckpointException("Cannot read the checkpoint directory " + directory(), e);
    }
  }

  private void closeSession() {
    Journal openJournal = journal;
    Inbox openInbox = inbox;
    journal = null;
    inbox = null;
    session = null;
    try {
      if (openInbox != null) {
        openInbox.close();
      }
      if (openJournal != null) {
        openJournal.close();
      }
    } catch (IOException e) {
      throw cannotClose(e);
    }
  }

  private CheckpointException cannotClose(IOException cause) {
    return new CheckpointException("Cannot close the checkpoints in " + directory(), cause);
  }

  /** Wipes the keys and lets another process in; the files stay. */
  @Override
  public void close() {
    keys.wipe();
    try (lock) {
      closeSession();
    } catch (IOException e) {
      throw cannotClose(e);
    }
  }
}
