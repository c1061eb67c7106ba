// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.join;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.error.ProtocolException;
import io.heddle.psi.join.JoinMessage.Multiplicities;
import io.heddle.psi.join.JoinMessage.OtherRows;
import java.util.List;

/** The message types of joins (docs/protocol.md, section 3.5), for the codec. */
public final class JoinMessages {
  /** All of them. Ids 33 and 34. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              33,
              Multiplicities.class,
              "how many rows another party has of each common id",
              (message, out) -> out.writeInts(message.counts()),
              in -> new Multiplicities(counts(in))),
          new MessageType<>(
              34,
              OtherRows.class,
              "how many rows the receiver has of ids that are not common to all",
              (message, out) -> out.writeInt(message.rows()),
              in -> new OtherRows(rows(in))));

  private JoinMessages() {}

  private static int[] counts(WireReader in) {
    int[] counts = in.readInts(RowCounts.ITEMS);
    if (counts.length == 0) {
      throw new ProtocolException("Invalid list of no row counts: must be one or more");
    }
    for (int count : counts) {
      if (count < 1) {
        throw new ProtocolException(
            "Invalid number of rows " + count + " of a common id: must be 1 or more");
      }
    }
    return counts;
  }

  private static int rows(WireReader in) {
    int rows = in.readInt();
    if (rows < 0) {
      throw new ProtocolException("Invalid number of rows " + rows + ": must be 0 or more");
    }
    return rows;
  }
}
