// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InboxFileTest {
  private static final int HEADER = 100;
  private static final int FIELDS = 66;
  private static final int PIECE = 4096;

  private final Path directory;
  private final Path file;
  private final JobKeys keys = new JobKeys(Stores.key(7));

  InboxFileTest(@TempDir Path directory) {
    this.directory = directory;
    this.file = directory.resolve("inbox-3");
  }

  private InboxFile create() {
    InboxFile.create(directory, "inbox-3", keys, Stores.SESSION, 3, Disk.REAL);
    return open(Disk.REAL);
  }

  private InboxFile open(Disk disk) {
    return InboxFile.open(file, keys, Stores.SESSION, 3, disk);
  }

  private static byte[] key(int message) {
    return Stores.sha256("key " + message);
  }

  private static void append(InboxFile inbox, int message, int length) {
    byte[] body = Stores.body(message, length);
    inbox.append(key(message), 1 + message, Sha256.of(body), body);
  }

  private static void assertHas(InboxFile inbox, int message, int length) {
    byte[] body = Stores.body(message, length);
    Inbox.Received found = requireNonNull(inbox.find(key(message)));
    assertThat(Arrays.equals(found.body(), body)).isTrue();
    assertThat(found.digest()).isEqualTo(Sha256.of(body)).isEqualTo(inbox.digest(key(message)));
    assertThat(found.typeId()).isEqualTo(1 + message);
  }

  /** An inbox of messages of these lengths. */
  private byte[] write(int... lengths) throws IOException {
    try (InboxFile inbox = create()) {
      for (int message = 0; message < lengths.length; message++) {
        append(inbox, message, lengths[message]);
      }
    }
    return Files.readAllBytes(file);
  }

  private static int recordBytes(int length) {
    int content = FIELDS + length;
    return 16 + content + (content + PIECE - 1) / PIECE * 16;
  }

  /** Where the records begin, and where the last one ends. */
  private static int[] starts(int... lengths) {
    int[] starts = new int[lengths.length + 1];
    starts[0] = HEADER;
    for (int i = 0; i < lengths.length; i++) {
      starts[i + 1] = starts[i] + recordBytes(lengths[i]);
    }
    return starts;
  }

  private void assertRefused(byte[] content, String reason) throws IOException {
    Files.write(file, content);
    assertThatThrownBy(() -> open(Disk.REAL))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("Cannot use the inbox " + file + ": ")
        .hasMessageContaining(reason);
    assertThatThrownBy(() -> InboxFile.check(file, keys, Stores.SESSION, 3))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(reason);
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
  }

  /** The first records are there, all else is gone, and others can take its place. */
  private void assertKept(byte[] content, int records, int[] lengths) throws IOException {
    int end = starts(lengths)[records];
    Files.write(file, content);
    try (InboxFile inbox = open(Disk.REAL)) {
      assertThat(inbox.size()).isEqualTo(records);
      assertThat(inbox.wasTorn()).isEqualTo(content.length > end);
      assertThat(file).hasSize(end);
      for (int message = 0; message < lengths.length; message++) {
        if (message < records) {
          assertHas(inbox, message, lengths[message]);
        } else {
          assertThat(inbox.find(key(message))).isNull();
          assertThat(inbox.digest(key(message))).isNull();
        }
      }
      append(inbox, 50, 20);
    }
    try (InboxFile inbox = open(Disk.REAL)) {
      assertThat(inbox.wasTorn()).isFalse();
      assertThat(inbox.size()).isEqualTo(records + 1);
      assertHas(inbox, 50, 20);
    }
  }

  private static byte[] join(byte[] good, int[] starts, int... records) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(good, 0, HEADER);
    for (int record : records) {
      joined.write(good, starts[record], starts[record + 1] - starts[record]);
    }
    return joined.toByteArray();
  }

  @Test
  void append_thenOpen_givesEveryMessageBack() throws IOException {
    int[] lengths = {
      0, 1, PIECE - FIELDS - 1, PIECE - FIELDS, PIECE - FIELDS + 1, 3 * PIECE, 70_000, 5_000_011, 0
    };
    try (InboxFile inbox = create()) {
      for (int message = 0; message < lengths.length; message++) {
        append(inbox, message, lengths[message]);
        assertHas(inbox, message, lengths[message]);
      }
      assertHas(inbox, 0, 0);
      inbox.force();
    }
    int[] starts = starts(lengths);
    assertThat(file).hasSize(starts[lengths.length]);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertKept(Files.readAllBytes(file), lengths.length, lengths);
  }

  @Test
  void append_theLongestBody_isGivenBack() throws IOException {
    int length = InboxFormat.MAX_BODY_BYTES;
    write(length, 1);
    try (InboxFile inbox = open(Disk.REAL)) {
      assertHas(inbox, 0, length);
      assertHas(inbox, 1, 1);
    }
    // The next longer one is cut off before anything of it is read.
    byte[] good = write(1);
    ByteBuffer longer = ByteBuffer.wrap(Arrays.copyOf(good, good.length + 20));
    assertKept(longer.putInt(good.length, FIELDS + length + 1).array(), 1, new int[] {1});
    assertKept(longer.putInt(good.length, FIELDS - 1).array(), 1, new int[] {1});
    assertKept(longer.putInt(good.length, -1).array(), 1, new int[] {1});
  }

  @Test
  void append_theSameTwice_givesOtherBytesAndShowsNoBody() throws IOException {
    byte[] first = write(500, 500);
    byte[] second = write(500, 500);
    assertThat(Arrays.copyOf(first, 12)).isEqualTo(Arrays.copyOf(second, 12));
    int[] starts = starts(500, 500);
    for (int at = starts[0] + 4; at + 16 <= starts[1]; at += 16) {
      assertThat(Arrays.copyOfRange(first, at, at + 16))
          .isNotEqualTo(Arrays.copyOfRange(second, at, at + 16));
    }
    assertThat(new String(first, ISO_8859_1)).doesNotContain(Stores.MARKER);
  }

  @Test
  void append_afterATornRecord_takesAnotherNonce() throws IOException {
    byte[] good = write(500, 500);
    int second = starts(500, 500)[1];
    Files.write(file, Arrays.copyOf(good, good.length - 1));
    try (InboxFile inbox = open(Disk.REAL)) {
      append(inbox, 1, 500);
    }
    byte[] again = Files.readAllBytes(file);
    assertThat(again).hasSameSizeAs(good);
    assertThat(Arrays.copyOf(again, second + 4)).isEqualTo(Arrays.copyOf(good, second + 4));
    assertThat(Arrays.copyOfRange(again, second + 4, second + 16))
        .isNotEqualTo(Arrays.copyOfRange(good, second + 4, second + 16));
  }

  @Test
  void open_anyByteFlipped_isRefusedOrCutOffFromThere() throws IOException {
    int[] lengths = {0, 30, 1};
    byte[] good = write(lengths);
    int[] starts = starts(lengths);
    for (int at = 0; at < good.length; at++) {
      byte[] changed = good.clone();
      changed[at] ^= (byte) (1 << at % 8);
      if (at < HEADER) {
        assertRefused(changed, "");
      } else {
        int record = at < starts[1] ? 0 : at < starts[2] ? 1 : 2;
        assertKept(changed, record, lengths);
      }
    }
  }

  @Test
  void open_laterPieceChanged_isCutOffFromItsRecord() throws IOException {
    int[] lengths = {10, 3 * PIECE, 10};
    byte[] good = write(lengths);
    int[] starts = starts(lengths);
    int pieces = starts[1] + 16;
    int sealed = PIECE + 16;
    for (int at = starts[1]; at < starts[2]; at += 1 + at % 400) {
      byte[] changed = good.clone();
      changed[at] ^= 1;
      assertKept(changed, 1, lengths);
    }
    byte[] swapped = good.clone();
    System.arraycopy(good, pieces, swapped, pieces + sealed, sealed);
    System.arraycopy(good, pieces + sealed, swapped, pieces, sealed);
    assertKept(swapped, 1, lengths);
    byte[] doubled = good.clone();
    System.arraycopy(good, pieces + sealed, doubled, pieces + 2 * sealed, sealed);
    assertKept(doubled, 1, lengths);
    // Two whole pieces of a record that had more are not a shorter record.
    byte[] shorter = Arrays.copyOf(good, pieces + 2 * sealed);
    ByteBuffer.wrap(shorter).putInt(starts[1], 2 * PIECE);
    assertKept(shorter, 1, lengths);
  }

  @Test
  void open_cutAnywhere_keepsWholeRecordsOrIsRefused() throws IOException {
    int[] lengths = {0, 30, 1};
    byte[] good = write(lengths);
    int[] starts = starts(lengths);
    for (int size = 0; size <= good.length; size++) {
      byte[] cut = Arrays.copyOf(good, size);
      if (size < HEADER) {
        assertRefused(cut, "ends within its header");
      } else {
        int records =
            size < starts[1] ? 0 : size < starts[2] ? 1 : size < starts[3] ? 2 : lengths.length;
        assertKept(cut, records, lengths);
      }
    }
    for (int more : new int[] {1, 15, 16, 17, 5000}) {
      assertKept(Arrays.copyOf(good, good.length + more), 3, lengths);
    }
  }

  @Test
  void open_recordsMoved_isCutOffFromThere() throws IOException {
    int[] lengths = {30, 30, 30};
    byte[] good = write(lengths);
    int[] starts = starts(lengths);
    assertKept(join(good, starts, 1, 2), 0, lengths);
    assertKept(join(good, starts, 1, 0, 2), 0, lengths);
    assertKept(join(good, starts, 0, 2), 1, lengths);
    assertKept(join(good, starts, 0, 0, 1, 2), 1, lengths);
    assertKept(join(good, starts, 0, 2, 1), 1, lengths);
    assertKept(join(good, starts, 0, 1, 2, 2), 3, lengths);
    byte[] other = write(lengths);
    System.arraycopy(other, starts[1], good, starts[1], starts[2] - starts[1]);
    assertKept(good, 1, lengths);
  }

  @Test
  void open_recordFromBehindACutOffOne_isCutOff() throws IOException {
    int[] lengths = {30, 30, 30};
    byte[] before = write(lengths);
    int[] starts = starts(lengths);
    Files.write(file, Arrays.copyOf(before, starts[2] - 1));
    try (InboxFile inbox = open(Disk.REAL)) {
      append(inbox, 1, 30);
      append(inbox, 2, 30);
    }
    byte[] after = Files.readAllBytes(file);
    assertThat(after).hasSameSizeAs(before);
    System.arraycopy(before, starts[2], after, starts[2], starts[3] - starts[2]);
    assertKept(after, 2, lengths);
  }

  @Test
  void open_anotherInbox_isRefused() throws IOException {
    InboxFile.create(directory, "inbox-3", keys, Stores.SESSION, 2, Disk.REAL);
    assertRefused(Files.readAllBytes(file), "it is that of commit 2 under another name");
    String session = Stores.digest("other session");
    InboxFile.create(directory, "inbox-3", keys, session, 3, Disk.REAL);
    assertRefused(Files.readAllBytes(file), "it is of another session");
    JobKeys others = new JobKeys(Stores.key(8));
    InboxFile.create(directory, "inbox-3", others, Stores.SESSION, 3, Disk.REAL);
    assertRefused(Files.readAllBytes(file), "another identity key");
    byte[] other = write(1);
    other[11] = 9;
    assertRefused(other, "it has format version 9, this version of Heddle reads 1");
    other[0] = 0;
    assertRefused(other, "it is no inbox");
    Files.delete(file);
    assertThatThrownBy(() -> open(Disk.REAL))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file + ": it is missing");
  }

  @Test
  void open_fileOpenToOthers_isRefused() throws IOException {
    write(1);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> open(Disk.REAL))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(file + ": must have mode 0600");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 30, 3 * PIECE})
  void find_changedWhileInUse_isRefused(int length) throws IOException {
    int[] lengths = {10, length, 10};
    byte[] good = write(lengths);
    int[] starts = starts(lengths);
    try (InboxFile inbox = open(Disk.REAL)) {
      for (int at = starts[1]; at < starts[2]; at += 1 + at % 40) {
        byte[] changed = good.clone();
        changed[at] ^= 1;
        Files.write(file, changed);
        assertThatThrownBy(() -> inbox.find(key(1)))
            .isInstanceOf(CheckpointException.class)
            .hasMessage(
                "Cannot use the inbox " + file + ": its record 2 was changed while it was in use");
        assertHas(inbox, 0, 10);
      }
      Files.write(file, Arrays.copyOf(good, starts[2] - 1));
      assertThatThrownBy(() -> inbox.find(key(1))).isInstanceOf(CheckpointException.class);
      Files.write(file, good);
      assertHas(inbox, 1, length);
    }
  }

  @Test
  void append_diskFails_takesNothingMore() throws IOException {
    byte[] good = write(10, 10);
    // The second write of this message is the one that fails.
    for (int operations = 0; operations < 2; operations++) {
      Files.write(file, good);
      try (InboxFile inbox = open(new FailingDisk(operations))) {
        assertThatThrownBy(() -> append(inbox, 2, 100_000))
            .isInstanceOf(CheckpointException.class)
            .hasMessage("Cannot write the inbox " + file + ": is the disk full?");
        assertThatThrownBy(() -> append(inbox, 3, 1)).hasMessageContaining("failed before");
        assertThatThrownBy(inbox::force).hasMessageContaining("failed before");
        assertThat(inbox.size()).isEqualTo(2);
        assertHas(inbox, 1, 10);
        assertThat(inbox.find(key(2))).isNull();
      }
      assertThat(Files.size(file)).isGreaterThan(good.length);
      assertKept(Files.readAllBytes(file), 2, new int[] {10, 10, 100_000});
    }
  }

  @Test
  void force_onlyWhatIsNotForced() throws IOException {
    write(10);
    // A force of what was read back, a message and its force; the next one is one too many.
    try (InboxFile inbox = open(new FailingDisk(3))) {
      inbox.force();
      inbox.force();
      append(inbox, 1, 10);
      inbox.force();
      inbox.force();
      assertThatThrownBy(() -> append(inbox, 2, 10)).isInstanceOf(CheckpointException.class);
    }
    // Half of that one is cut off first.
    try (InboxFile inbox = open(new FailingDisk(2))) {
      append(inbox, 2, 10);
      assertThatThrownBy(inbox::force)
          .hasMessage("Cannot write the inbox " + file + ": is the disk full?");
      assertThatThrownBy(inbox::force).hasMessageContaining("failed before");
    }
  }
}
