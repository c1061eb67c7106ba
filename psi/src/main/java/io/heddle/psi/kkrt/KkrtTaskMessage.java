// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Message;

/**
 * What crosses where both parties intersect in tasks, in sending order. What tasks make lies in the
 * peer's store when a message names it.
 */
sealed interface KkrtTaskMessage extends Message {

  /** First, each to the other: whether it can. Both do only if both can. */
  record TaskOffer(boolean tasks) implements KkrtTaskMessage {}

  /** Of one partition. */
  sealed interface OfPartition extends KkrtTaskMessage {
    int partition();

    /** How long its blobs are together. */
    @Override
    long bytesBeside();

    /** SHA-256 of each. */
    byte[][] digests();
  }

  /** Receiver to sender: its rows. */
  record RowBlobs(int partition, long bytesBeside, byte[][] digests) implements OfPartition {}

  /** Sender to receiver: the three lists of tags. */
  record TagBlobs(int partition, long bytesBeside, byte[][] digests) implements OfPartition {}

  /** Receiver to sender: the names of the common ids, ascending. */
  record NameBlobs(int partition, long bytesBeside, byte[][] digests) implements OfPartition {}
}
