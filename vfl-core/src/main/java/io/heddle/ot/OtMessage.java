// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.Message;

/** Every message of oblivious transfers and of what is made of them. */
sealed interface OtMessage extends Message {

  /** First, sender to receiver of base transfers: its point on the curve, and on the twist. */
  record BaseOtPoints(byte[] points) implements OtMessage {}

  /** Receiver to sender of base transfers: two strings of 255 bits for each. */
  record BaseOtAnswers(byte[] strings) implements OtMessage {}

  /** Each party to the other: the hash of its half of a coin. */
  record CoinCommitment(byte[] digest) implements OtMessage {}

  /** Each party to the other, once it has the other's commitment: its half of the coin. */
  record CoinOpening(byte[] half) implements OtMessage {}

  /** Receiver to sender: the masked codes of the items of one block of rows, 56 bytes each. */
  record KkrtRows(int partition, int block, byte[] rows) implements OtMessage {}

  /** Receiver to sender: the masked choices of one block of transfers, 16 bytes each. */
  record IknpRows(int partition, int block, byte[] rows) implements OtMessage {}
}
