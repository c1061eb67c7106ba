// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.netty.TestIdentity;
import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {
  private final Path base;
  private final Path directory;

  CheckpointStoreTest(@TempDir Path temporary) {
    base = temporary.resolve("checkpoints");
    directory = Stores.directory(base);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void damage(String name) throws IOException {
    Path file = directory.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 20] ^= 1;
    Files.write(file, bytes);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void assertIsCommit(Checkpoint found, long number) throws IOException {
    assertThat(found.number()).isEqualTo(number);
    assertThat(found.bytes()).isEqualTo(Stores.body(number, 100));
    try (InputStream body = found.body()) {
      assertThat(body.readAllBytes()).isEqualTo(Stores.body(number, 100));
    }
    assertThat(found.session()).isEqualTo(Stores.SESSION);
    assertThat(found.terms()).isEqualTo(Stores.TERMS);
    assertThat(found.data()).isEqualTo(Stores.DATA);
    assertThat(found.platform()).isEqualTo(Platform.current());
    assertThat(found.toString()).doesNotContain(Stores.MARKER);
  }

  @Test
  void open_nothingThere_isEmptyAndForTheOwner() throws IOException {
    try (CheckpointStore store = Stores.open(base)) {
      assertThat(store.newest()).isNull();
      assertThat(store.find(0)).isNull();
      assertThat(store.directory()).isEqualTo(directory);
      assertThat(files()).containsExactly("lock");
      assertThat(mode(base)).isEqualTo("rwx------");
      assertThat(mode(directory)).isEqualTo("rwx------");
      assertThat(mode(directory.resolve("lock"))).isEqualTo("rw-------");
    }
  }

  @Test
  void commit_several_keepsTheTwoNewest() throws IOException {
    try (CheckpointStore store = Stores.open(base)) {
      Journal journal = store.journal(Stores.SESSION);
      assertThat(store.journal(Stores.SESSION)).isSameAs(journal);
      for (int number = 0; number < 4; number++) {
        Stores.record(journal, number);
        Stores.commit(store, number, Stores.body(number, 100));
        assertIsCommit(requireNonNull(store.newest()), number);
      }
      assertThat(files())
          .containsExactly("commit-2", "commit-3", "inbox-2", "inbox-3", "journal", "lock");
      assertThat(mode(directory.resolve("commit-3"))).isEqualTo("rw-------");
    }
    try (CheckpointStore store = Stores.open(base)) {
      Checkpoint newest = requireNonNull(store.newest());
      assertIsCommit(newest, 3);
      assertThat(newest.damage()).isNull();
      assertIsCommit(requireNonNull(store.find(2)), 2);
      assertThat(store.find(1)).isNull();
      assertThat(store.journal(Stores.SESSION).size()).isEqualTo(4);
      Stores.commit(store, 3, Stores.body(3, 100));
      Stores.commit(store, 4, Stores.body(4, 100));
      assertThat(files())
          .containsExactly("commit-3", "commit-4", "inbox-3", "inbox-4", "journal", "lock");
    }
  }

  @Test
  void newest_damaged_givesTheOneBeforeAndSaysWhy() throws IOException {
    Stores.commits(base, 4);
    damage("commit-3");
    try (CheckpointStore store = Stores.open(base)) {
      Checkpoint newest = requireNonNull(store.newest());
      assertIsCommit(newest, 2);
      assertThat(newest.damage())
          .contains(directory.resolve("commit-3").toString(), "segment 1")
          .doesNotContain(Stores.MARKER);
      assertThatThrownBy(() -> store.find(3)).isInstanceOf(CheckpointException.class);
      assertThat(store.journal(Stores.SESSION).size()).isEqualTo(4);
      Stores.commit(store, 3, Stores.body(3, 100));
      assertIsCommit(requireNonNull(store.find(3)), 3);
      assertThat(files())
          .containsExactly("commit-2", "commit-3", "inbox-2", "inbox-3", "journal", "lock");
    }
  }

  @Test
  void newest_bothDamaged_isRefusedUntilDropped() throws IOException {
    Stores.commits(base, 4);
    damage("commit-2");
    Files.write(directory.resolve("commit-3"), new byte[0]);
    try (CheckpointStore store = Stores.open(base)) {
      assertThatThrownBy(store::newest)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(directory.resolve("commit-3") + ": it ends within its header")
          .hasMessageContaining("no other one can be used");
      assertThatThrownBy(() -> store.journal(Stores.SESSION))
          .isInstanceOf(CheckpointException.class);
      store.drop();
      assertThat(store.newest()).isNull();
      store.journal(Stores.SESSION);
      Stores.commit(store, 0, Stores.body(0, 100));
      assertIsCommit(requireNonNull(store.find(0)), 0);
    }
  }

  @Test
  void newest_renamedFile_isRefused() throws IOException {
    Stores.commits(base, 4);
    Files.move(
        directory.resolve("commit-2"),
        directory.resolve("commit-3"),
        StandardCopyOption.REPLACE_EXISTING);
    try (CheckpointStore store = Stores.open(base)) {
      assertThatThrownBy(store::newest).hasMessageContaining("it is commit 2 under another name");
    }
  }

  @Test
  void newest_otherIdentityOrJob_isNotReadOrNotFound() throws IOException {
    TestIdentity mine = TestIdentity.generate();
    TestIdentity other = TestIdentity.generate();
    Identity identity = Identity.of(mine.key(), mine.certificate());
    byte[] party = "bank".getBytes(UTF_8);
    byte[] terms = "terms".getBytes(UTF_8);
    Path place;
    try (CheckpointStore store = CheckpointStore.open(base, identity, party, terms)) {
      store.journal(Stores.SESSION);
      Stores.commit(store, 0, Stores.body(0, 100));
      place = store.directory();
    }
    try (CheckpointStore store =
        CheckpointStore.open(base, identity, party, "other".getBytes(UTF_8))) {
      assertThat(store.newest()).isNull();
    }
    try (CheckpointStore store =
        CheckpointStore.open(base, identity, "bankt".getBytes(UTF_8), "erms".getBytes(UTF_8))) {
      assertThat(store.newest()).isNull();
    }
    try (CheckpointStore store =
        CheckpointStore.open(base, Identity.of(other.key(), other.certificate()), party, terms)) {
      assertThat(store.directory()).isEqualTo(place);
      assertThatThrownBy(store::newest)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("another identity key");
    }
    try (CheckpointStore store = CheckpointStore.open(base, identity, party, terms)) {
      assertIsCommit(requireNonNull(store.newest()), 0);
    }
  }

  @Test
  void journal_otherSession_isRefusedUntilDropped() {
    Stores.commits(base, 1);
    String other = Stores.digest("other session");
    try (CheckpointStore store = Stores.open(base)) {
      assertThatThrownBy(() -> store.journal(other))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("are of session " + Stores.SESSION);
      store.journal(Stores.SESSION);
      assertThatIllegalStateException().isThrownBy(() -> store.journal(other));
      store.drop();
      assertThat(store.journal(other).size()).isZero();
    }
  }

  @Test
  void journal_missingOrOlderThanTheCommit_isRefused() throws IOException {
    Stores.commits(base, 2);
    byte[] older = Files.readAllBytes(directory.resolve("journal"));
    try (CheckpointStore store = Stores.open(base)) {
      Stores.record(store.journal(Stores.SESSION), 2);
      Stores.commit(store, 2, Stores.body(2, 100));
    }
    Files.write(directory.resolve("journal"), older);
    try (CheckpointStore store = Stores.open(base)) {
      assertThatThrownBy(() -> store.journal(Stores.SESSION))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("it has 2 records, at the last commit it had 3");
    }
    Files.delete(directory.resolve("journal"));
    try (CheckpointStore store = Stores.open(base)) {
      assertThatThrownBy(() -> store.journal(Stores.SESSION))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("it is missing");
    }
  }

  @Test
  void journal_leftWithoutCommit_isReplaced() {
    try (CheckpointStore store = Stores.open(base)) {
      Stores.record(store.journal(Stores.SESSION), 0);
    }
    try (CheckpointStore store = Stores.open(base)) {
      assertThat(store.journal(Stores.digest("other session")).size()).isZero();
    }
  }

  @Test
  void commit_wrongNumberOrNoJournal_isRefused() {
    Stores.commits(base, 3);
    try (CheckpointStore store = Stores.open(base)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> Stores.commit(store, 3, Stores.body(3, 1)));
      store.journal(Stores.SESSION);
      for (long number : new long[] {-1, 0, 1, 4}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> Stores.commit(store, number, Stores.body(number, 1)));
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.commit(3, "terms", Stores.DATA, out -> {}));
    }
  }

  @Test
  void open_whileAnotherIsOpen_isRefusedAndLeavesTheFirstOne() throws IOException {
    try (CheckpointStore store = Stores.open(base)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> Stores.open(base))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining(directory.toString())
            .hasMessageContaining("A running process uses");
      }
      store.journal(Stores.SESSION);
      Stores.commit(store, 0, Stores.body(0, 100));
    }
    try (CheckpointStore store = Stores.open(base)) {
      assertIsCommit(requireNonNull(store.newest()), 0);
    }
  }

  @Test
  void close_thenUse_isRefused() {
    Stores.commits(base, 1);
    CheckpointStore store = Stores.open(base);
    Checkpoint newest = requireNonNull(store.newest());
    Journal journal = store.journal(Stores.SESSION);
    store.close();
    assertThatIllegalStateException().isThrownBy(newest::bytes);
    assertThatThrownBy(() -> Stores.record(journal, 1)).isInstanceOf(CheckpointException.class);
    assertThatIllegalStateException().isThrownBy(() -> Stores.commit(store, 1, new byte[1]));
    store.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxr-x---", "rwx---r--", "rwx-w----", "rwx-----x", "rwxrwxrwx"})
  void open_directoryOpenToOthers_isRefused(String mode) throws IOException {
    Stores.commits(base, 1);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
    assertThatThrownBy(() -> Stores.open(base))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(directory + ": must have mode 0700");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Stores.open(base).close();
  }

  @Test
  void open_baseThatOthersMayWriteTo_isRefused() throws IOException {
    Stores.open(base).close();
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    Stores.open(base).close();
    for (String mode : List.of("rwxrwx---", "rwx----w-")) {
      Files.setPosixFilePermissions(base, PosixFilePermissions.fromString(mode));
      assertThatThrownBy(() -> Stores.open(base))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(base.toString());
    }
  }

  @Test
  void newest_fileOpenToOthers_isRefusedNotSkipped() throws IOException {
    Stores.commits(base, 2);
    Path file = directory.resolve("commit-1");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    try (CheckpointStore store = Stores.open(base)) {
      assertThatThrownBy(store::newest)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(file + ": must have mode 0600");
    }
  }

  @Test
  void open_baseIsAFile_isRefused() throws IOException {
    Files.writeString(base, "");
    assertThatThrownBy(() -> Stores.open(base))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(directory.toString());
  }

  @Test
  void open_draftsOfACrash_areRemoved() throws IOException {
    Stores.commits(base, 2);
    Files.writeString(directory.resolve(".commit-2.123.tmp"), "half");
    Files.writeString(directory.resolve(".journal.123.tmp"), "half");
    Files.writeString(directory.resolve("commit-02"), "not ours");
    try (CheckpointStore store = Stores.open(base)) {
      assertThat(files())
          .containsExactly(
              "commit-0", "commit-02", "commit-1", "inbox-0", "inbox-1", "journal", "lock");
      assertIsCommit(requireNonNull(store.newest()), 1);
    }
  }

  @Test
  void drop_leavesNothingOfTheSession() throws IOException {
    Stores.commits(base, 3);
    try (CheckpointStore store = Stores.open(base)) {
      store.journal(Stores.SESSION);
      store.drop();
      assertThat(files()).containsExactly("lock");
      store.drop();
      assertThat(store.newest()).isNull();
    }
  }

  @Test
  void commit_directoryGone_isOneClearError() throws IOException {
    Stores.commits(base, 2);
    try (CheckpointStore store = Stores.open(base)) {
      store.journal(Stores.SESSION);
      Path away = base.resolveSibling("away");
      Files.move(directory, away);
      assertThatThrownBy(() -> Stores.commit(store, 2, Stores.body(2, 100)))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "Cannot write the inbox " + directory.resolve("inbox-2") + ": is the disk full?");
      Files.move(away, directory);
      Stores.commit(store, 2, Stores.body(2, 100));
      assertIsCommit(requireNonNull(store.newest()), 2);
    }
  }

  @Test
  void commit_diskFailsAnywhere_keepsTheCommitBefore() throws IOException {
    FailingDisk disk = new FailingDisk(0);
    int failures = 0;
    for (int operations = 0; operations == 0 || disk.wasFull(); operations++) {
      Path place = base.resolve("commit" + operations);
      Stores.commits(place, 2);
      disk = new FailingDisk(operations);
      try (CheckpointStore store = Stores.open(place, disk)) {
        Stores.record(store.journal(Stores.SESSION), 2);
        Stores.commit(store, 2, Stores.body(2, 100));
      } catch (CheckpointException e) {
        failures++;
        assertThat(e).hasMessageContaining(Stores.directory(place).toString());
        assertThat(disk.wasFull()).isTrue();
      }
      try (CheckpointStore store = Stores.open(place);
          Stream<Path> files = Files.list(store.directory())) {
        Checkpoint newest = requireNonNull(store.newest());
        assertThat(newest.number()).isBetween(disk.wasFull() ? 1L : 2L, 2L);
        assertIsCommit(newest, newest.number());
        assertThat(newest.damage()).isNull();
        assertThat(files).noneMatch(file -> file.toString().endsWith(".tmp"));
        Journal journal = store.journal(Stores.SESSION);
        assertThat(journal.size()).isBetween(2L, 3L);
        Stores.record(journal, 2);
        Stores.commit(store, 2, Stores.body(2, 100));
        assertThat(new StoreFiles(store.directory()).commits()).containsExactly(2L, 1L);
        assertThat(new StoreFiles(store.directory()).inboxes()).containsExactly(2L, 1L);
      }
    }
    // A record's write; the force of the journal and both inboxes; then for the new inbox and the
    // commit each a write, force, rename and force of the directory.
    assertThat(failures).isEqualTo(12);
  }

  @Test
  void drop_diskFailsAnywhere_leavesWhatCanGoOnOrNothing() {
    FailingDisk disk = new FailingDisk(0);
    for (int operations = 0; operations == 0 || disk.wasFull(); operations++) {
      Path place = base.resolve("drop" + operations);
      Stores.commits(place, 3);
      disk = new FailingDisk(operations);
      try (CheckpointStore store = Stores.open(place, disk)) {
        store.journal(Stores.SESSION);
        store.drop();
      } catch (CheckpointException e) {
        assertThat(disk.wasFull()).isTrue();
      }
      try (CheckpointStore store = Stores.open(place)) {
        Checkpoint newest = store.newest();
        assertThat(newest == null || newest.number() == 2).isTrue();
        assertThat(store.journal(Stores.SESSION).size()).isEqualTo(newest == null ? 0 : 3);
      }
    }
  }
}
