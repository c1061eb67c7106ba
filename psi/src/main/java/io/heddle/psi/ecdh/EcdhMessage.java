// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Message;
import io.heddle.psi.shared.Chunks;

/**
 * Every message of the intersection beside those that all families have. Lists go out in chunks of
 * {@link Chunks#ITEMS} items, each chunk full but the last; how many items there are stands in a
 * SetSize or IntersectionSize before them.
 */
sealed interface EcdhMessage extends Message {

  /** Two parties, receiver to sender: the receiver's ids under its secret, shuffled. */
  record BlindedPoints(byte[] points) implements EcdhMessage {}

  /**
   * Tags of a list under all secrets, {@code width} bytes each. Two parties, sender to receiver: of
   * the receiver's points, in their order. More, each to the receiver: of the list that it was the
   * last to shuffle.
   */
  record BlindedTags(int width, byte[] items) implements EcdhMessage, Chunks.Chunk {}

  /** Two parties, sender to receiver: the sender's ids under its secret, shuffled. */
  record SenderPoints(byte[] points) implements EcdhMessage {}

  /** Three or more parties, each to the next: a list under one secret more, shuffled anew. */
  record RingPoints(byte[] points) implements EcdhMessage {}

  /**
   * Where the common ids stand in a list as the reader sent it on: two parties, receiver to sender;
   * more, from the receiver to the list's last hop and from each hop to the one before, down to the
   * owner.
   */
  record Positions(int[] positions) implements EcdhMessage {}
}
