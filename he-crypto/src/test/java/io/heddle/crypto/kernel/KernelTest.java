// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KernelTest {
  private static @Nullable String never() {
    throw new AssertionError("The self-test was run");
  }

  @Test
  void outcome_selfTestPasses_isVectors() {
    assertThat(Kernel.outcome(-1, true, () -> 256, () -> null)).isEqualTo("passed");
    assertThat(Kernel.outcome(512, true, () -> 256, () -> null)).isEqualTo("passed");
  }

  @Test
  void outcome_selfTestFindsAWrongProduct_isPlain() {
    assertThat(Kernel.outcome(-1, true, () -> 512, () -> "4096 bits, number 3"))
        .isEqualTo("failed: 4096 bits, number 3");
  }

  @Test
  void outcome_selfTestBreaks_isPlain() {
    Supplier<@Nullable String> broken =
        () -> {
          throw new NoSuchMethodError("fromArray");
        };
    assertThat(Kernel.outcome(-1, true, () -> 512, broken))
        .startsWith("failed: ")
        .contains("fromArray");
    Supplier<@Nullable String> outside =
        () -> {
          throw new IndexOutOfBoundsException("Columns 0 to 45 at 0");
        };
    assertThat(Kernel.outcome(256, true, () -> 512, outside)).startsWith("failed: ");
  }

  @Test
  void outcome_withoutModuleOrVectors_isPlainWithoutATest() {
    assertThat(Kernel.outcome(0, true, () -> 512, KernelTest::never)).startsWith("not run: ");
    assertThat(Kernel.outcome(-1, false, () -> 512, KernelTest::never)).contains("--add-modules");
    assertThat(Kernel.outcome(-1, true, () -> 128, KernelTest::never)).contains("256 bits");
  }

  @Test
  void outcome_vectorsAskedForWithoutModule_isAnError() {
    assertThatThrownBy(() -> Kernel.outcome(256, false, () -> 512, KernelTest::never))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("--add-modules jdk.incubator.vector");
  }
}
