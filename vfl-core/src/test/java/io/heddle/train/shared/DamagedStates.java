// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.shared;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.error.CheckpointException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** For tests: what a reader of a committed state makes of damaged ones. */
public final class DamagedStates {
  private DamagedStates() {}

  /** Every prefix, and every byte changed in its lowest and in its highest bit. */
  private static List<byte[]> damaged(byte[] state) {
    List<byte[]> damaged = new ArrayList<>();
    for (int i = 0; i < state.length; i++) {
      damaged.add(Arrays.copyOf(state, i));
      for (int bit : new int[] {1, 0x80}) {
        byte[] changed = state.clone();
        changed[i] ^= (byte) bit;
        damaged.add(changed);
      }
    }
    damaged.add(Arrays.copyOf(state, state.length + 1));
    return damaged;
  }

  /** Reads to something that writes the same bytes, or is refused. */
  public static void assertReadableOrRefused(byte[] state, UnaryOperator<byte[]> readAndWrite) {
    assertThat(readAndWrite.apply(state)).isEqualTo(state);
    int refused = 0;
    for (byte[] damaged : damaged(state)) {
      try {
        assertThat(readAndWrite.apply(damaged)).isEqualTo(damaged);
      } catch (CheckpointException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(state.length);
  }
}
