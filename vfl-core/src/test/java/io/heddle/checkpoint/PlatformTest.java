// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlatformTest {
  @Test
  void difference_namesWhatDiffers() {
    Platform platform = new Platform("amd64", "OpenJDK", "17.0.1");
    assertThat(platform.difference(new Platform("amd64", "OpenJDK", "17.0.1"))).isNull();
    assertThat(platform.difference(new Platform("aarch64", "OpenJDK", "17.0.1")))
        .isEqualTo("processor amd64, now aarch64");
    assertThat(platform.difference(new Platform("amd64", "OpenJDK", "17.0.2")))
        .isEqualTo("Java VM OpenJDK 17.0.1, now OpenJDK 17.0.2");
    assertThat(platform.difference(new Platform("amd64", "J9", "17.0.1"))).contains("now J9");
    assertThat(Platform.current().difference(Platform.current())).isNull();
  }
}
