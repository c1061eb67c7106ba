// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.party.PartyId;

/**
 * What the tasks of a party need for all partitions of a run beside their ids. Secret: it lies in
 * the party's own store, and tasks get it by its name.
 *
 * @param peer the other party
 * @param nameWidth bytes of a name
 * @param function the party's end of the function
 */
record TaskSecrets(
    PartyId peer, KkrtRun run, Partitions partitions, int nameWidth, byte[] function) {
  /** It is a good deal shorter. */
  static final int MOST_BYTES = 1 << 16;

  byte[] toBytes() {
    WireWriter out = new WireWriter();
    out.writeString(peer.name());
    run.write(out);
    out.writeInt(partitions.count());
    out.writeInt(partitions.receiverIds());
    out.writeInt(partitions.senderIds());
    out.writeInt(nameWidth);
    out.writeBytes(function);
    return out.toByteArray();
  }

  static TaskSecrets read(byte[] bytes) {
    WireReader in = new WireReader(bytes);
    TaskSecrets read =
        new TaskSecrets(
            new PartyId(in.readString(MOST_BYTES)),
            KkrtRun.read(in),
            new Partitions(in.readInt(), in.readInt(), in.readInt()),
            in.readInt(),
            in.readBytes(MOST_BYTES));
    in.end();
    return read;
  }

  @Override
  public String toString() {
    return "TaskSecrets[for " + peer + "]";
  }
}
