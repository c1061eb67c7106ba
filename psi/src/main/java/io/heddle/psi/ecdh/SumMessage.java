// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Message;

/** What goes beside a {@link CardinalityMessage} where values of the common ids are added up. */
sealed interface SumMessage extends Message {

  /** The sender's Paillier key of this step. */
  record SumKey(byte[] publicKey) implements SumMessage {}

  /**
   * The sender's values under its key, in the order of its {@link
   * CardinalityMessage.CountedPoints}; every message but the last holds {@link SumMessages#VALUES}.
   */
  record CountedValues(byte[] ciphertexts) implements SumMessage {}

  /**
   * From the receiver.
   *
   * @param common how many ids are common
   * @param ciphertext the sum of their values under the sender's key, under fresh randomness
   */
  record IntersectionSum(int common, byte[] ciphertext) implements SumMessage {}
}
