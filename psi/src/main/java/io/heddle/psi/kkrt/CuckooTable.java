// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.error.AlignmentException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A table with at most one item in each bin, every item in one of three. (Pagh, Rodler, ESA 2001;
 * three bins and no stash as in Pinkas, Schneider, Zohner, eprint 2016/930.)
 */
final class CuckooTable {
  private static final int HASHES = KkrtSizes.HASHES;
  private static final int EMPTY = -1;

  // Some hundred are seen where the items fit.
  private static final int MOST_MOVES = 100_000;

  private final int[] binsOf;
  private final int[] itemAt;

  private CuckooTable(int[] binsOf, int[] itemAt) {
    this.binsOf = binsOf;
    this.itemAt = itemAt;
  }

  /**
   * Puts items in.
   *
   * @param binsOf three bins for each item, all different
   * @param seed decides which item makes room where several might
   * @throws AlignmentException if the items do not fit
   */
  static CuckooTable of(int[] binsOf, int bins, long seed) {
    int[] itemAt = new int[bins];
    Arrays.fill(itemAt, EMPTY);
    CuckooTable table = new CuckooTable(binsOf, itemAt);
    SplittableRandom random = new SplittableRandom(seed);
    for (int item = 0; item < binsOf.length / HASHES; item++) {
      table.put(item, random);
    }
    return table;
  }

  private void put(int added, SplittableRandom random) {
    int item = added;
    int before = EMPTY;
    for (int moves = 0; moves < MOST_MOVES; moves++) {
      int free = freeBin(item);
      if (free != EMPTY) {
        itemAt[free] = item;
        return;
      }
      int bin;
      do {
        bin = binsOf[item * HASHES + random.nextInt(HASHES)];
      } while (bin == before);
      int other = itemAt[bin];
      itemAt[bin] = item;
      item = other;
      before = bin;
    }
    throw new AlignmentException(
        "The "
            + binsOf.length / HASHES
            + " ids do not fit into the table of kkrt, as in about one of 2^40 runs: begin the run"
            + " anew (--fresh), which draws another table");
  }

  private int freeBin(int item) {
    for (int hash = 0; hash < HASHES; hash++) {
      int bin = binsOf[item * HASHES + hash];
      if (itemAt[bin] == EMPTY) {
        return bin;
      }
    }
    return EMPTY;
  }

  int bins() {
    return itemAt.length;
  }

  /** Whether nothing is in a bin. */
  boolean isEmpty(int bin) {
    return itemAt[bin] == EMPTY;
  }

  /** The item in a bin that is not empty. */
  int item(int bin) {
    return itemAt[bin];
  }

  /** The bins that are not empty: first those that are the first of their item's three. */
  int[][] binsByHash() {
    int[][] bins = new int[HASHES][itemAt.length];
    int[] count = new int[HASHES];
    for (int bin = 0; bin < itemAt.length; bin++) {
      if (!isEmpty(bin)) {
        int hash = hash(bin);
        bins[hash][count[hash]++] = bin;
      }
    }
    for (int hash = 0; hash < HASHES; hash++) {
      bins[hash] = Arrays.copyOf(bins[hash], count[hash]);
    }
    return bins;
  }

  /** Which of its three bins it is to the item in it, from 0. */
  private int hash(int bin) {
    int at = itemAt[bin] * HASHES;
    return binsOf[at] == bin ? 0 : binsOf[at + 1] == bin ? 1 : 2;
  }
}
