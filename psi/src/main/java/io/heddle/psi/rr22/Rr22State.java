// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.ot.JointCoin;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.KeptIds;
import java.util.Arrays;
import java.util.BitSet;

/**
 * How far a party is in a run of several partitions, as it keeps it after each for being started
 * again. Secret.
 *
 * @param theirIds how many ids the peer has said it has
 * @param coin of the run
 * @param done how many partitions are done; nothing has been sent of the next one
 * @param common the places of the receiver's common ids so far, in the order of the sender's lists;
 *     none at the sender
 * @param places where they stand in the sender's lists; none at the sender
 */
public record Rr22State(int theirIds, byte[] coin, int done, int[] common, BitSet places) {
  /** Tells it from what a step keeps at its end; "rr22" in ASCII. */
  private static final int KIND = 0x72723232;

  private static final int VERSION = 1;

  /** Whether what a step kept is one of these. */
  public static boolean isOne(byte[] state) {
    return state.length >= Integer.BYTES && new WireReader(state).readInt() == KIND;
  }

  static Rr22State begun(int theirIds, byte[] coin) {
    return new Rr22State(theirIds, coin, 0, new int[0], new BitSet());
  }

  /** The same run when one more partition is done. */
  Rr22State next() {
    return new Rr22State(theirIds, coin, done + 1, common, places);
  }

  /**
   * The same with what one more partition has in common.
   *
   * @param found for each place of its list the place of the receiver's id that stands there, or -1
   * @param first the place in all lists of the first one of this
   */
  Rr22State next(int[] found, int first) {
    int[] all = Arrays.copyOf(common, common.length + found.length);
    BitSet where = (BitSet) places.clone();
    int count = common.length;
    for (int place = 0; place < found.length; place++) {
      if (found[place] >= 0) {
        all[count++] = found[place];
        where.set(first + place);
      }
    }
    return new Rr22State(theirIds, coin, done + 1, Arrays.copyOf(all, count), where);
  }

  /** Refuses more partitions than there are. */
  void requireWithin(Layout layout) {
    if (done > layout.partitions() || places.length() > layout.places()) {
      throw new CheckpointException(
          done + " partitions were done of " + layout.partitions() + ": begin anew");
    }
  }

  void commit(Channel step, IdList ids) {
    WireWriter out = new WireWriter();
    out.writeInt(KIND);
    out.writeInt(VERSION);
    KeptIds.write(ids, out);
    out.writeInt(theirIds);
    out.writeRaw(coin);
    out.writeInt(done);
    out.writeInts(common);
    out.writeBytes(places.toByteArray());
    step.commit(out.toByteArray());
  }

  /**
   * What was kept.
   *
   * @throws CheckpointException if it was with other ids, or by another version
   */
  static Rr22State read(byte[] state, IdList ids) {
    return KeptIds.readState(state, "the partitions", in -> read(in, ids));
  }

  private static Rr22State read(WireReader in, IdList ids) {
    int kind = in.readInt();
    int version = in.readInt();
    if (kind != KIND || version != VERSION) {
      throw new ProtocolException("State of version " + version + ": must be " + VERSION);
    }
    KeptIds kept = KeptIds.read(in);
    Rr22State state =
        new Rr22State(
            in.readInt(),
            in.readRaw(JointCoin.BYTES),
            in.readInt(),
            in.readInts(Integer.MAX_VALUE),
            BitSet.valueOf(in.readBytes(Integer.MAX_VALUE)));
    in.end();
    kept.requireSame(ids);
    if (state.theirIds < 0
        || state.theirIds > Rr22Sizes.MOST_IDS
        || state.done < 1
        || state.common.length != state.places.cardinality()
        || Arrays.stream(state.common).anyMatch(place -> place < 0 || place >= ids.size())) {
      throw new ProtocolException("State of other sizes than these ids can have");
    }
    return state;
  }

  @Override
  public String toString() {
    return "Rr22State[" + done + " partitions done]";
  }
}
