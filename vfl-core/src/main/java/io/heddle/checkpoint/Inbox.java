// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the messages that came in since the kept commits, so that a resumed party receives them
 * again without asking its peers, who may forget a message once it is {@link #force forced} here
 * and in the {@link Journal}. Of each message only the place in its file is in memory. One object
 * for the whole session: over commits its store changes the files behind it, and closes it. Safe
 * for use by several threads.
 */
public final class Inbox {
  /** The longest body, in bytes. */
  public static final int MAX_BODY_BYTES = InboxFormat.MAX_BODY_BYTES;

  private static final int DIGEST_BYTES = 32;

  // The oldest first; new messages go to the last one.
  private final List<InboxFile> files = new ArrayList<>();
  private boolean closed;

  Inbox() {}

  /**
   * A message as it came in.
   *
   * @param typeId which kind of message it is, 1 to 65,535
   * @param digest the SHA-256 of the body
   */
  public record Received(int typeId, byte[] digest, byte[] body) {}

  /**
   * Appends a message; {@link #force} comes before a peer is told that it arrived. A message that
   * is there already is left as it is.
   *
   * @param key the message key, all parts of it
   * @param typeId which kind of message it is, 1 to 65,535
   * @param digest the SHA-256 of the body, which is not computed again
   * @param body at most {@link #MAX_BODY_BYTES}
   * @throws ProtocolException if another body came in under this key before
   * @throws CheckpointException if the disk does not take it
   * @throws IllegalStateException before the first commit
   */
  public synchronized void append(String key, int typeId, byte[] digest, byte[] body) {
    if (typeId < 1 || typeId > 0xffff) {
      throw new IllegalArgumentException("Invalid type " + typeId + ": must be 1 to 65535");
    }
    if (digest.length != DIGEST_BYTES) {
      throw new IllegalArgumentException(
          "Invalid digest of " + digest.length + " bytes: must be " + DIGEST_BYTES);
    }
    if (body.length > MAX_BODY_BYTES) {
      throw new IllegalArgumentException(
          "Invalid body of " + body.length + " bytes: must be at most " + MAX_BODY_BYTES);
    }
    requireOpen();
    if (files.isEmpty()) {
      throw new IllegalStateException("The session's first commit comes before its first message");
    }
    byte[] hash = hash(key);
    byte[] known = null;
    for (InboxFile file : files) {
      known = known == null ? file.digest(hash) : known;
    }
    if (known == null) {
      files.get(files.size() - 1).append(hash, typeId, digest.clone(), body);
    } else if (!MessageDigest.isEqual(known, digest)) {
      throw new ProtocolException("The peer sent " + key + " before, with other bytes");
    }
  }

  /**
   * Makes every message so far outlive a power cut.
   *
   * @throws CheckpointException if the disk does not do it, now or before; nobody may be told then
   *     that the messages arrived
   */
  public synchronized void force() {
    requireOpen();
    files.forEach(InboxFile::force);
  }

  /**
   * Reads a message back; null if there is none under this key.
   *
   * @throws CheckpointException if its file was changed while it was in use
   */
  public synchronized @Nullable Received find(String key) {
    requireOpen();
    byte[] hash = hash(key);
    for (InboxFile file : files) {
      Received found = file.find(hash);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** The SHA-256 of the body that came under a key; null if none did. */
  public synchronized byte @Nullable [] digest(String key) {
    requireOpen();
    byte[] hash = hash(key);
    for (InboxFile file : files) {
      byte[] digest = file.digest(hash);
      if (digest != null) {
        return digest.clone();
      }
    }
    return null;
  }

  private static byte[] hash(String key) {
    return Sha256.of(key.getBytes(StandardCharsets.UTF_8));
  }

  private void requireOpen() {
    if (closed) {
      throw new CheckpointException("The inbox is closed");
    }
  }

  /** How many messages it has. */
  public synchronized long size() {
    return files.stream().mapToLong(InboxFile::size).sum();
  }

  /** Whether messages that a crash left half written were cut off at opening, for the operator. */
  public synchronized boolean wasTorn() {
    return files.stream().anyMatch(InboxFile::wasTorn);
  }

  /** Whether it has the file of a commit. */
  synchronized boolean has(long commit) {
    return files.stream().anyMatch(file -> file.commit() == commit);
  }

  /** Takes a file, of a later commit than all before: new messages go there. */
  synchronized void add(InboxFile file) {
    files.add(file);
  }

  /** Closes the files of commits that are not kept. */
  synchronized void keep(List<Long> commits) throws IOException {
    for (InboxFile file : List.copyOf(files)) {
      if (!commits.contains(file.commit())) {
        files.remove(file);
        file.close();
      }
    }
  }

  synchronized void close() throws IOException {
    closed = true;
    keep(List.of());
  }
}
