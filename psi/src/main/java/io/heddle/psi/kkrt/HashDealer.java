// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.psi.shared.IdHash;
import io.heddle.psi.tasks.IdDealer;

/** Deals out by the part of an id's hash that is neither item nor bin. */
record HashDealer(IdHash items, int partitions) implements IdDealer {
  @Override
  public int partition(byte[] id) {
    return Items.partition(items.of(id), partitions);
  }
}
