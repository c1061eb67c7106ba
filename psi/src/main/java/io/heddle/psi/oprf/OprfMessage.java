// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.channel.Message;
import io.heddle.psi.shared.Chunks;

/**
 * Every message of the intersection with a cached side, in sending order; sizes go before them, and
 * what is common after them, as in {@code io.heddle.psi.ecdh}. Lists go out in chunks.
 */
sealed interface OprfMessage extends Message {

  /**
   * Sender to receiver: the key under which its set stands, as {@link KeyTerms} has it.
   *
   * @param commitment the key times the base point
   * @param expiry seconds since 1970
   * @param width bytes of a tag
   */
  record KeyOffer(byte[] commitment, long expiry, int width) implements OprfMessage {}

  /** Receiver to sender: whether it needs the tags, having none under this key. */
  record TagRequest(boolean wanted) implements OprfMessage {}

  /** Sender to receiver, if wanted: the tags of its set, in an order that only the key tells. */
  record SetTags(int width, byte[] items) implements OprfMessage, Chunks.Chunk {}

  /**
   * Receiver to sender: the points of the receiver's ids, shuffled, each with a fresh multiple of
   * the base point added; both coordinates.
   */
  record Queries(byte[] points) implements OprfMessage {}

  /** Sender to receiver: the same points times the key, in their order; both coordinates. */
  record Answers(byte[] points) implements OprfMessage {}
}
