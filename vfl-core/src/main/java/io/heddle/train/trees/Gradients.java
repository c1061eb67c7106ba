// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.Sha256;
import io.heddle.crypto.encoding.FixedPoint;
import io.heddle.train.shared.EffectiveRows;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * First and second derivatives of the loss before one tree, by each score of a row: exact at all
 * rows that are not held out; rounded at random to {@link #BITS} bits under a power of two above
 * the largest at the rows that the tree is grown on, times what these stand for.
 */
final class Gradients {
  /** Bits of a rounded derivative's magnitude. */
  static final int BITS = 16;

  private final SampledRows sample;
  private final double[][] g;
  private final double[][] h;
  private final long[][] roundedG;
  private final long[][] roundedH;
  private final int exponentG;
  private final int exponentH;

  private Gradients(RowSampler.Sample drawn, double[][] g, double[][] h, byte[] seed, int tree) {
    sample = drawn.rows();
    this.g = g;
    this.h = h;
    double[][] sampledG = sampled(drawn, g);
    double[][] sampledH = sampled(drawn, h);
    exponentG = exponent(sampledG);
    exponentH = exponent(sampledH);
    roundedG = rounded(sampledG, exponentG, seed, "trees/rounding g", tree);
    roundedH = rounded(sampledH, exponentH, seed, "trees/rounding h", tree);
  }

  /**
   * @param scores {@code [output][row]}
   * @param seed 32 secret bytes of this fit
   * @param tree which, from 1 on
   */
  static Gradients of(
      TrainingRows rows, double[][] scores, TreeTerms terms, byte[] seed, int tree) {
    double[][] g = new double[scores.length][rows.count()];
    double[][] h = new double[scores.length][rows.count()];
    rows.derive(scores, g, h);
    return new Gradients(new RowSampler(terms, seed).draw(rows, g, tree), g, h, seed, tree);
  }

  /** By score and row; 0 where a row is not in the sample. */
  private static double[][] sampled(RowSampler.Sample drawn, double[][] values) {
    double[] factors = drawn.factors();
    if (drawn.rows().isAll() && factors == null) {
      return values;
    }
    double[][] sampled = new double[values.length][values[0].length];
    for (int c = 0; c < values.length; c++) {
      for (int rank = 0; rank < drawn.rows().size(); rank++) {
        int row = drawn.rows().row(rank);
        sampled[c][row] = factors == null ? values[c][row] : factors[rank] * values[c][row];
      }
    }
    return sampled;
  }

  /** Of a power of two that no magnitude exceeds. */
  private static int exponent(double[][] values) {
    double largest = 0;
    for (double[] ofOutput : values) {
      for (double value : ofOutput) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest == 0 ? 0 : Math.max(Math.getExponent(largest) + 1, -900);
  }

  private static long[][] rounded(
      double[][] values, int exponent, byte[] seed, String purpose, int tree) {
    long[][] rounded = new long[values.length][];
    for (int c = 0; c < rounded.length; c++) {
      rounded[c] =
          FixedPoint.stochastic(
              values[c],
              BITS - exponent,
              TreeNoise.of(seed, c == 0 ? purpose : purpose + " of class " + c, tree));
    }
    return rounded;
  }

  /** How many scores a row has. */
  int outputs() {
    return g.length;
  }

  /** How many rows of equal first derivatives some are worth; 0 if all are 0. */
  int worth(int[] rows) {
    double[] sizes = RowSampler.sizes(g);
    return EffectiveRows.of(rows, row -> sizes[row]);
  }

  /** The rows that the tree is grown on. */
  SampledRows sample() {
    return sample;
  }

  /** Of a row of the sample, in units of 2^(exponent - 16): from -2^16 to 2^16. */
  long g(int output, int row) {
    return roundedG[output][row];
  }

  /** Of a row of the sample: from 0 to 2^16. */
  long h(int output, int row) {
    return roundedH[output][row];
  }

  /** What a rounded sum stands for. */
  double sumG(long rounded) {
    return Math.scalb((double) rounded, exponentG - BITS);
  }

  double sumH(long rounded) {
    return Math.scalb((double) rounded, exponentH - BITS);
  }

  /**
   * What the exact derivatives of some rows, whether in the sample or not, say each of their scores
   * should grow by.
   *
   * @param bounds of that, but for the step, besides those of the objective
   */
  List<Double> leaf(int[] rows, TreeTerms terms, ValueBounds bounds) {
    List<Double> values = new ArrayList<>(g.length);
    for (int c = 0; c < g.length; c++) {
      double sumG = 0;
      double sumH = 0;
      for (int row : rows) {
        sumG += g[c][row];
        sumH += h[c][row];
      }
      double below = sumH + terms.lambda();
      double best = terms.objective().valueBounds().clip(below > 0 ? -sumG / below : 0);
      values.add(bounds.clip(best) * terms.stepSize());
    }
    return values;
  }

  /** For what is encrypted with fresh randomness: another input meets other bytes. */
  byte[] digest() {
    MessageDigest digest = Sha256.newDigest();
    ByteBuffer buffer = ByteBuffer.allocate(2 * Long.BYTES);
    for (int c = 0; c < roundedG.length; c++) {
      for (int i = 0; i < roundedG[c].length; i++) {
        digest.update(
            buffer.putLong(0, roundedG[c][i]).putLong(Long.BYTES, roundedH[c][i]).array());
      }
    }
    return digest.digest();
  }
}
