// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Message;

/**
 * What goes from sender to receiver where only the number of common ids is to be known: lists in
 * chunks as those of {@link EcdhMessage}, whose {@link EcdhMessage.BlindedPoints} come before.
 */
sealed interface CardinalityMessage extends Message {

  /**
   * Tags of the receiver's points under both secrets, {@code width} bytes each, in an order that is
   * secret to the receiver.
   */
  record ShuffledTags(int width, byte[] tags) implements CardinalityMessage {}

  /** The sender's ids under its secret, shuffled. */
  record CountedPoints(byte[] points) implements CardinalityMessage {}
}
