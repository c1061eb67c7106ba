// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.error.AlignmentException;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.IdHash;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One party's ids by partition: four bytes for each beside the ids, and none where there is one.
 * Not safe for several threads.
 */
final class DealtIds {
  private final IdList ids;
  // The places of all ids, those of the first partition first; null if there is only one.
  private final int @Nullable [] places;
  private final int[] starts;

  private DealtIds(IdList ids, int @Nullable [] places, int[] starts) {
    this.ids = ids;
    this.places = places;
    this.starts = starts;
  }

  /**
   * Deals them out by their hashes.
   *
   * @param most how many of this party may be in one partition
   * @throws AlignmentException if more are, with a probability of 2^-40
   */
  static DealtIds of(IdList ids, IdHash hash, Layout layout, int most) {
    if (layout.partitions() == 1) {
      return new DealtIds(ids, null, new int[] {0, ids.size()});
    }
    byte[] partitionOf = new byte[ids.size()];
    hash.each(ids, (i, digest) -> partitionOf[i] = (byte) Items.partition(digest, layout));
    int[] starts = new int[layout.partitions() + 1];
    for (byte partition : partitionOf) {
      starts[partition + 1]++;
    }
    for (int i = 0; i < layout.partitions(); i++) {
      requireRoom(starts[i + 1], most);
      starts[i + 1] += starts[i];
    }
    int[] free = starts.clone();
    int[] places = new int[partitionOf.length];
    for (int place = 0; place < places.length; place++) {
      places[free[partitionOf[place]]++] = place;
    }
    return new DealtIds(ids, places, starts);
  }

  static void requireRoom(int ids, int most) {
    if (ids > most) {
      throw new AlignmentException(
          "A part of rr22 would have "
              + ids
              + " ids, more than the "
              + most
              + " that it has room for, as in about one of 2^40 runs: begin the run anew (--fresh),"
              + " which deals them out in another way");
    }
  }

  /** Those of a partition, in their order. */
  IdList ids(int partition) {
    return places == null
        ? ids
        : ids.select(Arrays.copyOfRange(places, starts[partition], starts[partition + 1]));
  }

  /** How many a partition has. */
  int size(int partition) {
    return starts[partition + 1] - starts[partition];
  }

  /** Where an id of a partition stands among all. */
  int place(int partition, int id) {
    return places == null ? id : places[starts[partition] + id];
  }
}
