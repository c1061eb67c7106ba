// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnDirectoryTest {
  private static final byte[] MARKER = "marker-of-a-secret".getBytes(StandardCharsets.UTF_8);

  private final Path place;
  private final OwnDirectory directory;
  private final byte[] key = Stores.key(7);

  OwnDirectoryTest(@TempDir Path parent) {
    place = parent.resolve("a").resolve("b");
    directory = OwnDirectory.open(place);
  }

  @Test
  void write_read_givesTheLastContent() {
    assertThat(directory.read("none", 10)).isNull();
    directory.write("file", new byte[] {1, 2}, new byte[0], new byte[] {3});
    directory.write("file", new byte[] {4}, new byte[] {5});
    assertThat(directory.read("file", 2)).containsExactly(4, 5);
    assertThat(directory.read("file", 1)).as("longer than it may be").isNull();
    directory.write("file");
    assertThat(directory.read("file", 1)).isEmpty();
  }

  @Test
  void sealed_anyBitChangedOrCut_isRefusedWithoutContent() throws IOException {
    directory.writeSealed("file", key, MARKER);
    assertThat(directory.readSealed("file", key)).isEqualTo(MARKER);
    assertThat(directory.readSealed("other", key)).isNull();
    byte[] whole = Files.readAllBytes(place.resolve("file"));
    assertThat(HexFormat.of().formatHex(whole))
        .doesNotContain(HexFormat.of().formatHex(Arrays.copyOf(MARKER, 6)));
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 1;
      assertRefused(changed);
      assertRefused(Arrays.copyOf(whole, i));
    }
    assertRefused(Arrays.copyOf(whole, whole.length + 1));
    assertRefused(new byte[1 << 17]);
  }

  private void assertRefused(byte[] content) throws IOException {
    Files.write(place.resolve("file"), content);
    assertThatThrownBy(() -> directory.readSealed("file", key))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("Cannot use the file " + place.resolve("file") + ": it is damaged")
        .hasMessageNotContaining("marker");
  }

  @Test
  void sealed_underAnotherNameOrKey_isRefused() throws IOException {
    directory.writeSealed("one", key, MARKER);
    Files.copy(place.resolve("one"), place.resolve("two"));
    assertThatThrownBy(() -> directory.readSealed("two", key))
        .isInstanceOf(CheckpointException.class);
    assertThatThrownBy(() -> directory.readSealed("one", Stores.key(8)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("sealed under another identity key");
  }

  @Test
  void sealed_twice_sharesNoBlock() throws IOException {
    Set<String> blocks = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      directory.writeSealed("file", key, new byte[64]);
      byte[] bytes = Files.readAllBytes(place.resolve("file"));
      for (int at = 44; at + 16 <= bytes.length; at += 16) {
        blocks.add(HexFormat.of().formatHex(bytes, at, at + 16));
      }
    }
    assertThat(blocks).hasSize(3 * 5);
  }

  @Test
  void open_looseModes_areRefused() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
        .isEqualTo("rwx------");
    directory.write("file", MARKER);
    Files.setPosixFilePermissions(
        place.resolve("file"), PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> directory.read("file", 100))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("must have mode 0600");
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwx--x---"));
    assertThatThrownBy(() -> OwnDirectory.open(place))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("must have mode 0700");
    Path file = place.resolveSibling("file");
    Files.write(file, MARKER);
    assertThatThrownBy(() -> OwnDirectory.open(file)).isInstanceOf(CheckpointException.class);
  }

  @Test
  void locked_severalThreads_loseNoChange() throws Exception {
    directory.write("count", new byte[] {0});
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Boolean>> all =
          IntStream.range(0, 40)
              .mapToObj(
                  i ->
                      threads.submit(
                          () ->
                              OwnDirectory.open(place)
                                  .locked(
                                      () -> {
                                        byte[] count =
                                            Objects.requireNonNull(directory.read("count", 1));
                                        directory.write(
                                            "count", new byte[] {(byte) (count[0] + 1)});
                                        return true;
                                      })))
              .toList();
      for (Future<Boolean> one : all) {
        assertThat(one.get()).isTrue();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(directory.read("count", 1)).containsExactly(40);
  }
}
