// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.psi.ids.IdList;
import io.heddle.psi.ids.IdOrder;
import java.util.List;

/**
 * One party's ids in byte order, so that no message depends on the order in which a table was read.
 * Nobody sees this order: it is shuffled in secret before anything leaves.
 */
final class SortedIds {
  private final IdList sorted;
  private final int[] rows;

  private SortedIds(IdList sorted, int[] rows) {
    this.sorted = sorted;
    this.rows = rows;
  }

  /**
   * Sorts a list, which stays as it is and must not change.
   *
   * @throws IllegalArgumentException if there are too many ids, or one stands twice
   */
  static SortedIds of(List<byte[]> ids) {
    if (ids.size() > PsiLimits.LARGEST_SET) {
      throw new IllegalArgumentException(
          "Invalid set of " + ids.size() + " ids: must be at most " + PsiLimits.LARGEST_SET);
    }
    IdList given = IdList.of(ids);
    IdOrder order = given.order();
    if (order.repeated().length > 0) {
      throw new IllegalArgumentException(
          order.repeated().length
              + " of "
              + ids.size()
              + " ids stand in the list already: each may once");
    }
    return new SortedIds(given.select(order.rows()), order.rows());
  }

  /** The ids in byte order, bytes taken as unsigned. */
  IdList ids() {
    return sorted;
  }

  /** SHA-256 over the set: for each id its 32-bit length and itself. */
  byte[] digest() {
    return sorted.digest();
  }

  /** Where the ids at these places in byte order stand in the given list; the order is kept. */
  int[] rows(int[] places) {
    int[] found = new int[places.length];
    for (int i = 0; i < places.length; i++) {
      found[i] = rows[places[i]];
    }
    return found;
  }
}
