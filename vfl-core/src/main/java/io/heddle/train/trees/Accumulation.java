// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.bucket.BinSums;
import io.heddle.crypto.bucket.Histogram;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a feature holder's executors need to add up derivatives by bin: all of it public or theirs.
 *
 * @param ciphertexts of the rows that the tree is grown on, several in each
 * @param sample which rows these are, ascending
 * @param nodes the ranks of each node's rows among these, ascending
 * @param sizes how many bins each column has
 * @param chosen the columns to add up by
 * @param slots where the rows stand in their plaintexts
 * @param jointly whether columns may have joint buckets
 */
record Accumulation(
    AdditivePublicKey key,
    CiphertextBlock ciphertexts,
    int[] sample,
    int[][] nodes,
    int[] sizes,
    int[] chosen,
    RowSlots slots,
    boolean jointly)
    implements Serializable {

  /**
   * Sums over the rows of a partition.
   *
   * @param counts {@code [node][bin]}, chosen columns one after another
   * @param bins encrypted sums in the same order, for each slot; nodes one after another
   * @param additions multiplications that it took
   */
  record Part(int[][] counts, CiphertextBlock bins, long additions) implements Serializable {}

  /** A kernel. */
  static Part sum(BinnedBlock block, Accumulation what) {
    int firstRank = block.from(what.sample);
    int[] rows = Arrays.copyOfRange(what.sample, firstRank, block.to(what.sample));
    BigInteger bound = what.slots.bound(rows.length);
    SlotRows placed = new SlotRows(firstRank, rows.length, what.slots.rowsPerPlaintext());
    CiphertextBlock own =
        rows.length == what.sample.length
            ? what.ciphertexts
            : what.ciphertexts.slice(placed.from(), placed.to());
    byte[][] bins = what.bins(block, rows);
    byte[][][] ofSlots = new byte[placed.rowsPerPlaintext()][][];
    Arrays.setAll(ofSlots, slot -> placed.bins(slot, bins));
    int[] sizes = Arrays.stream(what.chosen).map(column -> what.sizes[column]).toArray();
    List<CiphertextBlock> sums = new ArrayList<>();
    int[][] counts = new int[what.nodes.length][];
    long additions = 0;
    for (int k = 0; k < counts.length; k++) {
      int[] ranks = between(what.nodes[k], firstRank, firstRank + rows.length);
      counts[k] = counts(bins, ranks, sizes);
      for (int slot = 0; slot < ofSlots.length; slot++) {
        int[] plaintexts = placed.plaintexts(slot, ranks);
        Histogram plan =
            what.jointly
                ? Histogram.plan(ofSlots[slot], sizes, plaintexts)
                : Histogram.planApart(ofSlots[slot], sizes, plaintexts);
        additions += plan.multiplications();
        sums.add(BinSums.histogram(what.key.space(), plan, own, bound));
      }
    }
    return new Part(counts, CiphertextBlock.concat(sums), additions);
  }

  /** Of the chosen columns in the sampled rows of a block. */
  private byte[][] bins(BinnedBlock block, int[] rows) {
    byte[][] bins = new byte[chosen.length][];
    for (int j = 0; j < bins.length; j++) {
      byte[] all = block.bins()[chosen[j]];
      if (rows.length == block.rows()) {
        bins[j] = all;
        continue;
      }
      bins[j] = new byte[rows.length];
      for (int i = 0; i < rows.length; i++) {
        bins[j][i] = all[rows[i] - block.firstRow()];
      }
    }
    return bins;
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
