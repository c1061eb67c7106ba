// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Message;

/** How the parties make sure that they hold one alignment, in sending order. */
sealed interface AlignmentMessage extends Message {

  /** The receiver's rows in common, and the digest over them. */
  record Proposal(int rows, byte[] digest) implements AlignmentMessage {}

  /** Whether the party that answers has the same. */
  record Answer(boolean same) implements AlignmentMessage {}

  /** Whether all parties have. */
  record Outcome(boolean same) implements AlignmentMessage {}
}
