// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.error.CheckpointException;
import java.nio.file.Path;

/** For tests: a process that goes on from the newest commit until it is killed. */
final class CommitLoop {
  /** How many messages come in after each commit. */
  static final int COMMIT_EACH = 50;

  private CommitLoop() {}

  /**
   * Prints the number of each commit after it, or that the directory is in use. With a second
   * argument messages come in, too.
   */
  public static void main(String[] args) {
    try (CheckpointStore store = Stores.open(Path.of(args[0]))) {
      if (args.length > 1) {
        append(store);
      }
      Checkpoint newest = store.newest();
      Journal journal = store.journal(Stores.SESSION);
      for (long number = newest == null ? 0 : newest.number() + 1; ; number++) {
        Stores.record(journal, number);
        Stores.commit(store, number, body(number));
        System.out.println(number);
      }
    } catch (CheckpointException e) {
      System.out.println(e.getMessage());
    }
  }

  /**
   * Prints the number of each message that was forced; every 50th one brings a commit before it.
   */
  private static void append(CheckpointStore store) {
    Checkpoint newest = store.newest();
    store.journal(Stores.SESSION);
    Inbox inbox = store.inbox();
    int message = 0;
    if (newest != null) {
      message = (int) newest.number() * COMMIT_EACH;
      while (inbox.find("message " + message) != null) {
        message++;
      }
    }
    for (; ; message++) {
      if (message % COMMIT_EACH == 0) {
        Stores.commit(store, message / COMMIT_EACH, body(0));
      }
      Stores.append(inbox, message);
      if (message % 5 == 0) {
        inbox.force();
        System.out.println(message);
      }
    }
  }

  /** Of several segments, or less than one. */
  static byte[] body(long number) {
    return Stores.body(number, (int) (number % 3) * 1_500_000 + 10);
  }
}
