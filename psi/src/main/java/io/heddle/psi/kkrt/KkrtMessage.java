// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Message;
import io.heddle.psi.shared.Chunks;

/**
 * What crosses beside the messages that all families have and those of oblivious transfers, in
 * sending order. Lists go out in chunks of {@link Chunks#ITEMS} items, each chunk full but the
 * last.
 */
sealed interface KkrtMessage extends Message {

  /**
   * Sender to receiver: tags of all of its ids in the first of their rows, {@code width} bytes
   * each, in a secret order; then in the second, then in the third, in other orders.
   */
  record SenderTags(int width, byte[] items) implements KkrtMessage, Chunks.Chunk {}

  /** Receiver to sender: the names of the common ids, {@code width} bytes each, ascending. */
  record CommonNames(int width, byte[] items) implements KkrtMessage, Chunks.Chunk {}
}
