// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import java.util.Arrays;

/**
 * How rows are spread over the bins of a column, or over the tuples of bins of several columns that
 * are taken for independent: how many tuples have about the same share, for shares in steps of a
 * quarter of a bit.
 */
final class TupleSpread {
  private static final int STEPS_PER_BIT = 4;

  private final double[] tuples;
  private final double[] mass;
  private final double largestShare;

  private TupleSpread(double[] tuples, double[] mass, double largestShare) {
    this.tuples = tuples;
    this.mass = mass;
    this.largestShare = largestShare;
  }

  /** Of one column, from its rows per bin. */
  static TupleSpread of(int[] counts) {
    double rows = Math.max(1, Arrays.stream(counts).sum());
    int least = Arrays.stream(counts).filter(count -> count > 0).min().orElse(1);
    int levels = level(least / rows) + 1;
    double[] tuples = new double[levels];
    double[] mass = new double[levels];
    double largest = 0;
    for (int count : counts) {
      if (count > 0) {
        int level = level(count / rows);
        tuples[level]++;
        mass[level] += count / rows;
        largest = Math.max(largest, count / rows);
      }
    }
    return new TupleSpread(tuples, mass, largest);
  }

  private static int level(double share) {
    return (int) Math.round(-STEPS_PER_BIT * Math.log(share) / Math.log(2));
  }

  /** Of the tuples of both. */
  TupleSpread with(TupleSpread other) {
    double[] joint = new double[tuples.length + other.tuples.length - 1];
    double[] shares = new double[joint.length];
    for (int i = 0; i < tuples.length; i++) {
      if (tuples[i] > 0) {
        for (int k = 0; k < other.tuples.length; k++) {
          joint[i + k] += tuples[i] * other.tuples[k];
          shares[i + k] += mass[i] * other.mass[k];
        }
      }
    }
    return new TupleSpread(joint, shares, largestShare * other.largestShare);
  }

  /** How many tuples occur in so many rows, expected. */
  double occurring(int rows) {
    double sum = 0;
    for (int i = 0; i < tuples.length; i++) {
      if (tuples[i] > 0) {
        sum -= tuples[i] * Math.expm1(-rows * mass[i] / tuples[i]);
      }
    }
    return sum;
  }

  /** The share of the most frequent tuple. */
  double largestShare() {
    return largestShare;
  }

  /** Bits of a row's tuple (Shannon). */
  double entropy() {
    double bits = 0;
    for (int i = 0; i < tuples.length; i++) {
      if (tuples[i] > 0) {
        bits -= mass[i] * Math.log(mass[i] / tuples[i]) / Math.log(2);
      }
    }
    return bits;
  }
}
