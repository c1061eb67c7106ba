// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The inbox of a store, over commits and restarts. */
class InboxTest {
  private final Path base;
  private final Path directory;

  InboxTest(@TempDir Path temporary) {
    base = temporary.resolve("checkpoints");
    directory = Stores.directory(base);
  }

  private static Inbox inbox(CheckpointStore store) {
    store.journal(Stores.SESSION);
    return store.inbox();
  }

  /** Commits 0 to 3; messages 10 n and 10 n + 1 came in after commit n. */
  private void write() {
    try (CheckpointStore store = Stores.open(base)) {
      Inbox inbox = inbox(store);
      for (int number = 0; number < 4; number++) {
        Stores.commit(store, number, Stores.body(number, 100));
        Stores.append(inbox, 10 * number);
        Stores.append(inbox, 10 * number + 1);
      }
    }
  }

  private static void assertHasOnly(Inbox inbox, int... messages) {
    assertThat(inbox.size()).isEqualTo(messages.length);
    for (int message : messages) {
      Stores.assertHas(inbox, message);
    }
    IntStream.range(0, 50)
        .filter(message -> IntStream.of(messages).noneMatch(other -> other == message))
        .forEach(message -> assertThat(inbox.find("message " + message)).isNull());
  }

  private void damage(String name) throws IOException {
    Path file = directory.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 20] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void inbox_overCommits_keepsWhatCameInAfterTheKeptOnes() {
    try (CheckpointStore store = Stores.open(base)) {
      assertThatIllegalStateException().isThrownBy(store::inbox);
      Inbox inbox = inbox(store);
      assertThat(inbox.find("message 0")).isNull();
      assertThatIllegalStateException().isThrownBy(() -> Stores.append(inbox, 0));
      inbox.force();
      Stores.commit(store, 0, Stores.body(0, 100));
      Stores.append(inbox, 0);
      assertHasOnly(inbox, 0);
      Stores.commit(store, 1, Stores.body(1, 100));
      Stores.append(inbox, 1);
      assertHasOnly(inbox, 0, 1);
      Stores.commit(store, 2, Stores.body(2, 100));
      assertHasOnly(inbox, 1);
      Stores.append(inbox, 2);
      inbox.force();
      assertHasOnly(inbox, 1, 2);
      assertThat(store.inbox()).isSameAs(inbox);
      assertThat(directory.resolve("inbox-0")).doesNotExist();
    }
    try (CheckpointStore store = Stores.open(base)) {
      assertHasOnly(inbox(store), 1, 2);
      assertThat(store.inbox().wasTorn()).isFalse();
    }
  }

  @Test
  void append_theSameAgain_isNothing() throws IOException {
    write();
    try (CheckpointStore store = Stores.open(base)) {
      Inbox inbox = inbox(store);
      long before = Files.size(directory.resolve("inbox-3"));
      IntStream.of(20, 21, 30, 31).forEach(message -> Stores.append(inbox, message));
      assertHasOnly(inbox, 20, 21, 30, 31);
      assertThat(directory.resolve("inbox-3")).hasSize(before);
      for (int message : new int[] {20, 31}) {
        assertThatThrownBy(
                () ->
                    inbox.append(
                        "message " + message, 1, Stores.sha256("other"), Stores.body(9, 10)))
            .isInstanceOf(ProtocolException.class)
            .hasMessage("The peer sent message " + message + " before, with other bytes")
            .hasMessageNotContaining(Stores.MARKER);
      }
      assertHasOnly(inbox, 20, 21, 30, 31);
    }
  }

  @Test
  void append_outOfBounds_isRefused() {
    write();
    try (CheckpointStore store = Stores.open(base)) {
      Inbox inbox = inbox(store);
      byte[] digest = Stores.sha256("body");
      for (int typeId : new int[] {-1, 0, 65_536}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> inbox.append("key", typeId, digest, new byte[1]));
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> inbox.append("key", 1, new byte[31], new byte[1]));
      byte[] longer = new byte[80 * 1024 * 1024 + 1];
      assertThatIllegalArgumentException()
          .isThrownBy(() -> inbox.append("key", 1, digest, longer))
          .withMessage("Invalid body of 83886081 bytes: must be at most 83886080");
      inbox.append("", 65_535, digest, new byte[0]);
      String key = "ключ ".repeat(2000);
      inbox.append(key, 1, digest, new byte[0]);
      assertThat(requireNonNull(inbox.find("")).typeId()).isEqualTo(65_535);
      assertThat(requireNonNull(inbox.find(key)).typeId()).isEqualTo(1);
      assertThat(inbox.size()).isEqualTo(6);
    }
  }

  @Test
  void inbox_newestCommitDamaged_hasWhatCameInSinceTheOneBefore() throws IOException {
    write();
    damage("commit-3");
    try (CheckpointStore store = Stores.open(base)) {
      assertThat(requireNonNull(store.newest()).number()).isEqualTo(2);
      Inbox inbox = inbox(store);
      assertHasOnly(inbox, 20, 21, 30, 31);
      Stores.append(inbox, 32);
    }
    try (CheckpointStore store = Stores.open(base)) {
      Inbox inbox = inbox(store);
      assertHasOnly(inbox, 20, 21, 30, 31, 32);
      Stores.commit(store, 3, Stores.body(3, 100));
      assertHasOnly(inbox, 20, 21, 30, 31, 32);
      Stores.commit(store, 4, Stores.body(4, 100));
      assertHasOnly(inbox, 30, 31, 32);
    }
  }

  @Test
  void commit_newestAgain_keepsItsInbox() {
    write();
    try (CheckpointStore store = Stores.open(base)) {
      Inbox inbox = inbox(store);
      Stores.commit(store, 3, Stores.body(3, 100));
      assertHasOnly(inbox, 20, 21, 30, 31);
      Stores.append(inbox, 32);
    }
    try (CheckpointStore store = Stores.open(base)) {
      assertHasOnly(inbox(store), 20, 21, 30, 31, 32);
    }
  }

  @Test
  void newest_inboxMissingOrOfAnotherCommit_isDamaged() throws IOException {
    write();
    Path newest = directory.resolve("inbox-3");
    Path before = directory.resolve("inbox-2");
    Files.delete(newest);
    try (CheckpointStore store = Stores.open(base)) {
      Checkpoint found = requireNonNull(store.newest());
      assertThat(found.number()).isEqualTo(2);
      assertThat(found.damage()).contains(newest + ": it is missing");
      assertThatThrownBy(() -> store.find(3)).hasMessageContaining(newest + ": it is missing");
      Inbox inbox = inbox(store);
      assertHasOnly(inbox, 20, 21);
      Stores.append(inbox, 22);
      Stores.commit(store, 3, Stores.body(3, 100));
      Stores.append(inbox, 30);
      assertHasOnly(inbox, 20, 21, 22, 30);
    }
    Files.copy(before, newest, StandardCopyOption.REPLACE_EXISTING);
    try (CheckpointStore store = Stores.open(base)) {
      assertThat(requireNonNull(requireNonNull(store.newest()).damage()))
          .contains(newest + ": it is that of commit 2 under another name");
      assertHasOnly(inbox(store), 20, 21, 22);
    }
    Files.delete(before);
    try (CheckpointStore store = Stores.open(base)) {
      assertThatThrownBy(store::newest)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("no other one can be used");
      store.drop();
      assertThat(inbox(store).size()).isZero();
    }
  }

  @Test
  void inbox_olderOneMissing_isRefusedWithItsCommitOnly() throws IOException {
    write();
    Files.delete(directory.resolve("inbox-2"));
    try (CheckpointStore store = Stores.open(base)) {
      assertThat(requireNonNull(store.newest()).damage()).isNull();
      assertThatThrownBy(() -> store.find(2)).isInstanceOf(CheckpointException.class);
      assertHasOnly(inbox(store), 30, 31);
    }
  }

  @Test
  void inbox_tornAtItsEnd_losesTheLastMessageAndSaysSo() throws IOException {
    write();
    damage("inbox-3");
    try (CheckpointStore store = Stores.open(base)) {
      Inbox inbox = inbox(store);
      assertThat(inbox.wasTorn()).isTrue();
      assertHasOnly(inbox, 20, 21, 30);
      Stores.append(inbox, 31);
      assertHasOnly(inbox, 20, 21, 30, 31);
    }
  }

  @Test
  void inbox_leftBehindACommit_isNotUsed() throws IOException {
    write();
    // As after a crash between an inbox and its commit, and with one of an ended session.
    for (int number : new int[] {4, 77}) {
      InboxFile.create(
          directory,
          "inbox-" + number,
          new JobKeys(Stores.key(7)),
          Stores.SESSION,
          number,
          Disk.REAL);
    }
    try (CheckpointStore store = Stores.open(base)) {
      Inbox inbox = inbox(store);
      Stores.append(inbox, 32);
      assertHasOnly(inbox, 20, 21, 30, 31, 32);
      Stores.commit(store, 4, Stores.body(4, 100));
      Stores.append(inbox, 40);
      assertHasOnly(inbox, 30, 31, 32, 40);
      assertThat(directory.resolve("inbox-77")).doesNotExist();
    }
    try (CheckpointStore store = Stores.open(base)) {
      assertHasOnly(inbox(store), 30, 31, 32, 40);
    }
  }

  @Test
  void append_diskFails_storeCanBeOpenedAgain() {
    for (int operations = 0; operations < 2; operations++) {
      Path place = base.resolve("full" + operations);
      Stores.commits(place, 1);
      try (CheckpointStore store = Stores.open(place, new FailingDisk(operations))) {
        Inbox inbox = inbox(store);
        assertThatThrownBy(
                () -> {
                  Stores.append(inbox, 0);
                  inbox.force();
                })
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("Cannot write the inbox");
        assertThatThrownBy(() -> Stores.commit(store, 1, Stores.body(1, 100)))
            .isInstanceOf(CheckpointException.class);
      }
      try (CheckpointStore store = Stores.open(place)) {
        Inbox inbox = inbox(store);
        assertThat(inbox.size()).isEqualTo(operations);
        Stores.append(inbox, 0);
        inbox.force();
        assertHasOnly(inbox, 0);
        Stores.commit(store, 1, Stores.body(1, 100));
      }
    }
  }

  @Test
  void commit_diskFailsAnywhere_losesNoMessage() {
    FailingDisk disk = new FailingDisk(0);
    for (int operations = 0; operations == 0 || disk.wasFull(); operations++) {
      Path place = base.resolve("commit" + operations);
      Stores.commits(place, 1);
      try (CheckpointStore store = Stores.open(place)) {
        Stores.append(inbox(store), 0);
      }
      disk = new FailingDisk(operations);
      try (CheckpointStore store = Stores.open(place, disk)) {
        store.journal(Stores.SESSION);
        Stores.commit(store, 1, Stores.body(1, 100));
      } catch (CheckpointException e) {
        assertThat(disk.wasFull()).isTrue();
      }
      try (CheckpointStore store = Stores.open(place)) {
        Inbox inbox = inbox(store);
        assertHasOnly(inbox, 0);
        assertThat(requireNonNull(store.newest()).damage()).isNull();
        Stores.append(inbox, 1);
        Stores.commit(store, 1, Stores.body(1, 100));
        assertHasOnly(inbox, 0, 1);
      }
    }
  }

  @Test
  void close_orDrop_endsTheInbox() {
    write();
    CheckpointStore store = Stores.open(base);
    Inbox dropped = inbox(store);
    store.drop();
    assertThatThrownBy(() -> dropped.find("message 30")).isInstanceOf(CheckpointException.class);
    assertThatIllegalStateException().isThrownBy(store::inbox);
    Inbox closed = inbox(store);
    assertThat(closed.size()).isZero();
    store.close();
    assertThatThrownBy(() -> Stores.append(closed, 0)).isInstanceOf(CheckpointException.class);
    assertThatThrownBy(closed::force).isInstanceOf(CheckpointException.class);
  }
}
