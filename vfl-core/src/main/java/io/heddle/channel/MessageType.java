// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * How one kind of message crosses the wire, and what its reader learns from it: the declared
 * leakage that docs/protocol.md lists.
 *
 * @param id unique over all protocols, 1 to 65535; never reused for another meaning
 * @param type the record
 * @param learns what the reader learns, in a sentence for an auditor
 * @param write writes the body; must write the same bytes for equal messages
 * @param read reads the body; throws {@link io.heddle.error.ProtocolException} for anything that
 *     {@code write} cannot have written
 * @param once whether its secrecy rests on masks that parties share, which must meet one input
 *     only: a party that may go on after a crash has its digest on the disk before the first byte
 *     leaves
 */
public record MessageType<M extends Message>(
    int id,
    Class<M> type,
    String learns,
    BiConsumer<M, WireWriter> write,
    Function<WireReader, M> read,
    boolean once) {

  public MessageType(
      int id,
      Class<M> type,
      String learns,
      BiConsumer<M, WireWriter> write,
      Function<WireReader, M> read) {
    this(id, type, learns, write, read, false);
  }

  public MessageType {
    if (id < 1 || id > 0xffff) {
      throw new IllegalArgumentException("Invalid message type id " + id + ": must be 1 to 65535");
    }
    if (learns.isBlank()) {
      throw new IllegalArgumentException(
          "Message type " + type.getSimpleName() + " declares no leakage");
    }
  }
}
