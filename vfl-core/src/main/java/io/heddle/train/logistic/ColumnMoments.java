// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.table.ColumnBlock;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Count, mean, spread and range of each column within bounds, over some rows; those of two parts
 * combine. (Chan, Golub, LeVeque 1979, for the sum of squares.)
 */
final class ColumnMoments implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Beyond this, squares of a column leave the range of a double. */
  static final double LARGEST = 1e100;

  private static final int KEPT_BITS = 36;

  /** Values outside the bounds count as the bound. */
  record Bounds(double[] lower, double[] upper) implements Serializable {
    static Bounds none(int columns) {
      double[] lower = new double[columns];
      double[] upper = new double[columns];
      Arrays.fill(lower, -LARGEST);
      Arrays.fill(upper, LARGEST);
      return new Bounds(lower, upper);
    }
  }

  private long rows;
  final double[] mean;
  private final double[] squares;
  final double[] min;
  final double[] max;

  /**
   * How many values are not finite or beyond {@link #LARGEST}; the other figures then mean nothing.
   */
  final long[] unusable;

  private final double[] second;
  private final boolean[] manyValued;

  private ColumnMoments(int columns) {
    mean = new double[columns];
    squares = new double[columns];
    min = new double[columns];
    max = new double[columns];
    unusable = new long[columns];
    second = new double[columns];
    manyValued = new boolean[columns];
  }

  static ColumnMoments of(ColumnBlock block, Bounds bounds) {
    ColumnMoments moments = new ColumnMoments(block.columns().length);
    moments.rows = block.rows();
    for (int j = 0; j < block.columns().length; j++) {
      moments.column(j, block.columns()[j], bounds.lower()[j], bounds.upper()[j]);
    }
    return moments;
  }

  private void column(int j, double[] values, double lower, double upper) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    double average = 0;
    double sum = 0;
    boolean secondSeen = false;
    for (int i = 0; i < values.length; i++) {
      if (!(Math.abs(values[i]) <= LARGEST)) {
        unusable[j]++;
        continue;
      }
      double value = clamp(values[i], lower, upper);
      low = Math.min(low, value);
      high = Math.max(high, value);
      double distance = value - average;
      average += distance / (i + 1);
      sum += distance * (value - average);
      if (value != clamp(values[0], lower, upper)) {
        if (secondSeen && value != second[j]) {
          manyValued[j] = true;
        }
        second[j] = value;
        secondSeen = true;
      }
    }
    mean[j] = average;
    squares[j] = sum;
    min[j] = low;
    max[j] = high;
  }

  static double clamp(double value, double lower, double upper) {
    return Math.min(Math.max(value, lower), upper);
  }

  /**
   * Combines the parts in their order, and drops the digits that depend on how the rows were cut:
   * the same rows give the same columns in any number of partitions.
   */
  static ColumnMoments combine(List<ColumnMoments> parts, int columns) {
    ColumnMoments all = new ColumnMoments(columns);
    for (ColumnMoments part : parts) {
      if (part.rows > 0) {
        all.add(part);
      }
    }
    for (int j = 0; j < columns; j++) {
      double largest = Math.max(Math.abs(all.min[j]), Math.abs(all.max[j]));
      all.mean[j] = rounded(all.mean[j], largest);
      all.squares[j] = rounded(all.squares[j], all.squares[j]);
    }
    return all;
  }

  /** To a multiple of 2^-{@link #KEPT_BITS} of the power of two below a size. */
  private static double rounded(double value, double size) {
    if (!Double.isFinite(value) || size < Double.MIN_NORMAL) {
      return value;
    }
    int exponent = Math.getExponent(size) - KEPT_BITS;
    return Math.scalb(Math.rint(Math.scalb(value, -exponent)), exponent);
  }

  private void add(ColumnMoments part) {
    double total = (double) rows + part.rows;
    for (int j = 0; j < mean.length; j++) {
      unusable[j] += part.unusable[j];
      double distance = part.mean[j] - mean[j];
      mean[j] += distance * (part.rows / total);
      squares[j] += part.squares[j] + distance * distance * (rows * (part.rows / total));
      if (rows == 0) {
        min[j] = part.min[j];
        max[j] = part.max[j];
        manyValued[j] = part.manyValued[j];
      } else {
        double low = Math.min(min[j], part.min[j]);
        double high = Math.max(max[j], part.max[j]);
        manyValued[j] |= part.manyValued[j];
        for (double value : new double[] {min[j], max[j], part.min[j], part.max[j]}) {
          manyValued[j] |= value != low && value != high;
        }
        min[j] = low;
        max[j] = high;
      }
    }
    rows += part.rows;
  }

  boolean atMostTwoValues(int j) {
    return !manyValued[j];
  }

  /** The sample standard deviation, with n - 1 below. */
  double deviation(int j) {
    return rows < 2 ? 0 : Math.sqrt(Math.max(0, squares[j]) / (rows - 1));
  }
}
