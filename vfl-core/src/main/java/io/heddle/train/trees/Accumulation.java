// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.bucket.BinSums;
import io.heddle.crypto.bucket.Histogram;
import io.heddle.crypto.paillier.PaillierPublicKey;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a feature holder's executors need to add up derivatives by bin: all of it public or theirs.
 *
 * @param ciphertexts of all rows
 * @param nodes the rows of each node, ascending
 * @param sizes how many bins each column has
 * @param bound no sum of plaintexts can be larger
 */
record Accumulation(
    PaillierPublicKey key,
    CiphertextBlock ciphertexts,
    int[][] nodes,
    int[] sizes,
    BigInteger bound)
    implements Serializable {

  /**
   * Sums over the rows of a partition.
   *
   * @param counts {@code [node][bin]}, columns one after another
   * @param bins encrypted sums in the same order, nodes one after another
   * @param additions multiplications that it took
   */
  record Part(int[][] counts, CiphertextBlock bins, long additions) implements Serializable {}

  /** A kernel. */
  static Part sum(BinnedBlock block, Accumulation what) {
    CiphertextBlock own = what.ciphertexts.slice(block.firstRow(), block.firstRow() + block.rows());
    List<CiphertextBlock> bins = new ArrayList<>();
    int[][] counts = new int[what.nodes.length][];
    long additions = 0;
    for (int k = 0; k < counts.length; k++) {
      int[] rows =
          Arrays.copyOfRange(what.nodes[k], block.from(what.nodes[k]), block.to(what.nodes[k]));
      for (int i = 0; i < rows.length; i++) {
        rows[i] -= block.firstRow();
      }
      counts[k] = counts(block, rows, what.sizes);
      Histogram plan = Histogram.plan(block.bins(), what.sizes, rows);
      additions += plan.multiplications();
      bins.add(BinSums.histogram(what.key.space(), plan, own, what.bound));
    }
    return new Part(counts, CiphertextBlock.concat(bins), additions);
  }

  private static int[] counts(BinnedBlock block, int[] rows, int[] sizes) {
    int[] counts = new int[Arrays.stream(sizes).sum()];
    int start = 0;
    for (int j = 0; j < sizes.length; j++) {
      for (int row : rows) {
        counts[start + (block.bins()[j][row] & 0xff)]++;
      }
      start += sizes[j];
    }
    return counts;
  }
}
