// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.keyfile;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
  private static final KeyScheme SCHEME = new KeyScheme(16, 0, 3072);
  private static final char[] PASSWORD = "correct horse".toCharArray();
  private static final byte[] SECRET = "numbers".getBytes(US_ASCII);

  private final Path directory;
  private final Path file;

  KeyFileTest(@TempDir Path directory) {
    this.directory = directory;
    this.file = directory.resolve("paillier.key");
  }

  private void write() {
    KeyFile.write(file, SCHEME, SECRET, PASSWORD, new SecureRandom());
  }

  private static String text(KeyScheme scheme, byte[] secret) {
    return scheme + " " + new String(secret, US_ASCII);
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  private void assertRefused(char[] password, String reason) {
    assertThatThrownBy(() -> KeyFile.read(file, password, KeyFileTest::text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(reason)
        .hasMessageNotContaining("horse");
  }

  @Test
  void write_thenRead_givesTheKeyBackAndLeavesOneFileForTheOwner() throws Exception {
    write();
    assertThat(KeyFile.<String>read(file, PASSWORD, KeyFileTest::text))
        .isEqualTo(SCHEME + " numbers");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(files()).containsExactly(file);
    assertThat(PASSWORD).isEqualTo("correct horse".toCharArray());
  }

  @Test
  void write_largestSecret_comesBackWhole() {
    byte[] secret = new byte[SealedKey.MAX_BYTES - 62];
    Arrays.fill(secret, (byte) 'x');
    KeyFile.write(file, SCHEME, secret, PASSWORD, new SecureRandom());
    assertThat(KeyFile.<Integer>read(file, PASSWORD, (scheme, opened) -> opened.length))
        .isEqualTo(secret.length);
  }

  @Test
  void write_whereAFileIs_isRefusedAndKeepsIt() throws Exception {
    Files.writeString(file, "the only copy");
    assertThatThrownBy(this::write)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("already");
    assertThat(file).hasContent("the only copy");
    assertThat(files()).containsExactly(file);
  }

  @Test
  void write_whereNoDirectoryIs_isRefused() {
    Path nowhere = directory.resolve("none").resolve("paillier.key");
    assertThatThrownBy(() -> KeyFile.write(nowhere, SCHEME, SECRET, PASSWORD, new SecureRandom()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("Cannot write the private key to " + nowhere);
  }

  @Test
  void write_emptyPassword_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyFile.write(file, SCHEME, SECRET, new char[0], new SecureRandom()));
    assertThat(file).doesNotExist();
  }

  @Test
  void read_anotherPasswordOrDamage_isTheSameError() throws Exception {
    write();
    byte[] good = Files.readAllBytes(file);
    assertRefused("correct hors".toCharArray(), "Cannot open the private key file");
    assertRefused(new char[0], "Cannot open the private key file");
    for (int at : new int[] {0, 8, 9, 12, 13, 15, 20, 40, 46, good.length - 1}) {
      byte[] changed = good.clone();
      changed[at] ^= 1;
      Files.write(file, changed);
      assertRefused(PASSWORD, "Cannot open the private key file");
    }
    for (int length : new int[] {0, 46, good.length - 1, good.length + 1, 1 << 20}) {
      Files.write(file, Arrays.copyOf(good, length));
      assertRefused(PASSWORD, "Cannot open the private key file");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw------x", "rwxrwxrwx"})
  void read_fileOpenToOthers_isRefused(String mode) throws Exception {
    Files.write(file, new byte[100]);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    assertRefused(PASSWORD, "must have mode 0600");
  }

  @Test
  void read_missingFile_isRefused() {
    assertRefused(PASSWORD, "No private key file");
  }

  @Test
  void read_unsoundKey_isRefusedAndWiped() {
    write();
    byte[][] seen = new byte[1][];
    assertThatThrownBy(
            () ->
                KeyFile.<String>read(
                    file,
                    PASSWORD,
                    (scheme, secret) -> {
                      seen[0] = secret;
                      return null;
                    }))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no sound private key");
    assertThat(seen[0]).containsOnly(0);
  }
}
