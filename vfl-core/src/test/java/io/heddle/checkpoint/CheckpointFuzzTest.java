// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.checkpoint.Journal.Direction;
import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes in the place of a file of the store: refused, or read as what was written there. All
 * files that were ever written under these keys hold the same, as far as they go, so nothing else
 * may be read.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // the seeds are files, too
class CheckpointFuzzTest {
  private static final long COMMIT = 3;
  private static final int MESSAGES = 3;
  private static final int FIRST_BYTES = 40;
  private static final CheckpointHeader HEADER =
      new CheckpointHeader(
          Stores.SESSION,
          COMMIT,
          Stores.TERMS,
          Stores.DATA,
          new Platform("arch", "vm", "17"),
          new JournalMark(5, "00112233445566778899aabbccddeeff"));

  private final Path directory;

  CheckpointFuzzTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static JobKeys keys() {
    return new JobKeys(Stores.key(7));
  }

  private Path put(byte[] content) throws IOException {
    Path file = directory.resolve("fuzzed");
    Files.write(file, content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  Stream<byte[]> commits() throws IOException {
    for (int length : new int[] {0, 100, Segments.BYTES + 1}) {
      SealedFile.write(
          Disk.REAL,
          directory,
          "commit-" + length,
          keys(),
          HEADER,
          out -> out.write(Stores.body(COMMIT, length)));
    }
    return Stream.of(0, 100, Segments.BYTES + 1).map(length -> written("commit-" + length));
  }

  private byte[] written(String name) {
    try {
      return Files.readAllBytes(directory.resolve(name));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @MethodSource("commits")
  @FuzzTest(maxDuration = "1m")
  void open_anyCommit_refusedOrAsWritten(byte[] input) throws IOException {
    Path file = put(input);
    try {
      SealedFile.Opened opened = SealedFile.open(file, keys());
      try (InputStream in = opened.body()) {
        byte[] body = in.readAllBytes();
        assertThat(opened.header()).isEqualTo(HEADER);
        assertThat(Arrays.equals(body, Stores.body(COMMIT, body.length))).isTrue();
      }
    } catch (CheckpointException e) {
      assertThat(e).hasMessageContaining(file.toString());
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(input);
  }

  Stream<byte[]> journals() throws IOException {
    Journal journal = Journal.create(directory, "journal", keys(), Stores.SESSION, Disk.REAL);
    for (int i = 0; i < MESSAGES; i++) {
      Stores.record(journal, i);
    }
    journal.close();
    return Stream.of(written("journal"));
  }

  @MethodSource("journals")
  @FuzzTest(maxDuration = "1m")
  void open_anyJournal_refusedOrAsWrittenAsFarAsItGoes(byte[] input) throws IOException {
    Path file = put(input);
    byte[] header = Arrays.copyOf(input, JournalFormat.BLOCK_BYTES);
    JournalMark start = new JournalMark(0, HexFormat.of().formatHex(JournalFormat.tag(header)));
    try {
      Journal journal = Journal.open(file, keys(), Stores.SESSION, start, Disk.REAL);
      journal.close();
      assertThat(journal.size()).isLessThanOrEqualTo(MESSAGES);
      for (int i = 0; i < journal.size(); i++) {
        assertThat(journal.digest(Direction.SENT, "message " + i))
            .isEqualTo(Stores.sha256("body " + i));
      }
      int kept = (int) (1 + journal.size()) * JournalFormat.BLOCK_BYTES;
      assertThat(Files.readAllBytes(file)).isEqualTo(Arrays.copyOf(input, kept));
    } catch (CheckpointException e) {
      assertThat(e).hasMessageContaining(file.toString());
      assertThat(Files.readAllBytes(file)).isEqualTo(input);
    }
  }

  Stream<byte[]> inboxes() throws IOException {
    InboxFile.create(directory, "inbox", keys(), Stores.SESSION, COMMIT, Disk.REAL);
    try (InboxFile inbox = open(directory.resolve("inbox"))) {
      for (int i = 0; i < MESSAGES; i++) {
        byte[] body = Stores.body(i, bodyBytes(i));
        inbox.append(Stores.sha256("message " + i), 1 + i, Sha256.of(body), body);
      }
    }
    return Stream.of(written("inbox"));
  }

  /** One of them in more than one piece. */
  private static int bodyBytes(int message) {
    return message == 1 ? InboxFormat.PIECE_BYTES : FIRST_BYTES * message;
  }

  private static InboxFile open(Path file) {
    return InboxFile.open(file, keys(), Stores.SESSION, COMMIT, Disk.REAL);
  }

  @MethodSource("inboxes")
  @FuzzTest(maxDuration = "1m")
  void open_anyInbox_refusedOrAsWrittenAsFarAsItGoes(byte[] input) throws IOException {
    Path file = put(input);
    try (InboxFile inbox = open(file)) {
      assertThat(inbox.size()).isLessThanOrEqualTo(MESSAGES);
      for (int i = 0; i < inbox.size(); i++) {
        Inbox.Received found = requireNonNull(inbox.find(Stores.sha256("message " + i)));
        assertThat(found.typeId()).isEqualTo(1 + i);
        assertThat(Arrays.equals(found.body(), Stores.body(i, bodyBytes(i)))).isTrue();
      }
      byte[] kept = Files.readAllBytes(file);
      assertThat(kept).isEqualTo(Arrays.copyOf(input, kept.length));
    } catch (CheckpointException e) {
      assertThat(e).hasMessageContaining(file.toString());
      assertThat(Files.readAllBytes(file)).isEqualTo(input);
    }
  }
}
