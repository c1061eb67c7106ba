// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.MessageType;
import io.heddle.psi.ecdh.CardinalityMessage.CountedPoints;
import io.heddle.psi.ecdh.CardinalityMessage.ShuffledTags;
import io.heddle.psi.shared.Chunks;
import java.util.List;

/** The message types of counting common ids (docs/protocol.md, section 3.6), for the codec. */
public final class CardinalityMessages {
  /** Ids 35 and 36. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              35,
              ShuffledTags.class,
              "the receiver, with the next, how many of its ids are common, not which",
              (message, out) -> {
                out.writeByte(message.width());
                out.writeBytes(message.tags());
              },
              in -> {
                int width = EcdhMessages.width(in);
                return new ShuffledTags(width, Chunks.read(in, width));
              }),
          new MessageType<>(
              36,
              CountedPoints.class,
              "the receiver, with the one before: how many of its ids are common, not which",
              (message, out) -> out.writeBytes(message.points()),
              in -> new CountedPoints(EcdhMessages.points(in))));

  private CardinalityMessages() {}
}
