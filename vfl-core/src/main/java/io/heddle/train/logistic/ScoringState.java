// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StateFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a party keeps of a scoring that has ended. Secret.
 *
 * @param sums the label holder's linear predictor over all parties by row, in units of 2^-24; none
 *     at a feature holder
 */
record ScoringState(OwnData data, long[] sums) {
  byte[] toBytes() {
    return StateFormat.write(
        out -> {
          data.write(out);
          out.writeLongs(sums);
        });
  }

  /**
   * @param count of sums
   */
  static ScoringState of(byte[] bytes, int count) {
    return StateFormat.read(
        bytes,
        in -> {
          ScoringState state = new ScoringState(OwnData.read(in), in.readLongs(count));
          StateFormat.require(state.sums.length == count, state.sums.length + " sums");
          return state;
        });
  }

  /**
   * The sums of a step that has ended; null where it has not.
   *
   * @param names those of the columns
   * @param count of sums
   * @throws io.heddle.error.CheckpointException if it ended with other data
   * @throws io.heddle.error.CheckpointException if what was kept is of another version
   */
  static long @Nullable [] restored(Channel step, OwnData data, List<String> names, int count) {
    byte[] restored = step.restored();
    if (restored == null) {
      return null;
    }
    ScoringState state = of(restored, count);
    state.data.requireSame(data, names, "The model part has");
    return state.sums;
  }
}
