// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.WireReader;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StateFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a party of a fit commits: what it started from, and how far it has come or what it ended
 * with. Secret.
 *
 * @param progress what the role needs to go on, in its own format; empty after the end
 * @param result null before the end
 */
record TreesState(OwnData data, byte[] progress, @Nullable TreesFit result) {

  /**
   * Before the fourth one a feature holder did not know which splits are of which tree, and nobody
   * how many rows are in a ciphertext.
   */
  private static final int FORMAT = 5;

  byte[] toBytes() {
    return StateFormat.write(
        out -> {
          out.writeInt(FORMAT);
          data.write(out);
          out.writeBytes(progress);
          out.writeBoolean(result != null);
          if (result != null) {
            result.part().write(out);
            TreesReport.write(result.summary(), out);
          }
        });
  }

  /**
   * @return null for null: the fit begins
   * @throws io.heddle.error.CheckpointException if the bytes are no such state
   */
  static @Nullable TreesState of(byte @Nullable [] bytes) {
    return bytes == null ? null : StateFormat.read(bytes, TreesState::read);
  }

  private static TreesState read(WireReader in) {
    int format = in.readInt();
    StateFormat.require(format == FORMAT, "format " + format + " of trees, must be " + FORMAT);
    OwnData data = OwnData.read(in);
    byte[] progress = in.readBytes(Integer.MAX_VALUE);
    return new TreesState(
        data,
        progress,
        in.readBoolean()
            ? new TreesFit(TreesModelPart.read(in), TreesReport.readSummary(in))
            : null);
  }
}
