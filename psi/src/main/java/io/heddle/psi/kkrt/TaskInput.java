// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.CheckpointException;
import io.heddle.error.DataException;
import io.heddle.psi.tasks.IdFacts;
import io.heddle.psi.tasks.IdKey;
import io.heddle.psi.tasks.IdTasks;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * What one party brings to a run in tasks.
 *
 * @param tasks its ids, where they are
 * @param key by which they are hashed for this process
 * @param facts what this process knows of them
 */
public record TaskInput(IdTasks tasks, IdKey key, IdFacts facts) {
  private static final int KEY_BYTES = 32;

  /**
   * Counts the ids.
   *
   * @param blobs with a store of this party's own
   */
  public static TaskInput of(
      Channel step, Blobs blobs, PrivateRandomness randomness, IdTasks tasks) {
    byte[] secret = new byte[KEY_BYTES];
    randomness.derive("psi/ids key", step.path().getBytes(StandardCharsets.UTF_8)).fill(0, secret);
    IdKey key = IdKey.put(blobs, secret);
    return new TaskInput(tasks, key, tasks.facts(key));
  }

  /** Lets go of what the tasks needed of this process. */
  public void close(Channel step) {
    step.dropBlobs(List.of(key.name()));
  }

  /**
   * Refuses another number of ids than there were at first.
   *
   * @throws DataException if the table has changed
   */
  public void requireCount(int now) {
    if (now != facts.count()) {
      throw new DataException(
          "The table had "
              + facts.count()
              + " ids when it was read first, and "
              + now
              + " when it was read again: it must not change meanwhile");
    }
  }

  /** Refuses ids that were dealt out as others before a restart. */
  static void requireSame(byte[] before, byte[] now) {
    if (!MessageDigest.isEqual(before, now)) {
      throw new CheckpointException(
          "The ids have changed since the last commit of this step: put the data back or begin"
              + " anew");
    }
  }
}
