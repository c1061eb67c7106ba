// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.ot.JointCoin;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.KeptIds;
import java.util.BitSet;

/**
 * How far a party is in a run of several partitions, as it keeps it after each for being started
 * again. Secret.
 *
 * @param theirIds how many ids the peer has said it has
 * @param coin of the run
 * @param transfers this party's end of the function's base transfers
 * @param done how many partitions are done. Where more are to come, the receiver has sent its rows
 *     of the next one too
 * @param common the places of the receiver's common ids so far; none at the sender
 */
public record KkrtState(int theirIds, byte[] coin, byte[] transfers, int done, BitSet common) {
  /** Tells it from what a step keeps at its end; "kkrt" in ASCII. */
  private static final int KIND = 0x6b6b7274;

  private static final int VERSION = 1;
  private static final int MOST_TRANSFER_BYTES = 1 << 16;

  /** Whether what a step kept is one of these. */
  public static boolean isOne(byte[] state) {
    return state.length >= Integer.BYTES && new WireReader(state).readInt() == KIND;
  }

  /** The same run when so many partitions are done. */
  KkrtState after(int partitions) {
    return new KkrtState(theirIds, coin, transfers, partitions, common);
  }

  /** Refuses more partitions than there are. */
  void requireWithin(Partitions partitions) {
    if (done > partitions.count()) {
      throw new CheckpointException(
          done + " partitions were done of " + partitions.count() + ": begin anew");
    }
  }

  void commit(Channel step, IdList ids) {
    WireWriter out = new WireWriter();
    out.writeInt(KIND);
    out.writeInt(VERSION);
    KeptIds.write(ids, out);
    out.writeInt(theirIds);
    out.writeRaw(coin);
    out.writeBytes(transfers);
    out.writeInt(done);
    out.writeBytes(common.toByteArray());
    step.commit(out.toByteArray());
  }

  /**
   * What was kept.
   *
   * @throws CheckpointException if it was with other ids, or by another version
   */
  static KkrtState read(byte[] state, IdList ids) {
    return KeptIds.readState(state, "the partitions", in -> read(in, ids));
  }

  private static KkrtState read(WireReader in, IdList ids) {
    int kind = in.readInt();
    int version = in.readInt();
    if (kind != KIND || version != VERSION) {
      throw new ProtocolException("State of version " + version + ": must be " + VERSION);
    }
    KeptIds kept = KeptIds.read(in);
    KkrtState state =
        new KkrtState(
            in.readInt(),
            in.readRaw(JointCoin.BYTES),
            in.readBytes(MOST_TRANSFER_BYTES),
            in.readInt(),
            BitSet.valueOf(in.readBytes(Integer.MAX_VALUE)));
    in.end();
    kept.requireSame(ids);
    if (state.theirIds < 0
        || state.theirIds > KkrtSizes.MOST_IDS
        || state.done < 1
        || state.common.length() > ids.size()) {
      throw new ProtocolException("State of other sizes than these ids can have");
    }
    return state;
  }

  @Override
  public String toString() {
    return "KkrtState[" + done + " partitions done]";
  }
}
