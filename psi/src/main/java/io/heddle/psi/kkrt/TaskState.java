// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.ProtocolException;
import io.heddle.ot.JointCoin;
import io.heddle.psi.shared.KeptIds;
import io.heddle.psi.tasks.IdFacts;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * How far a party is in a run in tasks, as it keeps it after each group of partitions and at the
 * end. Secret.
 *
 * @param ids this party's
 * @param theirIds how many the peer has said it has
 * @param coin of the run
 * @param ownInput what all that is drawn hangs on
 * @param transfers this party's end of the function; nothing at the end
 * @param done how many partitions are done. Where more are to come, the receiver has sent its rows
 *     of the next group too
 * @param common the places of the common ids in each partition that is done; none at the sender
 *     before the end
 * @param digests of the common ids of each partition; none before the end
 * @param digest of the alignment; nothing before the end
 */
record TaskState(
    KeptIds ids,
    int theirIds,
    byte[] coin,
    byte[] ownInput,
    byte[] transfers,
    int done,
    List<BitSet> common,
    List<byte[]> digests,
    byte[] digest) {
  /** Tells it from what else a step keeps; "kkrp" in ASCII. */
  private static final int KIND = 0x6b6b7270;

  private static final int VERSION = 1;
  private static final int MOST_TRANSFER_BYTES = 1 << 16;
  private static final int DIGEST_BYTES = 32;
  private static final byte[] NOTHING = {};

  static boolean isOne(byte[] state) {
    return state.length >= Integer.BYTES && new WireReader(state).readInt() == KIND;
  }

  static TaskState begun(
      IdFacts ids, int theirIds, byte[] coin, byte[] ownInput, byte[] transfers) {
    return new TaskState(
        new KeptIds(ids.count(), ids.digest()),
        theirIds,
        coin,
        ownInput,
        transfers,
        0,
        List.of(),
        List.of(),
        NOTHING);
  }

  /** The same run when so many partitions are done. */
  TaskState after(int partitions, List<BitSet> commonSoFar) {
    return new TaskState(
        ids,
        theirIds,
        coin,
        ownInput,
        transfers,
        partitions,
        List.copyOf(commonSoFar),
        List.of(),
        NOTHING);
  }

  /** The run when it is over. */
  TaskState settled(List<BitSet> all, List<byte[]> ofEach, byte[] alignment) {
    return new TaskState(
        ids,
        theirIds,
        coin,
        ownInput,
        NOTHING,
        done,
        List.copyOf(all),
        List.copyOf(ofEach),
        alignment);
  }

  boolean isSettled() {
    return digest.length > 0;
  }

  void commit(Channel step) {
    WireWriter out = new WireWriter();
    out.writeInt(KIND);
    out.writeInt(VERSION);
    ids.write(out);
    out.writeInt(theirIds);
    out.writeRaw(coin);
    out.writeRaw(ownInput);
    out.writeBytes(transfers);
    out.writeInt(done);
    out.writeInt(common.size());
    common.forEach(places -> out.writeBytes(places.toByteArray()));
    out.writeInt(digests.size());
    digests.forEach(out::writeRaw);
    out.writeBytes(digest);
    step.commit(out.toByteArray());
  }

  /**
   * What was kept.
   *
   * @throws io.heddle.error.CheckpointException if it was with other ids, or by another version
   */
  static TaskState read(byte[] state, IdFacts now) {
    return KeptIds.readState(state, "the partitions", in -> read(in, now));
  }

  private static TaskState read(WireReader in, IdFacts now) {
    int kind = in.readInt();
    int version = in.readInt();
    if (kind != KIND || version != VERSION) {
      throw new ProtocolException("State of version " + version + ": must be " + VERSION);
    }
    KeptIds kept = KeptIds.read(in);
    int theirIds = in.readInt();
    byte[] coin = in.readRaw(JointCoin.BYTES);
    byte[] ownInput = in.readRaw(DIGEST_BYTES);
    byte[] transfers = in.readBytes(MOST_TRANSFER_BYTES);
    int done = in.readInt();
    int count = in.readInt();
    if (theirIds < 0
        || theirIds > KkrtSizes.MOST_IDS
        || done < 1
        || done > Partitions.MOST
        || count < 0
        || count > Partitions.MOST) {
      throw new ProtocolException("State of other sizes than these ids can have");
    }
    List<BitSet> common = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      common.add(BitSet.valueOf(in.readBytes(Integer.MAX_VALUE)));
    }
    List<byte[]> digests = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      digests.add(in.readRaw(DIGEST_BYTES));
    }
    byte[] digest = in.readBytes(DIGEST_BYTES);
    in.end();
    kept.requireSame(now.count(), now.digest());
    return new TaskState(
        kept,
        theirIds,
        coin,
        ownInput,
        transfers,
        done,
        List.copyOf(common),
        List.copyOf(digests),
        digest);
  }

  @Override
  public String toString() {
    return "TaskState[" + done + " partitions done]";
  }
}
