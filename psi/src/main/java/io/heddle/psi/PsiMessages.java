// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.MessageType;
import io.heddle.ot.OtMessages;
import io.heddle.psi.AlignmentMessage.Answer;
import io.heddle.psi.AlignmentMessage.Outcome;
import io.heddle.psi.AlignmentMessage.Proposal;
import io.heddle.psi.ecdh.CardinalityMessages;
import io.heddle.psi.ecdh.EcdhMessages;
import io.heddle.psi.ecdh.SumMessages;
import io.heddle.psi.join.JoinMessages;
import io.heddle.psi.kkrt.KkrtMessages;
import io.heddle.psi.kkrt.KkrtTaskMessages;
import io.heddle.psi.oprf.OprfMessages;
import io.heddle.psi.rr22.Rr22Messages;
import io.heddle.psi.shared.SharedMessages;
import io.heddle.vole.VoleMessages;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** All message types of this module, for a party's codec (docs/protocol.md, section 3). */
public final class PsiMessages {
  /**
   * Ids 20 to 39, 100 to 104, 110 to 113 and 145 to 147; 90 to 95 of oblivious transfers, 140 and
   * 141 of vector OLE.
   */
  public static final List<MessageType<?>> TYPES =
      Stream.of(
              SharedMessages.TYPES,
              EcdhMessages.TYPES,
              KkrtMessages.TYPES,
              KkrtTaskMessages.TYPES,
              OtMessages.TYPES,
              VoleMessages.TYPES,
              Rr22Messages.TYPES,
              JoinMessages.TYPES,
              CardinalityMessages.TYPES,
              SumMessages.TYPES,
              OprfMessages.TYPES,
              List.<MessageType<?>>of(
                  new MessageType<>(
                      28,
                      Proposal.class,
                      "a digest over the common ids, which the reader has as well",
                      (message, out) -> {
                        out.writeInt(message.rows());
                        out.writeRaw(message.digest());
                      },
                      in -> new Proposal(in.readInt(), in.readRaw(Alignment.DIGEST_BYTES))),
                  new MessageType<>(
                      29,
                      Answer.class,
                      "whether the other party aligned the same ids",
                      (message, out) -> out.writeBoolean(message.same()),
                      in -> new Answer(in.readBoolean())),
                  new MessageType<>(
                      30,
                      Outcome.class,
                      "whether all parties aligned the same ids",
                      (message, out) -> out.writeBoolean(message.same()),
                      in -> new Outcome(in.readBoolean()))))
          .<MessageType<?>>flatMap(Collection::stream)
          .toList();

  private PsiMessages() {}
}
