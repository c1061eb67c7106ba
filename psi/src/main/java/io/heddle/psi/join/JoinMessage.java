// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.join;

import io.heddle.channel.Message;

/** What the parties tell each other of their rows, once they know which ids are common. */
sealed interface JoinMessage extends Message {

  /**
   * Each party to each other one: how many rows it has of each common id, in the alignment's order,
   * in chunks of {@link RowCounts#ITEMS}, each full but the last.
   */
  record Multiplicities(int[] counts) implements JoinMessage {}

  /** Receiver to each other party: how many of its rows have an id that is not common to all. */
  record OtherRows(int rows) implements JoinMessage {}
}
