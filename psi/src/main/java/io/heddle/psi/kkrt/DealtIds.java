// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

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
  private final IdHash hash;
  // The places of all ids, those of the first partition first; null if there is only one.
  private final int @Nullable [] places;
  private final int[] starts;
  // Those of all ids, kept for their names where there is one partition.
  private byte @Nullable [] items;

  private DealtIds(IdList ids, IdHash hash, int @Nullable [] places, int[] starts) {
    this.ids = ids;
    this.hash = hash;
    this.places = places;
    this.starts = starts;
  }

  /**
   * Deals them out by their hashes.
   *
   * @param hash makes items
   * @param most how many of this party may be in one partition
   * @throws io.heddle.error.AlignmentException if more are, with a probability of 2^-40
   */
  static DealtIds of(IdList ids, IdHash hash, int partitions, int most) {
    return partitions == 1
        ? new DealtIds(ids, hash, null, new int[] {0, ids.size()})
        : of(ids, hash, Items.partitions(ids, hash, partitions), partitions, most);
  }

  /**
   * Deals them out.
   *
   * @param partitionOf of each id
   */
  static DealtIds of(IdList ids, IdHash hash, byte[] partitionOf, int partitions, int most) {
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
    return new DealtIds(ids, hash, places, starts);
  }

  /** Those of a partition, in their order. */
  IdList ids(int partition) {
    return places == null
        ? ids
        : ids.select(Arrays.copyOfRange(places, starts[partition], starts[partition + 1]));
  }

  /**
   * The items of a partition's ids.
   *
   * @param bins of the receiver's table
   */
  Items items(int partition, int bins) {
    Items made = Items.of(ids(partition), hash, bins);
    if (places == null) {
      items = made.flat();
    }
    return made;
  }

  /** The names of all ids: the first bytes of their items. */
  byte[] names(int width) {
    return items == null ? hash.of(ids, width) : Items.beginnings(items, ids.size(), i -> i, width);
  }

  /** The names of some. */
  byte[] names(int[] chosen, int width) {
    return items == null
        ? hash.of(ids.select(chosen), width)
        : Items.beginnings(items, chosen.length, i -> chosen[i], width);
  }

  /** Where an id of a partition stands among all. */
  int place(int partition, int id) {
    return places == null ? id : places[starts[partition] + id];
  }
}
