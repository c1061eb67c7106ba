// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.encoding.FixedPoint;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * First and second derivatives of the loss at all rows before one tree, exact and rounded at random
 * to {@link #BITS} bits under a power of two above the largest.
 */
final class Gradients {
  /** Bits of a rounded derivative's magnitude. */
  static final int BITS = 16;

  private final double[] g;
  private final double[] h;
  private final long[] roundedG;
  private final long[] roundedH;
  private final int exponentG;
  private final int exponentH;

  private Gradients(double[] g, double[] h, byte[] seed, int tree) {
    this.g = g;
    this.h = h;
    exponentG = exponent(g);
    exponentH = exponent(h);
    byte[] number = ByteBuffer.allocate(Integer.BYTES).putInt(tree).array();
    roundedG =
        FixedPoint.stochastic(
            g, BITS - exponentG, Randomness.derive(seed, "trees/rounding g", number));
    roundedH =
        FixedPoint.stochastic(
            h, BITS - exponentH, Randomness.derive(seed, "trees/rounding h", number));
  }

  /**
   * @param seed 32 secret bytes of this fit
   * @param tree which, from 1 on
   */
  static Gradients of(TrainingRows rows, double[] scores, byte[] seed, int tree) {
    double[] g = new double[scores.length];
    double[] h = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      double weight = rows.weight(i);
      g[i] = weight * rows.objective().gradient(scores[i], rows.label(i));
      h[i] = weight * rows.objective().curvature(scores[i]);
    }
    return new Gradients(g, h, seed, tree);
  }

  /** Of a power of two that no magnitude exceeds. */
  private static int exponent(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest == 0 ? 0 : Math.max(Math.getExponent(largest) + 1, -900);
  }

  int rows() {
    return g.length;
  }

  /** Of one row, in units of 2^(exponent - 16): from -2^16 to 2^16. */
  long g(int row) {
    return roundedG[row];
  }

  /** Of one row: from 0 to 2^16. */
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

  /** What the exact derivatives of some rows say their scores should grow by. */
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
