// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.psi.shared.Shuffle;
import java.util.AbstractList;
import java.util.List;

/** Ids in a secret order, without a copy. */
final class ShuffledIds extends AbstractList<byte[]> {
  private final List<byte[]> ids;
  private final Shuffle order;

  ShuffledIds(List<byte[]> ids, Shuffle order) {
    this.ids = ids;
    this.order = order;
  }

  @Override
  public byte[] get(int index) {
    return ids.get(order.item(index));
  }

  @Override
  public int size() {
    return ids.size();
  }
}
