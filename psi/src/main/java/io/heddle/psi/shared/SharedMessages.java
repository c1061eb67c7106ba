// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.error.ProtocolException;
import io.heddle.psi.shared.SharedMessage.IntersectionSize;
import io.heddle.psi.shared.SharedMessage.SetSize;
import io.heddle.psi.shared.SharedMessage.Settled;
import java.util.List;

/** The message types of every intersection (docs/protocol.md, section 3), for the codec. */
public final class SharedMessages {
  /** By their numbers on the wire. */
  private static final List<PsiProtocol> PROTOCOLS =
      List.of(
          PsiProtocol.AUTO,
          PsiProtocol.ECDH,
          PsiProtocol.KKRT,
          PsiProtocol.ECDH_OPRF,
          PsiProtocol.RR22);

  /** All of them. Ids 20, 25 and 27. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              20,
              SetSize.class,
              "how many ids another party has, and whether it takes the reader as semi-honest",
              (message, out) -> {
                out.writeInt(message.ids());
                out.writeInt(message.minIntersection());
                out.writeBoolean(message.allLearn());
                out.writeByte(PROTOCOLS.indexOf(message.protocol()));
                out.writeBoolean(message.semiHonest());
              },
              in ->
                  new SetSize(
                      count(in), count(in), in.readBoolean(), protocol(in), in.readBoolean())),
          new MessageType<>(
              25,
              IntersectionSize.class,
              "how many ids are common to all parties",
              (message, out) -> out.writeInt(message.ids()),
              in -> new IntersectionSize(count(in))),
          new MessageType<>(
              27,
              Settled.class,
              "nothing: that the other party knows why the run fails",
              (message, out) -> {},
              in -> new Settled()));

  private SharedMessages() {}

  private static int count(WireReader in) {
    int count = in.readInt();
    if (count < 0) {
      throw new ProtocolException("Invalid count " + count + ": must be 0 or more");
    }
    return count;
  }

  private static PsiProtocol protocol(WireReader in) {
    int number = in.readByte();
    if (number < 0 || number >= PROTOCOLS.size()) {
      throw new ProtocolException(
          "Invalid protocol " + number + ": must be 0 to " + (PROTOCOLS.size() - 1));
    }
    return PROTOCOLS.get(number);
  }
}
