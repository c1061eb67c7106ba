// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.Randomness;
import io.heddle.error.DataException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The label holder's choice of rows: which are held out of all trees, and which one tree is grown
 * on.
 */
final class RowSampler {
  private static final int RANDOM_BYTES = 8192;
  private static final long ROW_BITS = Integer.MAX_VALUE;

  private final TreeTerms terms;
  private final byte[] seed;

  /**
   * @param seed 32 secret bytes of this fit
   */
  RowSampler(TreeTerms terms, byte[] seed) {
    this.terms = terms;
    this.seed = seed;
  }

  /**
   * Whether each row is held out; null if none is to be.
   *
   * @throws DataException if some are, and there are too few rows for one
   */
  boolean @Nullable [] heldOut(int rows) {
    if (terms.validationFraction() == 0) {
      return null;
    }
    int count = terms.heldOutRows(rows);
    if (count == 0) {
      throw new DataException(
          "Of "
              + rows
              + " training rows none is held out: validationFraction must be above "
              + 0.5 / rows);
    }
    boolean[] heldOut = new boolean[rows];
    Randomness noise = Randomness.derive(seed, "trees/rows held out");
    for (int row : shuffled(RowSets.all(rows), noise, count)) {
      heldOut[row] = true;
    }
    return heldOut;
  }

  /**
   * The rows of a tree.
   *
   * @param rows ascending; by rank what their derivatives are to be multiplied by, null for 1
   */
  record Sample(SampledRows rows, double @Nullable [] factors) {}

  /**
   * Draws rows without replacement; with {@code gossTopRate} those with the largest first
   * derivatives and, of the others, some that stand for all (GOSS: Ke and others, LightGBM, NIPS
   * 2017, algorithm 2).
   *
   * @param g first derivatives, {@code [output][row]}; of several scores of a row their magnitudes
   *     are added
   */
  Sample draw(TrainingRows rows, double[][] g, int tree) {
    int count = rows.count();
    if (!terms.samplesRows()) {
      return new Sample(SampledRows.all(count), null);
    }
    int[] training = rows.training();
    Randomness noise = TreeNoise.of(seed, "trees/rows of a tree", tree);
    if (terms.gossTopRate() == 0) {
      int[] drawn =
          training.length == terms.sampleRows(count)
              ? training
              : shuffled(training, noise, terms.sampleRows(count));
      return new Sample(SampledRows.of(drawn, count), null);
    }
    int top = terms.gossTopRows(count);
    boolean[] isTop = largest(training, sizes(g), top);
    int[] others = Arrays.stream(training).filter(row -> !isTop[row]).toArray();
    int[] drawn = shuffled(others, noise, terms.sampleRows(count) - top);
    int[] both =
        IntStream.concat(Arrays.stream(training).filter(row -> isTop[row]), Arrays.stream(drawn))
            .sorted()
            .toArray();
    double factor = (double) others.length / drawn.length;
    return new Sample(
        SampledRows.of(both, count),
        Arrays.stream(both).mapToDouble(row -> isTop[row] ? 1 : factor).toArray());
  }

  /** Of a row: the magnitudes of its first derivatives, added up. */
  static double[] sizes(double[][] g) {
    double[] sizes = new double[g[0].length];
    for (double[] ofOutput : g) {
      for (int row = 0; row < sizes.length; row++) {
        sizes[row] += Math.abs(ofOutput[row]);
      }
    }
    return sizes;
  }

  /** Whether each row is one of so many of the largest sizes; of equal ones the first are. */
  private static boolean[] largest(int[] rows, double[] sizeOf, int count) {
    boolean[] isLargest = new boolean[sizeOf.length];
    if (count == 0) {
      return isLargest;
    }
    double[] sizes = Arrays.stream(rows).mapToDouble(row -> sizeOf[row]).sorted().toArray();
    double least = sizes[sizes.length - count];
    int equal = 0;
    for (int i = sizes.length - count; i < sizes.length && sizes[i] == least; i++) {
      equal++;
    }
    for (int row : rows) {
      double size = sizeOf[row];
      isLargest[row] = size > least || (size == least && equal-- > 0);
    }
    return isLargest;
  }

  /** So many of the rows, ascending: those that draw the smallest numbers. */
  private static int[] shuffled(int[] rows, Randomness noise, int count) {
    long[] drawn = new long[rows.length];
    byte[] bytes = new byte[RANDOM_BYTES];
    ByteBuffer words = ByteBuffer.wrap(bytes);
    int perFill = RANDOM_BYTES / Long.BYTES;
    for (int i = 0; i < drawn.length; i++) {
      if (i % perFill == 0) {
        noise.fill(i / perFill, bytes);
      }
      // 33 random bits, and the row that drew them; among equal ones the smaller row is first.
      drawn[i] = (words.getLong(i % perFill * Long.BYTES) & ~ROW_BITS) | rows[i];
    }
    Arrays.sort(drawn);
    return Arrays.stream(drawn, 0, count)
        .mapToInt(each -> (int) (each & ROW_BITS))
        .sorted()
        .toArray();
  }
}
