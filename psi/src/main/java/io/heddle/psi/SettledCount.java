// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.psi.shared.KeptIds;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * What counting common ids ended with, as a party keeps it for being started again.
 *
 * @param common how many; 0 at the sender
 */
record SettledCount(int common) {
  private static final int VERSION = 1;

  void commit(Channel step, SortedIds ids) {
    WireWriter out = new WireWriter();
    out.writeInt(VERSION);
    out.writeRaw(ids.digest());
    out.writeInt(common);
    step.commit(out.toByteArray());
  }

  /**
   * What the step ended with; null where it has not.
   *
   * @throws CheckpointException if it ended with other ids
   * @throws CheckpointException if what was kept is of another version
   */
  static @Nullable SettledCount restored(Channel step, SortedIds ids) {
    byte[] state = step.restored();
    if (state == null) {
      return null;
    }
    return KeptIds.readState(state, "the step", in -> read(in, ids));
  }

  private static SettledCount read(WireReader in, SortedIds ids) {
    int version = in.readInt();
    byte[] digest = in.readRaw(Alignment.DIGEST_BYTES);
    int common = in.readInt();
    in.end();
    if (version != VERSION || common < 0) {
      throw new ProtocolException("State of version " + version + ": must be " + VERSION);
    }
    if (!MessageDigest.isEqual(digest, ids.digest())) {
      throw new CheckpointException(
          "The ids have changed since they were counted. Put the data back or begin anew");
    }
    return new SettledCount(common);
  }
}
