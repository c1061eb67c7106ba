// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.checkpoint.Journal.Direction;
import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import io.heddle.error.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final int BLOCK = 128;

  private final Path directory;
  private final Path file;
  private final JobKeys keys = new JobKeys(Stores.key(7));
  private JournalMark start = new JournalMark(0, "");
  private JournalMark end = new JournalMark(0, "");

  JournalTest(@TempDir Path directory) {
    this.directory = directory;
    this.file = directory.resolve("journal");
  }

  private byte[] write(int records) throws IOException {
    Journal journal = Journal.create(directory, "journal", keys, Stores.SESSION, Disk.REAL);
    start = journal.mark();
    for (int i = 0; i < records; i++) {
      Stores.record(journal, i);
    }
    end = journal.mark();
    journal.close();
    return Files.readAllBytes(file);
  }

  private Journal open(JournalMark mark) {
    return Journal.open(file, keys, Stores.SESSION, mark, Disk.REAL);
  }

  private void assertRefused(byte[] content, JournalMark mark, String reason) throws IOException {
    Files.write(file, content);
    assertThatThrownBy(() -> open(mark))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("Cannot use the journal " + file + ": ")
        .hasMessageContaining(reason);
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
  }

  private static byte[] join(byte[] good, int... blocks) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (int block : blocks) {
      joined.write(good, block * BLOCK, BLOCK);
    }
    return joined.toByteArray();
  }

  @Test
  void record_thenOpen_knowsEveryMessage() throws IOException {
    Journal journal = Journal.create(directory, "journal", keys, Stores.SESSION, Disk.REAL);
    journal.record(Direction.SENT, "key", Stores.sha256("a"));
    journal.record(Direction.RECEIVED, "key", Stores.sha256("b"));
    journal.record(Direction.SENT, "", Stores.sha256("c"));
    journal.close();
    assertThat(file).hasSize(4 * BLOCK);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");

    Journal again = open(journal.mark());
    assertThat(again.size()).isEqualTo(3);
    assertThat(again.wasTorn()).isFalse();
    assertThat(again.digest(Direction.SENT, "key")).isEqualTo(Stores.sha256("a"));
    assertThat(again.digest(Direction.RECEIVED, "key")).isEqualTo(Stores.sha256("b"));
    assertThat(again.digest(Direction.SENT, "")).isEqualTo(Stores.sha256("c"));
    assertThat(again.digest(Direction.RECEIVED, "")).isNull();
    again.record(Direction.SENT, "more", Stores.sha256("d"));
    again.close();
    assertThat(open(journal.mark()).size()).isEqualTo(4);
    assertThat(open(again.mark()).digest(Direction.SENT, "more")).isEqualTo(Stores.sha256("d"));
  }

  @Test
  void record_theSameAgain_isNothing() throws IOException {
    write(3);
    Journal journal = open(end);
    IntStream.range(0, 3).forEach(i -> Stores.record(journal, i));
    assertThat(journal.size()).isEqualTo(3);
    assertThat(file).hasSize(4 * BLOCK);
  }

  @Test
  void record_otherBytesUnderOneKey_isRefused() throws IOException {
    Journal journal = Journal.create(directory, "journal", keys, Stores.SESSION, Disk.REAL);
    journal.record(Direction.SENT, "message 1 of step fit", Stores.sha256("a"));
    journal.record(Direction.RECEIVED, "message 2 of step fit", Stores.sha256("a"));
    for (Journal each : new Journal[] {journal, open(journal.mark())}) {
      assertThatThrownBy(
              () -> each.record(Direction.SENT, "message 1 of step fit", Stores.sha256("b")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("message 1 of step fit");
      assertThatThrownBy(
              () -> each.record(Direction.RECEIVED, "message 2 of step fit", Stores.sha256("b")))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("message 2 of step fit");
      each.record(Direction.SENT, "message 1 of step fit", Stores.sha256("a"));
      assertThat(each.size()).isEqualTo(2);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> journal.record(Direction.SENT, "short", new byte[31]));
  }

  @Test
  void open_anyByteFlipped_isRefused() throws IOException {
    byte[] good = write(3);
    for (int at = 0; at < good.length; at++) {
      byte[] changed = good.clone();
      changed[at] ^= (byte) (1 << at % 8);
      assertRefused(changed, start, "");
      if (at % 50 == 0) {
        assertRefused(changed, end, "");
      }
    }
  }

  @Test
  void open_cutAnywhere_keepsWholeRecordsOrIsRefused() throws IOException {
    byte[] good = write(3);
    for (int size = 0; size < good.length; size++) {
      byte[] cut = Arrays.copyOf(good, size);
      if (size < BLOCK) {
        assertRefused(cut, start, "ends within its header");
        continue;
      }
      Files.write(file, cut);
      Journal journal = open(start);
      assertThat(journal.size()).isEqualTo(size / BLOCK - 1);
      assertThat(journal.wasTorn()).isEqualTo(size % BLOCK > 0);
      assertThat(Files.readAllBytes(file)).isEqualTo(Arrays.copyOf(good, size / BLOCK * BLOCK));
      if (size % 50 == 0) {
        IntStream.range(0, 3).forEach(i -> Stores.record(journal, i));
        assertThat(open(journal.mark()).size()).isEqualTo(3);
        Files.write(file, cut);
      }
      journal.close();
      assertThatThrownBy(() -> open(end))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("records, at the last commit it had 3");
    }
  }

  private static byte[] zeroed(byte[] good, int... blocks) {
    byte[] changed = good.clone();
    for (int block : blocks) {
      Arrays.fill(changed, block * BLOCK, (block + 1) * BLOCK, (byte) 0);
    }
    return changed;
  }

  private void assertCut(byte[] content, JournalMark mark, int records) throws IOException {
    Files.write(file, content);
    Journal journal = open(mark);
    assertThat(journal.wasTorn()).isTrue();
    assertThat(journal.size()).isEqualTo(records);
    assertThat(Files.readAllBytes(file)).isEqualTo(Arrays.copyOf(content, (1 + records) * BLOCK));
    IntStream.range(0, 8).forEach(i -> Stores.record(journal, i));
    journal.close();
    Journal again = open(journal.mark());
    assertThat(again.size()).isEqualTo(8);
    assertThat(again.wasTorn()).isFalse();
    again.close();
  }

  @Test
  void open_unforcedBlocksLost_isCutAtTheFirst() throws IOException {
    write(3);
    Journal journal = open(end);
    IntStream.range(3, 8).forEach(i -> Stores.record(journal, i));
    journal.close();
    byte[] good = Files.readAllBytes(file);
    assertCut(zeroed(good, 8), end, 7);
    assertCut(zeroed(good, 4), end, 3);
    assertCut(zeroed(good, 5), end, 4);
    assertCut(zeroed(good, 5, 7), end, 4);
    assertCut(zeroed(good, 4, 5, 6, 7, 8), end, 3);
    assertCut(Arrays.copyOf(zeroed(good, 6), good.length - 50), end, 5);
    assertCut(Arrays.copyOf(good, good.length - 50), end, 7);
    assertCut(Arrays.copyOf(good, good.length + BLOCK), end, 8);
    assertCut(Arrays.copyOf(good, good.length + 7 * BLOCK + 1), end, 8);
    assertCut(zeroed(good, 1), start, 0);
  }

  @Test
  void open_blockLostUpToTheMark_isRefused() throws IOException {
    byte[] good = write(3);
    for (int block = 1; block <= 3; block++) {
      String reason = "it has " + (block - 1) + " records, at the last commit it had 3";
      assertRefused(zeroed(good, block), end, reason);
    }
    assertRefused(Arrays.copyOf(good, good.length - 1), end, "it has 2 records");
  }

  @Test
  void open_otherBytesThanZeros_isRefused() throws IOException {
    byte[] good = write(3);
    byte[] garbage = Arrays.copyOf(good, good.length + 2 * BLOCK);
    garbage[good.length] = 1;
    assertRefused(garbage, end, "record 4 was changed");
    byte[] half = zeroed(good, 2);
    half[3 * BLOCK - 1] = good[3 * BLOCK - 1];
    assertRefused(half, start, "record 2 was changed");
    // The zeros decide only if they come first.
    byte[] both = zeroed(good, 3);
    both[2 * BLOCK] ^= 1;
    assertRefused(both, start, "record 2 was changed");
  }

  @Test
  void open_recordsMoved_isRefused() throws IOException {
    byte[] good = write(3);
    assertRefused(join(good, 0, 2, 3), start, "record 1 was changed");
    assertRefused(join(good, 0, 2, 1, 3), start, "record 1 was changed");
    assertRefused(join(good, 0, 1, 3), start, "record 2 was changed");
    assertRefused(join(good, 0, 1, 1, 2, 3), start, "record 2 was changed");
    assertRefused(join(good, 0, 1, 3, 2), start, "record 2 was changed");
    assertRefused(join(good, 0, 1, 2, 3, 3), start, "record 4 was changed");
    assertRefused(join(good, 0), end, "it has 0 records, at the last commit it had 3");
  }

  @Test
  void open_anotherJournal_isRefused() throws IOException {
    write(3);
    JournalMark three = end;
    JournalMark none = start;
    byte[] other = write(4);
    assertRefused(other, three, "its record 3 is another one than at the last commit");
    assertRefused(other, none, "its record 0 is another one than at the last commit");
    Files.write(file, other);
    assertThatThrownBy(
            () -> Journal.open(file, keys, Stores.digest("other session"), end, Disk.REAL))
        .hasMessageContaining("it is of another session");
    JobKeys others = new JobKeys(Stores.key(8));
    assertThatThrownBy(() -> Journal.open(file, others, Stores.SESSION, end, Disk.REAL))
        .hasMessageContaining("another identity key");
    other[11] = 9;
    assertRefused(other, end, "it has format version 9, this version of Heddle reads 1");
    other[0] = 0;
    assertRefused(other, end, "it is no journal");
    Files.delete(file);
    assertThatThrownBy(() -> open(end))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file + ": it is missing");
  }

  @Test
  void open_fileOpenToOthers_isRefused() throws IOException {
    write(1);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> open(end))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(file + ": must have mode 0600");
  }

  @Test
  void record_diskFails_recordsNothingMore() throws IOException {
    write(3);
    Journal journal = Journal.open(file, keys, Stores.SESSION, end, new FailingDisk(0));
    assertThatThrownBy(() -> Stores.record(journal, 3))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("Cannot write the journal " + file + ": is the disk full?");
    assertThatThrownBy(() -> Stores.record(journal, 4))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("failed before");
    assertThatThrownBy(journal::force).hasMessageContaining("failed before");
    Stores.record(journal, 2);
    assertThat(journal.mark()).isEqualTo(end);
    journal.close();
    assertThat(open(end).size()).isEqualTo(3);
  }

  @Test
  void force_onlyWhatIsNotForced() throws IOException {
    write(3);
    // Two records and one force, with what was read back; the next force is one too many.
    Journal journal = Journal.open(file, keys, Stores.SESSION, end, new FailingDisk(3));
    Stores.record(journal, 3);
    Stores.record(journal, 4);
    journal.force();
    journal.force();
    Stores.record(journal, 4);
    journal.force();
    assertThat(journal.size()).isEqualTo(5);
    assertThatThrownBy(() -> Stores.record(journal, 5)).isInstanceOf(CheckpointException.class);
    journal.close();
    assertThatThrownBy(journal::force).isInstanceOf(CheckpointException.class);
  }

  @Test
  void force_readBack_isForcedAsWell() throws IOException {
    write(3);
    Journal journal = Journal.open(file, keys, Stores.SESSION, end, new FailingDisk(0));
    assertThatThrownBy(journal::force)
        .isInstanceOf(CheckpointException.class)
        .hasMessage("Cannot write the journal " + file + ": is the disk full?");
    assertThatThrownBy(journal::force).hasMessageContaining("failed before");
    assertThatThrownBy(() -> Stores.record(journal, 3)).hasMessageContaining("failed before");
  }
}
