// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.error.DataException;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SessionStateTest {
  private static final int PIECE = 60 << 20;

  private final SessionState state =
      SessionState.agreed("ab".repeat(32), new TreeMap<>(), new TrafficMeter());

  @Test
  void mostToKeep_isWhatOtherStepsLeave() {
    assertThat(state.mostToKeep("1-a")).isEqualTo(Channel.MOST_STATE_BYTES);

    state.keep("1-a", new byte[100]);
    state.keep("2-b/c", new byte[10]);

    assertThat(state.mostToKeep("1-a")).isEqualTo(Channel.MOST_STATE_BYTES - 10 - 5);
    assertThat(state.mostToKeep("2-b/c")).isEqualTo(Channel.MOST_STATE_BYTES - 100 - 3);
    assertThat(state.mostToKeep("3-d")).isEqualTo(Channel.MOST_STATE_BYTES - 110 - 8);
  }

  /** One array stands for all: what they take together is counted, not what is held. */
  @Test
  void keep_moreThanOneArrayTakes_isRefusedNamingTheStepAndWhatIsLeft() {
    byte[] piece = new byte[PIECE];
    int fitting = (int) (Channel.MOST_STATE_BYTES / (PIECE + 3));
    for (int i = 0; i < fitting; i++) {
      state.keep(String.format("%02d-", i), piece);
    }
    long left = Channel.MOST_STATE_BYTES - fitting * (PIECE + 3L);

    assertThatThrownBy(() -> state.keep("99-", piece))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Step 99- takes "
                + PIECE
                + " bytes to go on from after a crash, and no more than "
                + left
                + " can be kept beside those of the session's other steps: take fewer rows, or a"
                + " session of its own");
    assertThat(state.results()).hasSize(fitting).doesNotContainKey("99-");
    state.keep("00-", piece);
    state.keep("99-", new byte[(int) left]);
  }
}
