// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.error.ProtocolException;
import io.heddle.psi.rr22.Rr22Message.CommonPlaces;
import io.heddle.psi.rr22.Rr22Message.IdTags;
import io.heddle.psi.rr22.Rr22Message.MaskedVector;
import io.heddle.psi.shared.Chunks;
import io.heddle.vole.Elements;
import java.util.List;

/** The message types of its own (docs/protocol.md, section 3), for the codec. */
public final class Rr22Messages {
  /** All of them. Ids 145 to 147. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              145,
              MaskedVector.class,
              "nothing: a vector that depends on the receiver's ids under masks that look random",
              (message, out) -> out.writeBytes(message.elements()),
              in -> new MaskedVector(Chunks.read(in, Elements.BYTES)),
              true),
          new MessageType<>(
              146,
              IdTags.class,
              "the receiver: which of its ids are common",
              (message, out) -> {
                out.writeByte(message.width());
                out.writeBytes(message.items());
              },
              in -> {
                int width = width(in);
                return new IdTags(width, Chunks.read(in, width));
              }),
          new MessageType<>(
              147,
              CommonPlaces.class,
              "the sender: which of its ids are common",
              (message, out) -> out.writeBytes(message.bits()),
              in -> new CommonPlaces(bits(in))));

  private Rr22Messages() {}

  private static int width(WireReader in) {
    int width = in.readByte();
    if (width < Layout.MIN_TAG_WIDTH || width > Layout.MAX_TAG_WIDTH) {
      throw new ProtocolException(
          "Invalid width "
              + width
              + ": must be "
              + Layout.MIN_TAG_WIDTH
              + " to "
              + Layout.MAX_TAG_WIDTH);
    }
    return width;
  }

  private static byte[] bits(WireReader in) {
    byte[] bits = in.readBytes(CommonPlaces.CHUNK_BYTES);
    if (bits.length == 0) {
      throw new ProtocolException("Invalid list of no bits: must be one byte or more");
    }
    return bits;
  }
}
