// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.psi.kkrt.KkrtState;
import io.heddle.psi.rr22.Rr22State;
import io.heddle.psi.shared.KeptIds;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an intersection ended with, as a party keeps it for being started again: by places in byte
 * order, for a table may be read in another order then.
 *
 * @param places of this party's common ids among its sorted ones
 * @param digest of the alignment
 * @param protocol the family of protocols that ran
 */
record Settled(int[] places, byte[] digest, PsiProtocol protocol) {
  private static final int VERSION = 2;

  /** By their numbers in the state. */
  private static final List<PsiProtocol> PROTOCOLS =
      List.of(PsiProtocol.ECDH, PsiProtocol.KKRT, PsiProtocol.ECDH_OPRF, PsiProtocol.RR22);

  void commit(Channel step, SortedIds ids) {
    step.commit(toBytes(ids));
  }

  byte[] toBytes(SortedIds ids) {
    WireWriter out = new WireWriter();
    out.writeInt(VERSION);
    KeptIds.write(ids.ids(), out);
    out.writeInts(places);
    out.writeRaw(digest);
    out.writeByte(PROTOCOLS.indexOf(protocol));
    return out.toByteArray();
  }

  /**
   * What the step ended with; null where it has not.
   *
   * @throws CheckpointException if it ended with other ids
   * @throws CheckpointException if what was kept is of another version
   */
  static @Nullable Settled restored(Channel step, SortedIds ids) {
    byte[] state = step.restored();
    if (state == null || KkrtState.isOne(state) || Rr22State.isOne(state)) {
      return null;
    }
    return KeptIds.readState(state, "the step", in -> read(in, ids));
  }

  private static Settled read(WireReader in, SortedIds ids) {
    int version = in.readInt();
    if (version != VERSION) {
      throw new ProtocolException("State of version " + version + ": must be " + VERSION);
    }
    KeptIds kept = KeptIds.read(in);
    int[] places = in.readInts(PsiLimits.LARGEST_SET);
    byte[] digest = in.readRaw(Alignment.DIGEST_BYTES);
    PsiProtocol protocol = protocol(in.readByte());
    Settled settled = new Settled(places, digest, protocol);
    in.end();
    kept.requireSame(ids.ids());
    int now = ids.ids().size();
    for (int place : places) {
      if (place < 0 || place >= now) {
        throw new ProtocolException("Place " + place + ": must be 0 to " + (now - 1));
      }
    }
    return settled;
  }

  private static PsiProtocol protocol(int number) {
    if (number < 0 || number >= PROTOCOLS.size()) {
      throw new ProtocolException(
          "Protocol " + number + ": must be 0 to " + (PROTOCOLS.size() - 1));
    }
    return PROTOCOLS.get(number);
  }
}
