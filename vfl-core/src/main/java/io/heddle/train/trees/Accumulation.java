// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.bucket.BinSums;
import io.heddle.crypto.bucket.Histogram;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a feature holder's executors need to add up derivatives by bin: all of it public or theirs.
 *
 * @param nodes the ranks of each node's rows among those that the tree is grown on, ascending
 * @param sizes how many bins each of the tree's columns has
 * @param slots where the rows stand in their plaintexts
 * @param jointly whether columns may have joint buckets
 */
record Accumulation(
    AdditivePublicKey key, int[][] nodes, int[] sizes, RowSlots slots, boolean jointly)
    implements Serializable {

  /**
   * Sums over some rows.
   *
   * @param counts {@code [node][bin]}, the tree's columns one after another
   * @param bins encrypted sums in the same order, for each slot; nodes one after another
   * @param additions multiplications that it took
   */
  record Part(int[][] counts, CiphertextBlock bins, long additions) implements Serializable {}

  /** The same for other nodes. */
  Accumulation of(int[]... others) {
    return new Accumulation(key, others, sizes, slots, jointly);
  }

  /** A kernel. */
  static Part sum(GradientBlock block, Accumulation what) {
    SlotRows placed = block.placed(what.slots.rowsPerPlaintext());
    byte[][][] ofSlots = new byte[placed.rowsPerPlaintext()][][];
    Arrays.setAll(ofSlots, slot -> placed.bins(slot, block.bins()));
    List<CiphertextBlock> sums = new ArrayList<>();
    int[][] counts = new int[what.nodes.length][];
    long additions = 0;
    for (int k = 0; k < counts.length; k++) {
      int[] ranks = between(what.nodes[k], block.firstRank(), block.firstRank() + block.ranks());
      counts[k] = counts(block.bins(), ranks, what.sizes);
      for (int slot = 0; slot < ofSlots.length; slot++) {
        int[] plaintexts = placed.plaintexts(slot, ranks);
        Histogram plan =
            what.jointly
                ? Histogram.plan(ofSlots[slot], what.sizes, plaintexts)
                : Histogram.planApart(ofSlots[slot], what.sizes, plaintexts);
        additions += plan.multiplications();
        sums.add(
            BinSums.histogram(
                what.key.space(), plan, block.ciphertexts(), what.slots.bound(ranks.length)));
      }
    }
    return new Part(counts, CiphertextBlock.concat(sums), additions);
  }

  /** Those ascending numbers that are from one to before another, less that one. */
  private static int[] between(int[] ascending, int from, int to) {
    int[] between =
        Arrays.copyOfRange(
            ascending,
            BinnedBlock.firstNotBelow(ascending, from),
            BinnedBlock.firstNotBelow(ascending, to));
    for (int i = 0; i < between.length; i++) {
      between[i] -= from;
    }
    return between;
  }

  private static int[] counts(byte[][] bins, int[] rows, int[] sizes) {
    int[] counts = new int[Arrays.stream(sizes).sum()];
    int start = 0;
    for (int j = 0; j < sizes.length; j++) {
      for (int row : rows) {
        counts[start + (bins[j][row] & 0xff)]++;
      }
      start += sizes[j];
    }
    return counts;
  }
}
