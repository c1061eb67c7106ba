// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.psi.shared.KeptIds;
import java.math.BigInteger;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * What adding up values ended with, as a party keeps it for being started again.
 *
 * @param common how many ids are common
 * @param sum of their values; 0 at the receiver
 */
record SettledSum(int common, BigInteger sum) {
  private static final int VERSION = 1;
  private static final int LARGEST_SUM = 512;

  /** At the receiver. */
  static SettledSum counted(int common) {
    return new SettledSum(common, BigInteger.ZERO);
  }

  void commit(Channel step, SortedIds ids, long[] values) {
    WireWriter out = new WireWriter();
    out.writeInt(VERSION);
    out.writeRaw(KeptIds.digest(ids.digest(), values));
    out.writeInt(common);
    out.writeBytes(sum.toByteArray());
    step.commit(out.toByteArray());
  }

  /**
   * What the step ended with; null where it has not.
   *
   * @throws CheckpointException if it ended with other ids or values
   * @throws CheckpointException if what was kept is of another version
   */
  static @Nullable SettledSum restored(Channel step, SortedIds ids, long[] values) {
    byte[] state = step.restored();
    return state == null
        ? null
        : KeptIds.readState(
            state, "the step", in -> read(in, KeptIds.digest(ids.digest(), values)));
  }

  private static SettledSum read(WireReader in, byte[] own) {
    int version = in.readInt();
    byte[] digest = in.readRaw(Alignment.DIGEST_BYTES);
    int common = in.readInt();
    byte[] sum = in.readBytes(LARGEST_SUM);
    in.end();
    if (version != VERSION || common < 0 || sum.length == 0) {
      throw new ProtocolException("State of version " + version + ": must be " + VERSION);
    }
    if (!MessageDigest.isEqual(digest, own)) {
      throw new CheckpointException(
          "The ids or their values have changed since they were added up. Put the data back or"
              + " begin anew");
    }
    return new SettledSum(common, new BigInteger(sum));
  }
}
