// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.okamoto;

import static io.heddle.crypto.okamoto.TestKeys.KEY;
import static io.heddle.crypto.okamoto.TestKeys.encrypted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.keyfile.KeyScheme;
import io.heddle.crypto.paillier.PaillierKeyFile;
import io.heddle.error.ConfigurationException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OkamotoUchiyamaKeyFileTest {
  private static final char[] PASSWORD = "correct horse".toCharArray();

  private final Path directory;

  OkamotoUchiyamaKeyFileTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void read_writtenKey_decryptsWhatItsPublicKeyEncrypted() {
    Path file = directory.resolve("ou.key");
    OkamotoUchiyamaKeyFile.write(KEY, file, PASSWORD, new SecureRandom());
    OkamotoUchiyamaPrivateKey back = OkamotoUchiyamaKeyFile.read(file, PASSWORD);
    assertThat(back.numbers()).isEqualTo(KEY.numbers());
    assertThat(back.publicKey()).isEqualTo(KEY.publicKey());
    assertThat(back.decrypt(encrypted(4711)).get(0)).isEqualTo(4711);
    assertThatThrownBy(() -> PaillierKeyFile.read(file, PASSWORD))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("The file " + file + " holds no sound private key of the expected scheme");
  }

  @Test
  void parse_anyWrongNumberOrKind_isRefused() {
    byte[] secret = OkamotoUchiyamaKeyFile.secret(KEY);
    assertThat(secret).hasSize(64 + 128 + 256);
    KeyScheme scheme = new KeyScheme(16, 0, 2048);
    OkamotoUchiyamaPrivateKey back = OkamotoUchiyamaKeyFile.parse(scheme, secret);
    assertThat(back).isNotNull();
    for (KeyScheme other :
        new KeyScheme[] {
          new KeyScheme(1, 0, 2048),
          new KeyScheme(16, 1, 2048),
          new KeyScheme(16, 0, 3072),
          new KeyScheme(16, 0, 2040)
        }) {
      assertThat(OkamotoUchiyamaKeyFile.parse(other, secret)).isNull();
    }
    assertThat(OkamotoUchiyamaKeyFile.parse(scheme, Arrays.copyOf(secret, 449))).isNull();
    // The lowest bits of p and of q.
    for (int at : new int[] {63, 191}) {
      byte[] changed = secret.clone();
      changed[at] ^= 2;
      assertThat(OkamotoUchiyamaKeyFile.parse(scheme, changed)).isNull();
    }
    byte[] withoutG = secret.clone();
    Arrays.fill(withoutG, 192, 448, (byte) 0);
    assertThat(OkamotoUchiyamaKeyFile.parse(scheme, withoutG)).isNull();
  }
}
