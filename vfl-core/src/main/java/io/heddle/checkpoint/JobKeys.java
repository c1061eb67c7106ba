// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.crypto.Hkdf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of one job: those of single files are derived from them. Safe for use by several
 * threads. What {@link #wipe} cannot reach are the copies inside the JDK's ciphers.
 */
final class JobKeys {
  private static final byte[] NO_SALT = new byte[0];

  private final byte[] commits;
  private final byte[] journal;
  private final byte[] inboxes;
  private final byte[] blobs;
  private boolean wiped;

  /**
   * Derives all of them.
   *
   * @param job 32 secret bytes; wiped
   */
  JobKeys(byte[] job) {
    commits = Hkdf.derive(job, NO_SALT, purpose("heddle checkpoint commits v1"), 32);
    journal = Hkdf.derive(job, NO_SALT, purpose("heddle checkpoint journal v1"), 32);
    inboxes = Hkdf.derive(job, NO_SALT, purpose("heddle checkpoint inboxes v1"), 32);
    blobs = Hkdf.derive(job, NO_SALT, purpose("heddle checkpoint blobs v1"), 32);
    Arrays.fill(job, (byte) 0);
  }

  private static byte[] purpose(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The key of one commit, which no other file has. */
  synchronized byte[] ofCommit(byte[] salt) {
    return ofFile(commits, salt);
  }

  /** The key of one journal, which no other file has. */
  synchronized byte[] ofJournal(byte[] salt) {
    return ofFile(journal, salt);
  }

  /** The key of one inbox, which no other file has. */
  synchronized byte[] ofInbox(byte[] salt) {
    return ofFile(inboxes, salt);
  }

  /** The key of the store of blobs, from which it makes those of its files. */
  synchronized byte[] ofBlobs() {
    return ofFile(blobs, NO_SALT);
  }

  private byte[] ofFile(byte[] key, byte[] salt) {
    if (wiped) {
      throw new IllegalStateException("The checkpoint store is closed");
    }
    return Hkdf.derive(key, salt, purpose("heddle checkpoint file v1"), 32);
  }

  synchronized void wipe() {
    Arrays.fill(commits, (byte) 0);
    Arrays.fill(journal, (byte) 0);
    Arrays.fill(inboxes, (byte) 0);
    Arrays.fill(blobs, (byte) 0);
    wiped = true;
  }
}
