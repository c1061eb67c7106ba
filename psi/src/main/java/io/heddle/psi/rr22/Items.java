// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.error.AlignmentException;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.IdHash;
import io.heddle.vole.Elements;
import org.jspecify.annotations.Nullable;

/**
 * What the ids of one partition are in one run, cluster by cluster: a key and a value, the halves
 * of their hash. Two ids have the same key with a probability of 2^-78 for the largest sets.
 *
 * @param keys two words for each id
 * @param values the same
 * @param starts the first item of each cluster, and the number of all
 * @param ids where the id of each item stands in the partition; null if as the items do
 */
record Items(long[] keys, long[] values, int[] starts, int @Nullable [] ids) {
  private static final int WORDS = Elements.WORDS;

  static Items of(IdList ids, IdHash hash, Layout layout) {
    int count = ids.size();
    long[] keys = new long[WORDS * count];
    long[] values = new long[WORDS * count];
    hash.each(
        ids,
        (i, digest) -> {
          Elements.fromBytes(digest, 0, keys, WORDS * i, WORDS);
          Elements.fromBytes(digest, Elements.BYTES, values, WORDS * i, WORDS);
        });
    return layout.clusters() == 1
        ? new Items(keys, values, new int[] {0, count}, null)
        : grouped(keys, values, layout);
  }

  private static Items grouped(long[] keys, long[] values, Layout layout) {
    int[] places = new int[keys.length / WORDS];
    int[] starts = new int[layout.clusters() + 1];
    for (int i = 0; i < places.length; i++) {
      places[i] = cluster(keys[WORDS * i + 1], layout);
      starts[places[i] + 1]++;
    }
    for (int cluster = 0; cluster < layout.clusters(); cluster++) {
      starts[cluster + 1] += starts[cluster];
    }
    int[] free = starts.clone();
    int[] ids = new int[places.length];
    for (int i = 0; i < places.length; i++) {
      places[i] = free[places[i]]++;
      ids[places[i]] = i;
    }
    return new Items(moved(keys, places), moved(values, places), starts, ids);
  }

  /** Elements at their new places. */
  private static long[] moved(long[] from, int[] places) {
    long[] to = new long[from.length];
    for (int i = 0; i < places.length; i++) {
      int at = WORDS * places[i];
      to[at] = from[WORDS * i];
      to[at + 1] = from[WORDS * i + 1];
    }
    return to;
  }

  private static int cluster(long low, Layout layout) {
    return number(low, layout) % layout.clusters();
  }

  /** The partition of an id, by its hash. */
  static int partition(byte[] hash, Layout layout) {
    return number(Elements.get(hash, Long.BYTES), layout) / layout.clusters();
  }

  /**
   * The number of the cluster among those of all partitions, by the lower half of a key's second
   * word, on which no place depends.
   */
  private static int number(long low, Layout layout) {
    int all = layout.partitions() * layout.clusters();
    return (int) (((low & 0xffffffffL) * all) >>> Integer.SIZE);
  }

  int size() {
    return keys.length / WORDS;
  }

  int start(int cluster) {
    return starts[cluster];
  }

  /** Where the id of an item stands in the partition. */
  int id(int item) {
    return ids == null ? item : ids[item];
  }

  /**
   * Fails where so many are in a cluster that they do not fit.
   *
   * @throws AlignmentException with a probability of 2^-40 for all clusters
   */
  Items requireRoom(Layout layout) {
    for (int cluster = 0; cluster < layout.clusters(); cluster++) {
      DealtIds.requireRoom(starts[cluster + 1] - starts[cluster], layout.clusterIds());
    }
    return this;
  }
}
