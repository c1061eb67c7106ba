// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.psi.ids.IdList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One party's ids by partition: four bytes for each beside the ids, and none where there is one.
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
   * @throws io.heddle.error.AlignmentException if more are, with a probability of 2^-40
   */
  static DealtIds of(IdList ids, IdHash hash, int partitions, int most) {
    return partitions == 1
        ? new DealtIds(ids, null, new int[] {0, ids.size()})
        : of(ids, Items.partitions(ids, hash, partitions), partitions, most);
  }

  /**
   * Deals them out.
   *
   * @param partitionOf of each id
   */
  static DealtIds of(IdList ids, byte[] partitionOf, int partitions, int most) {
    int[] starts = new int[partitions + 1];
    for (byte partition : partitionOf) {
      starts[partition + 1]++;
    }
    for (int i = 0; i < partitions; i++) {
      Partitions.requireRoom(starts[i + 1], most);
      starts[i + 1] += starts[i];
    }
    int[] free = starts.clone();
    int[] places = new int[partitionOf.length];
    for (int place = 0; place < places.length; place++) {
      places[free[partitionOf[place]]++] = place;
    }
    return new DealtIds(ids, places, starts);
  }

  /** Those of a partition, in their order. */
  IdList ids(int partition) {
    return places == null
        ? ids
        : ids.select(Arrays.copyOfRange(places, starts[partition], starts[partition + 1]));
  }

  /** Where an id of a partition stands among all. */
  int place(int partition, int id) {
    return places == null ? id : places[starts[partition] + id];
  }
}
