// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.vole.Elements;
import io.heddle.vole.VoleMessages;

/** How many bytes cross, by what both parties have declared. */
public final class Rr22Sizes {
  /** The most ids of a party. */
  public static final int MOST_IDS = 1 << 25;

  private final Layout layout;
  private final int vector;

  /**
   * @param partitionIds about how many ids of the larger set one partition has
   */
  public Rr22Sizes(int receiverIds, int senderIds, int partitionIds) {
    layout = Layout.of(receiverIds, senderIds, partitionIds);
    vector = layout.okvs().size();
  }

  /** How many partitions there are, each with base transfers of its own. */
  public int partitions() {
    return layout.partitions();
  }

  /** Of the receiver's choices of transfers. */
  public long choiceBytes() {
    return layout.partitions() * VoleMessages.choiceBytes(vector);
  }

  /** Of the receiver's noise. */
  public long noiseBytes() {
    return layout.partitions() * VoleMessages.noiseBytes();
  }

  /** Of the sums of trees. */
  public long sumBytes() {
    return layout.partitions() * VoleMessages.sumBytes(vector);
  }

  /** Of the receiver's vectors. */
  public long vectorBytes() {
    return (long) layout.partitions() * vector * Elements.BYTES;
  }

  /** Of the sender's tags. */
  public long tagBytes() {
    return (long) layout.places() * layout.tagWidth();
  }

  /** Of the receiver's bits, where both learn. */
  public long placeBytes() {
    return layout.placeBytes();
  }
}
