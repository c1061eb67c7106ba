// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.error.ProtocolException;
import io.heddle.psi.kkrt.KkrtMessage.CommonNames;
import io.heddle.psi.kkrt.KkrtMessage.SenderTags;
import io.heddle.psi.shared.Chunks;
import java.util.List;

/** The message types of its own (docs/protocol.md, section 3), for the codec. */
public final class KkrtMessages {
  /** All of them. Ids 31 and 32. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              31,
              SenderTags.class,
              "the receiver: which of its ids are common",
              (message, out) -> {
                out.writeByte(message.width());
                out.writeBytes(message.items());
              },
              in -> {
                int width = width(in, KkrtSizes.MIN_TAG_WIDTH, KkrtSizes.MAX_TAG_WIDTH);
                return new SenderTags(width, Chunks.read(in, width));
              }),
          new MessageType<>(
              32,
              CommonNames.class,
              "the sender: which of its ids are common",
              (message, out) -> {
                out.writeByte(message.width());
                out.writeBytes(message.items());
              },
              in -> {
                int width = width(in, KkrtSizes.MIN_NAME_WIDTH, KkrtSizes.MAX_NAME_WIDTH);
                return new CommonNames(width, Chunks.read(in, width));
              }));

  private KkrtMessages() {}

  private static int width(WireReader in, int least, int most) {
    int width = in.readByte();
    if (width < least || width > most) {
      throw new ProtocolException("Invalid width " + width + ": must be " + least + " to " + most);
    }
    return width;
  }
}
