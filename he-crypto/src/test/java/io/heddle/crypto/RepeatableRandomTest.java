// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class RepeatableRandomTest {
  private static Randomness source(String purpose) {
    return Randomness.derive(new byte[32], purpose);
  }

  private static byte[] next(SecureRandom random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void nextBytes_kthCall_isWhatBelongsToIndexK() {
    SecureRandom random = new RepeatableRandom(source("test"));
    for (int k = 0; k < 4; k++) {
      byte[] expected = new byte[20 + k];
      source("test").fill(k, expected);
      assertThat(next(random, 20 + k)).isEqualTo(expected);
    }
  }

  @Test
  void everyKindOfNumber_sameSource_comesAgain() {
    SecureRandom one = new RepeatableRandom(source("test"));
    SecureRandom same = new RepeatableRandom(source("test"));
    SecureRandom other = new RepeatableRandom(source("other"));
    assertThat(one.nextInt()).isEqualTo(same.nextInt()).isNotEqualTo(other.nextInt());
    assertThat(one.nextLong()).isEqualTo(same.nextLong());
    assertThat(one.nextInt(1000)).isEqualTo(same.nextInt(1000));
    assertThat(one.nextGaussian()).isEqualTo(same.nextGaussian());
    assertThat(one.longs(5).toArray()).isEqualTo(same.longs(5).toArray());
    assertThat(one.generateSeed(16)).isEqualTo(same.generateSeed(16));
    assertThat(next(one, 9)).isEqualTo(next(same, 9)).isNotEqualTo(next(other, 9));
  }

  @Test
  void setSeed_ofAnyKind_isRefused() {
    SecureRandom random = new RepeatableRandom(source("test"));
    assertThatThrownBy(() -> random.setSeed(5)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> random.setSeed(new byte[8]))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void asValue_showsAndSerialisesNothing() throws Exception {
    SecureRandom random = new RepeatableRandom(source("test"));
    assertThat(random).hasToString("RepeatableRandom[secret]");
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      assertThatThrownBy(() -> out.writeObject(random))
          .isInstanceOf(NotSerializableException.class);
    }
  }
}
