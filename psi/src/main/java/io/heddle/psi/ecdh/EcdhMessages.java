// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.ProtocolException;
import io.heddle.psi.ecdh.EcdhMessage.BlindedPoints;
import io.heddle.psi.ecdh.EcdhMessage.BlindedTags;
import io.heddle.psi.ecdh.EcdhMessage.Positions;
import io.heddle.psi.ecdh.EcdhMessage.RingPoints;
import io.heddle.psi.ecdh.EcdhMessage.SenderPoints;
import io.heddle.psi.shared.Chunks;
import java.util.List;

/** The message types of its own (docs/protocol.md, section 3), for the codec. */
public final class EcdhMessages {
  /** All of them. Ids 21 to 24 and 26. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              21,
              BlindedPoints.class,
              "nothing: points under the receiver's fresh secret, in a secret order",
              (message, out) -> out.writeBytes(message.points()),
              in -> new BlindedPoints(points(in))),
          new MessageType<>(
              22,
              BlindedTags.class,
              "the receiver: of two parties, with the next, which of its ids are common; of more, how"
                  + " many ids each group of parties has in common",
              (message, out) -> {
                out.writeByte(message.width());
                out.writeBytes(message.items());
              },
              in -> {
                int width = width(in);
                return new BlindedTags(width, Chunks.read(in, width));
              }),
          new MessageType<>(
              23,
              SenderPoints.class,
              "the receiver, with the one before: which of its ids are common",
              (message, out) -> out.writeBytes(message.points()),
              in -> new SenderPoints(points(in))),
          new MessageType<>(
              24,
              RingPoints.class,
              "nothing: points under at least one other party's fresh secret, in a secret order",
              (message, out) -> out.writeBytes(message.points()),
              in -> new RingPoints(points(in))),
          new MessageType<>(
              26,
              Positions.class,
              "the list's owner, which of its ids are common to all; the parties on the way, nothing",
              (message, out) -> out.writeInts(message.positions()),
              in -> new Positions(positions(in))));

  private EcdhMessages() {}

  static byte[] points(WireReader in) {
    return Chunks.read(in, Curve25519.POINT_BYTES);
  }

  static int width(WireReader in) {
    int width = in.readByte();
    if (width < Tags.MIN_WIDTH || width > Tags.MAX_WIDTH) {
      throw new ProtocolException(
          "Invalid tag width " + width + ": must be " + Tags.MIN_WIDTH + " to " + Tags.MAX_WIDTH);
    }
    return width;
  }

  private static int[] positions(WireReader in) {
    int[] positions = in.readInts(Chunks.ITEMS);
    if (positions.length == 0) {
      throw new ProtocolException("Invalid list of no positions: must be one or more");
    }
    return positions;
  }
}
