// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;

/** What a receiver's blocks must be: all of the partition that was asked for, in their order. */
final class BlockOrder {
  private BlockOrder() {}

  static void check(PartyId from, int partition, int block, int sentPartition, int sentBlock) {
    if (sentPartition != partition || sentBlock != block) {
      throw new ProtocolException(
          "Block "
              + sentBlock
              + " of partition "
              + sentPartition
              + " from "
              + from
              + ": must be block "
              + block
              + " of partition "
              + partition);
    }
  }

  static void checkSize(int bytes, int rows, int rowBytes) {
    if (bytes != rows * rowBytes) {
      throw new ProtocolException(
          "Invalid block of " + bytes / rowBytes + " rows: must be " + rows);
    }
  }
}
