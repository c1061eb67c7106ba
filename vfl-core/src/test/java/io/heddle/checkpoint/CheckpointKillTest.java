// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.CheckpointException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on the disk after a process was killed while it wrote. */
class CheckpointKillTest {
  private static final int KILLS = 8;

  private static Process start(Path base, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                CommitLoop.class.getName(),
                base.toString()));
    command.addAll(List.of(more));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** The last line of a process that was killed some time after its first one. */
  private static String lastLineBeforeKill(Process child, long millis) throws Exception {
    String last;
    try (BufferedReader out = child.inputReader(UTF_8)) {
      String first = requireNonNull(out.readLine());
      assertThat(child.waitFor(millis, TimeUnit.MILLISECONDS)).isFalse();
      // Process.destroyForcibly would close the stream that has the last lines.
      child.toHandle().destroyForcibly();
      StringBuilder rest = new StringBuilder();
      for (int c = out.read(); c >= 0; c = out.read()) {
        rest.append((char) c);
      }
      last = lastLine(rest.toString(), first);
    }
    assertThat(child.waitFor()).isEqualTo(128 + 9);
    return last;
  }

  /** The last whole line; one of a killed process may be cut. */
  private static String lastLine(String output, String otherwise) {
    List<String> lines = output.substring(0, output.lastIndexOf('\n') + 1).lines().toList();
    return lines.isEmpty() ? otherwise : lines.get(lines.size() - 1);
  }

  @Test
  void kill_whileCommitting_losesNothingThatWasCommitted(@TempDir Path base) throws Exception {
    for (int kill = 0; kill < KILLS; kill++) {
      long committed = Long.parseLong(lastLineBeforeKill(start(base), 3 + 11L * kill));
      try (CheckpointStore store = Stores.open(base)) {
        Checkpoint newest = requireNonNull(store.newest());
        assertThat(newest.number()).isBetween(committed, committed + 1);
        assertThat(newest.damage()).isNull();
        assertThat(newest.bytes()).isEqualTo(CommitLoop.body(newest.number()));
        Journal journal = store.journal(Stores.SESSION);
        assertThat(journal.size()).isBetween(newest.number() + 1, newest.number() + 2);
        for (long number = 0; number <= newest.number(); number++) {
          Stores.record(journal, number);
        }
        assertThat(journal.size()).isLessThanOrEqualTo(newest.number() + 2);
      }
    }
  }

  @Test
  void kill_whileAppending_losesNoMessageThatWasForced(@TempDir Path base) throws Exception {
    for (int kill = 0; kill < KILLS; kill++) {
      int forced = Integer.parseInt(lastLineBeforeKill(start(base, "append"), 3 + 31L * kill));
      try (CheckpointStore store = Stores.open(base)) {
        Checkpoint newest = requireNonNull(store.newest());
        assertThat(newest.damage()).isNull();
        store.journal(Stores.SESSION);
        Inbox inbox = store.inbox();
        // Three commits are there if the kill came before the oldest of them was removed.
        long oldest = Collections.min(new StoreFiles(store.directory()).commits());
        assertThat(oldest).isBetween(newest.number() - 2, newest.number());
        int from = CommitLoop.COMMIT_EACH * (int) oldest;
        int to = from + (int) inbox.size();
        assertThat(to).isGreaterThan(forced);
        for (int message = from; message < to; message++) {
          Stores.assertHas(inbox, message);
        }
        assertThat(inbox.find("message " + to)).isNull();
      }
    }
  }

  @Test
  void open_whileAnotherProcessMay_isRefused(@TempDir Path base) throws Exception {
    try (CheckpointStore store = Stores.open(base)) {
      // A refused store of this process must not end its lock.
      assertThatThrownBy(() -> Stores.open(base)).isInstanceOf(CheckpointException.class);
      Process child = start(base);
      String output = new String(child.getInputStream().readAllBytes(), UTF_8);
      assertThat(child.waitFor()).isZero();
      assertThat(output).contains("A running process uses", store.directory().toString());
    }
    Process child = start(base);
    try (BufferedReader out = child.inputReader(UTF_8)) {
      assertThat(out.readLine()).isEqualTo("0");
    } finally {
      child.destroyForcibly().waitFor();
    }
  }
}
