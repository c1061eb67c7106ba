// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.ProtocolException;
import io.heddle.psi.oprf.OprfMessage.Answers;
import io.heddle.psi.oprf.OprfMessage.KeyOffer;
import io.heddle.psi.oprf.OprfMessage.Queries;
import io.heddle.psi.oprf.OprfMessage.SetTags;
import io.heddle.psi.oprf.OprfMessage.TagRequest;
import io.heddle.psi.shared.Chunks;
import java.util.List;

/** The message types of the intersection with a cached side (docs/protocol.md, section 3.8). */
public final class OprfMessages {
  /** All of them. Ids 100 to 104. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              100,
              KeyOffer.class,
              "whether the sender's set and key are those of an earlier run, and until when the key"
                  + " is used",
              (message, out) -> {
                out.writeRaw(message.commitment());
                out.writeLong(message.expiry());
                out.writeByte(message.width());
              },
              in -> new KeyOffer(in.readRaw(Curve25519.POINT_BYTES), expiry(in), width(in))),
          new MessageType<>(
              101,
              TagRequest.class,
              "whether the receiver has kept the tags of an earlier run",
              (message, out) -> out.writeBoolean(message.wanted()),
              in -> new TagRequest(in.readBoolean())),
          new MessageType<>(
              102,
              SetTags.class,
              "the receiver, with the answers of this and later runs: which of its ids are common",
              (message, out) -> {
                out.writeByte(message.width());
                out.writeBytes(message.items());
              },
              in -> {
                int width = width(in);
                return new SetTags(width, Chunks.read(in, width));
              }),
          new MessageType<>(
              103,
              Queries.class,
              "nothing: points, each under a fresh secret of the receiver, in a secret order",
              (message, out) -> out.writeBytes(message.points()),
              in -> new Queries(points(in))),
          new MessageType<>(
              104,
              Answers.class,
              "the receiver, with the tags: which of its ids are common",
              (message, out) -> out.writeBytes(message.points()),
              in -> new Answers(points(in))));

  private OprfMessages() {}

  private static long expiry(WireReader in) {
    long expiry = in.readLong();
    if (expiry < 0 || expiry > KeyTerms.LATEST) {
      throw new ProtocolException(
          "Invalid expiry of a key: must be 0 to " + KeyTerms.LATEST + " seconds since 1970");
    }
    return expiry;
  }

  private static int width(WireReader in) {
    int width = in.readByte();
    if (width < KeyTerms.MIN_WIDTH || width > KeyTerms.MAX_WIDTH) {
      throw new ProtocolException(
          "Invalid tag width "
              + width
              + ": must be "
              + KeyTerms.MIN_WIDTH
              + " to "
              + KeyTerms.MAX_WIDTH);
    }
    return width;
  }

  private static byte[] points(WireReader in) {
    return Chunks.read(in, Curve25519.POINT_BYTES);
  }
}
