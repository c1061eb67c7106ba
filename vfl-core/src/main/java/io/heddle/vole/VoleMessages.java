// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.error.ProtocolException;
import io.heddle.vole.VoleMessage.NoiseProducts;
import io.heddle.vole.VoleMessage.TreeSums;
import java.util.List;

/** The message types of vector OLE (docs/protocol.md, section 12), for the codec. */
public final class VoleMessages {
  private static final int MOST_LEVELS = 20;

  /** All of them. Ids 140 and 141. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              140,
              NoiseProducts.class,
              "nothing: the receiver's noise under masks of which the reader has half",
              (message, out) -> out.writeRaw(message.masked()),
              in -> new NoiseProducts(in.readRaw(NoiseProducts.BYTES)),
              true),
          new MessageType<>(
              141,
              TreeSums.class,
              "nothing: keys of trees, of which the reader has those of all leaves but one",
              (message, out) -> out.writeBytes(message.masked()),
              in -> new TreeSums(sums(in)),
              true));

  private VoleMessages() {}

  private static byte[] sums(WireReader in) {
    byte[] masked = in.readBytes(TreeSums.bytes(MOST_LEVELS));
    if (masked.length < TreeSums.bytes(1) || masked.length % TreeSums.bytes(0) != 0) {
      throw new ProtocolException(
          "Invalid sums of " + masked.length + " bytes: must be those of whole levels");
    }
    return masked;
  }

  /** Bytes that the receiver sends beside those of transfers, whatever the size. */
  public static long noiseBytes() {
    return (long) Elements.BITS / NoiseProducts.COLUMNS * NoiseProducts.BYTES;
  }

  /** Bytes that the receiver sends for the choices of transfers. */
  public static long choiceBytes(int size) {
    return (long) Noise.PLACES * Trees.depth(Noise.partSize(size)) * Elements.BYTES;
  }

  /** Bytes that the sender sends beside those of transfers. */
  public static long sumBytes(int size) {
    return TreeSums.bytes(Trees.depth(Noise.partSize(size)));
  }
}
