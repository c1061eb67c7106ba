// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealedFileTest {
  private static final int SEGMENT = Segments.BYTES + Gcm.TAG_BYTES;
  private static final CheckpointHeader HEADER =
      new CheckpointHeader(
          Stores.SESSION,
          3,
          Stores.TERMS,
          Stores.DATA,
          new Platform("arch", "vm", "17"),
          new JournalMark(5, "00112233445566778899aabbccddeeff"));

  private final Path directory;
  private final Path file;
  private final JobKeys keys = new JobKeys(Stores.key(7));

  SealedFileTest(@TempDir Path directory) {
    this.directory = directory;
    this.file = directory.resolve("commit-3");
  }

  private void write(byte[] body) throws IOException {
    SealedFile.write(Disk.REAL, directory, "commit-3", keys, HEADER, out -> out.write(body));
  }

  private byte[] read(JobKeys with) {
    try {
      SealedFile.Opened opened = SealedFile.open(file, with);
      try (InputStream body = opened.body()) {
        assertThat(opened.header()).isEqualTo(HEADER);
        return body.readAllBytes();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void assertRefused(byte[] content, String reason) throws IOException {
    Files.write(file, content);
    assertThatThrownBy(() -> read(keys))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("Cannot use the checkpoint " + file + ": ")
        .hasMessageContaining(reason)
        .hasMessageNotContaining("marker");
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 4095, 4096, 4097, 8192, 3 << 20, 5_000_011})
  void write_thenOpen_givesHeaderAndBodyBack(int length) throws IOException {
    byte[] body = Stores.body(3, length);
    write(body);
    assertThat(Arrays.equals(read(keys), body)).isTrue();
    int clear = 64 + HEADER.toBytes().length;
    int segments = Math.max(1, (length + Segments.BYTES - 1) / Segments.BYTES);
    assertThat(file).hasSize(clear + length + segments * Gcm.TAG_BYTES);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void write_inPieces_isTheSameBody() throws IOException {
    byte[] body = Stores.body(3, 3_000_000);
    SealedFile.write(
        Disk.REAL,
        directory,
        "commit-3",
        keys,
        HEADER,
        out -> {
          out.write(body[0]);
          int piece = 7;
          for (int at = 1; at < body.length; at += piece, piece += 1009) {
            out.write(body, at, Math.min(piece, body.length - at));
          }
          out.close();
        });
    assertThat(Arrays.equals(read(keys), body)).isTrue();
    try (InputStream in = SealedFile.open(file, keys).body()) {
      assertThat(in.read()).isEqualTo(body[0]);
      in.skipNBytes(2_000_000);
      assertThat(in.read()).isEqualTo(body[2_000_001]);
    }
  }

  @Test
  void write_theSameTwice_givesOtherBytesAndShowsNoBody() throws IOException {
    byte[] body = Stores.body(3, 500);
    write(body);
    byte[] first = Files.readAllBytes(file);
    write(body);
    byte[] second = Files.readAllBytes(file);
    int clear = 64 + HEADER.toBytes().length;
    assertThat(Arrays.copyOfRange(first, 0, 16)).isEqualTo(Arrays.copyOfRange(second, 0, 16));
    for (int at = clear; at + 16 <= first.length; at += 16) {
      assertThat(Arrays.copyOfRange(first, at, at + 16))
          .isNotEqualTo(Arrays.copyOfRange(second, at, at + 16));
    }
    assertThat(new String(first, ISO_8859_1)).doesNotContain(Stores.MARKER);
  }

  @Test
  void write_bodyThatFails_leavesTheFileAsItWas() throws IOException {
    write(Stores.body(3, 50));
    byte[] before = Files.readAllBytes(file);
    for (Exception failure : List.of(new IOException("no"), new IllegalStateException("no"))) {
      assertThatThrownBy(
              () ->
                  SealedFile.write(
                      Disk.REAL,
                      directory,
                      "commit-3",
                      keys,
                      HEADER,
                      out -> {
                        out.write(new byte[3 << 20]);
                        if (failure instanceof IOException e) {
                          throw e;
                        }
                        throw (RuntimeException) failure;
                      }))
          .isSameAs(failure);
      assertThat(Files.readAllBytes(file)).isEqualTo(before);
      try (var files = Files.list(directory)) {
        assertThat(files).containsExactly(file);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 150})
  void open_anyByteFlipped_isRefused(int length) throws IOException {
    write(Stores.body(3, length));
    byte[] good = Files.readAllBytes(file);
    for (int at = 0; at < good.length; at++) {
      byte[] changed = good.clone();
      changed[at] ^= (byte) (1 << at % 8);
      assertRefused(changed, "");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 150})
  void open_cutAnywhereOrExtended_isRefused(int length) throws IOException {
    write(Stores.body(3, length));
    byte[] good = Files.readAllBytes(file);
    for (int size = 0; size < good.length; size++) {
      assertRefused(Arrays.copyOf(good, size), size < 48 ? "ends within its header" : "");
    }
    for (int more : new int[] {1, 15, 16, 17, 1000, SEGMENT}) {
      assertRefused(Arrays.copyOf(good, good.length + more), "segment 1 of its body");
    }
    assertRefused(join(good, good), "segment 1 of its body");
  }

  @Test
  void open_segmentsMoved_isRefused() throws IOException {
    write(Stores.body(3, 3 * Segments.BYTES));
    byte[] good = Files.readAllBytes(file);
    int start = good.length - 3 * SEGMENT;
    byte[] clear = Arrays.copyOf(good, start);
    byte[] a = Arrays.copyOfRange(good, start, start + SEGMENT);
    byte[] b = Arrays.copyOfRange(good, start + SEGMENT, start + 2 * SEGMENT);
    byte[] c = Arrays.copyOfRange(good, start + 2 * SEGMENT, good.length);
    assertRefused(clear, "segment 1");
    assertRefused(join(clear, a), "segment 1");
    assertRefused(join(clear, b, c), "segment 1");
    assertRefused(join(clear, b, a, c), "segment 1");
    assertRefused(join(clear, c), "segment 1");
    assertRefused(join(clear, a, b), "segment 2");
    assertRefused(join(clear, a, c), "segment 2");
    assertRefused(join(clear, a, a, b, c), "segment 2");
    assertRefused(join(clear, a, c, b), "segment 2");
    assertRefused(join(clear, a, b, b, c), "segment 3");
    assertRefused(join(clear, a, b, c, c), "segment 3");
    assertRefused(Arrays.copyOf(good, good.length - SEGMENT + 15), "segment 3");
    write(Stores.body(4, 3 * Segments.BYTES));
    byte[] other = Files.readAllBytes(file);
    assertRefused(join(clear, Arrays.copyOfRange(other, start, other.length)), "segment 1");
    assertRefused(join(clear, a, Arrays.copyOfRange(other, start + SEGMENT, other.length)), "2");
  }

  @Test
  void open_otherKey_isRefused() throws IOException {
    write(Stores.body(3, 50));
    assertThatThrownBy(() -> read(new JobKeys(Stores.key(8))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("another identity key");
    keys.wipe();
    assertThatThrownBy(() -> read(keys)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void open_otherVersionOrOtherFile_saysSo() throws IOException {
    write(Stores.body(3, 50));
    byte[] changed = Files.readAllBytes(file);
    changed[11] = 2;
    assertRefused(changed, "it has format version 2, this version of Heddle reads 1");
    changed[11] = 1;
    changed[12] = 1;
    assertRefused(changed, "must be 0 to 4096");
    changed[0] = 'h';
    assertRefused(changed, "it is no checkpoint file");
  }
}
