// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.crypto.encoding.FixedPoint;
import io.heddle.error.EncodingException;
import io.heddle.table.AlignedRows;

/** A party's part of the linear predictor, by row. */
final class LinearPredictor {
  static final int FRACTION_BITS = 24;

  /** Leaves room for the sum over hundreds of parties. */
  private static final long LARGEST = 1L << 54;

  private LinearPredictor() {}

  /**
   * The columns times coefficients, in units of 2^-24.
   *
   * @param perStep what one step of each column's integers adds
   * @throws EncodingException if a row reaches 2^30
   */
  static long[] of(AlignedRows<QuantisedBlock> rows, double[] perStep) {
    double[] values = new double[rows.rows()];
    int at = 0;
    for (double[] part : rows.map(perStep, QuantisedBlock::times)) {
      System.arraycopy(part, 0, values, at, part.length);
      at += part.length;
    }
    long[] fixed = FixedPoint.nearest(values, FRACTION_BITS);
    for (long value : fixed) {
      if (Math.abs(value) >= LARGEST) {
        throw new EncodingException(
            "This party's part of the linear predictor reaches 2^30: raise regParam");
      }
    }
    return fixed;
  }

  /** Sums of all parties' parts as numbers. */
  static double[] toDoubles(long[] sums) {
    double[] values = new double[sums.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.scalb((double) sums[i], -FRACTION_BITS);
    }
    return values;
  }
}
