// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OtUseTest {
  @Test
  void newUse_badAttemptOrDigest_isRefused() {
    assertThatThrownBy(() -> new OtUse(new byte[1], 0, new byte[32]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid attempt 0: must be 1 or more");
    assertThatThrownBy(() -> new OtUse(new byte[1], 1, new byte[31]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid digest of 31 bytes: must be 32");
  }

  @Test
  void newUse_arraysChangedAfterwards_staysAsItIs() {
    byte[] salt = {1};
    byte[] input = new byte[32];
    OtUse use = new OtUse(salt, 1, input);
    salt[0] = 2;
    input[0] = 2;
    assertThat(use.salt()).containsExactly(1);
    assertThat(use.ownInput()).containsOnly(0);
  }

  @Test
  void toString_ofSecrets_showsNone() {
    assertThat(new OtUse(new byte[] {77}, 3, new byte[32])).hasToString("OtUse[attempt 3]");
    assertThat(new KeyPairs(new byte[32], new byte[32])).hasToString("KeyPairs[2 secret pairs]");
  }
}
