// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.error.CheckpointException;
import java.nio.file.Path;

/** For tests: a process that goes on from the newest commit until it is killed. */
final class CommitLoop {
  private CommitLoop() {}

  /** Prints the number of each commit after it, or that the directory is in use. */
  public static void main(String[] args) {
    try (CheckpointStore store = Stores.open(Path.of(args[0]))) {
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

  /** Of several segments, or less than one. */
  static byte[] body(long number) {
    return Stores.body(number, (int) (number % 3) * 1_500_000 + 10);
  }
}
