// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.Sha256;
import io.heddle.crypto.encoding.FixedPoint;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * First and second derivatives of the loss before one tree: exact at all rows that are not held
 * out; rounded at random to {@link #BITS} bits under a power of two above the largest at the rows
 * that the tree is grown on, times what these stand for.
 */
final class Gradients {
  /** Bits of a rounded derivative's magnitude. */
  static final int BITS = 16;

  private final SampledRows sample;
  private final double[] g;
  private final double[] h;
  private final long[] roundedG;
  private final long[] roundedH;
  private final int exponentG;
  private final int exponentH;

  private Gradients(RowSampler.Sample drawn, double[] g, double[] h, byte[] seed, int tree) {
    sample = drawn.rows();
    this.g = g;
    this.h = h;
    double[] sampledG = sampled(drawn, g);
    double[] sampledH = sampled(drawn, h);
    exponentG = exponent(sampledG);
    exponentH = exponent(sampledH);
    roundedG =
        FixedPoint.stochastic(
            sampledG, BITS - exponentG, TreeNoise.of(seed, "trees/rounding g", tree));
    roundedH =
        FixedPoint.stochastic(
            sampledH, BITS - exponentH, TreeNoise.of(seed, "trees/rounding h", tree));
  }

  /**
   * @param seed 32 secret bytes of this fit
   * @param tree which, from 1 on
   */
  static Gradients of(TrainingRows rows, double[] scores, TreeTerms terms, byte[] seed, int tree) {
    double[] g = new double[scores.length];
    double[] h = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      double weight = rows.isHeldOut(i) ? 0 : rows.weight(i);
      g[i] = weight * rows.objective().gradient(scores[i], rows.label(i));
      h[i] = weight * rows.objective().curvature(scores[i]);
    }
    return new Gradients(new RowSampler(terms, seed).draw(rows, g, tree), g, h, seed, tree);
  }

  /** By row; 0 where a row is not in the sample. */
  private static double[] sampled(RowSampler.Sample drawn, double[] values) {
    double[] factors = drawn.factors();
    if (drawn.rows().isAll() && factors == null) {
      return values;
    }
    double[] sampled = new double[values.length];
    for (int rank = 0; rank < drawn.rows().size(); rank++) {
      int row = drawn.rows().row(rank);
      sampled[row] = factors == null ? values[row] : factors[rank] * values[row];
    }
    return sampled;
  }

  /** Of a power of two that no magnitude exceeds. */
  private static int exponent(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest == 0 ? 0 : Math.max(Math.getExponent(largest) + 1, -900);
  }

  /** The rows that the tree is grown on. */
  SampledRows sample() {
    return sample;
  }

  /** Of a row of the sample, in units of 2^(exponent - 16): from -2^16 to 2^16. */
  long g(int row) {
    return roundedG[row];
  }

  /** Of a row of the sample: from 0 to 2^16. */
  long h(int row) {
    return roundedH[row];
  }

  /** What a rounded sum stands for. */
  double sumG(long rounded) {
    return Math.scalb((double) rounded, exponentG - BITS);
  }

  double sumH(long rounded) {
    return Math.scalb((double) rounded, exponentH - BITS);
  }

  /** The rounded sum of some rows' second derivatives. */
  double cover(int[] rows) {
    long sum = 0;
    for (int row : rows) {
      sum += roundedH[row];
    }
    return sumH(sum);
  }

  /**
   * What the exact derivatives of some rows, whether in the sample or not, say their scores should
   * grow by.
   */
  double leaf(int[] rows, TreeTerms terms) {
    double sumG = 0;
    double sumH = 0;
    for (int row : rows) {
      sumG += g[row];
      sumH += h[row];
    }
    double below = sumH + terms.lambda();
    return below > 0 ? -sumG / below * terms.stepSize() : 0;
  }

  /** For what is encrypted with fresh randomness: another input meets other bytes. */
  byte[] digest() {
    MessageDigest digest = Sha256.newDigest();
    ByteBuffer buffer = ByteBuffer.allocate(2 * Long.BYTES);
    for (int i = 0; i < roundedG.length; i++) {
      digest.update(buffer.putLong(0, roundedG[i]).putLong(Long.BYTES, roundedH[i]).array());
    }
    return digest.digest();
  }
}
