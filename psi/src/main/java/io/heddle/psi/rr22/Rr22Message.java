// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.channel.Message;
import io.heddle.psi.shared.Chunks;

/**
 * What crosses beside the messages that all families have and those of vector OLE, in sending
 * order. Lists go out in chunks of {@link Chunks#ITEMS} items, each chunk full but the last.
 */
sealed interface Rr22Message extends Message {

  /** Receiver to sender: the masked elements of the vector in which its ids find their values. */
  record MaskedVector(byte[] elements) implements Rr22Message {}

  /** Sender to receiver: tags of all of its ids, {@code width} bytes each, in a secret order. */
  record IdTags(int width, byte[] items) implements Rr22Message, Chunks.Chunk {}

  /**
   * Receiver to sender: for each place in the lists of all partitions whether the id there is
   * common; bit i mod 8 of byte i / 8 of all chunks together is about place i.
   */
  record CommonPlaces(byte[] bits) implements Rr22Message {
    /** Bytes of a full chunk. */
    static final int CHUNK_BYTES = 1 << 18;
  }
}
