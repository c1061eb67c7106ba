// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.crypto.Sha256;
import io.heddle.table.ColumnBlock;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The varying columns of consecutive rows in fixed point, and the kernels that run over them. All
 * sums are of integers, so they do not depend on how rows are cut into partitions.
 */
record QuantisedBlock(int firstRow, int rows, short[][] columns) implements Serializable {

  /**
   * How values become integers.
   *
   * @param varying the indices of the columns that are kept
   */
  record Grid(
      int[] varying, double[] lower, double[] upper, double[] centres, double[] steps, int maximum)
      implements Serializable {}

  /** Rows whose distance from the centre is multiplied by a factor, in row order. */
  record PulledRows(int[] rows, double[] factors) implements Serializable {
    static final PulledRows NONE = new PulledRows(new int[0], new double[0]);

    double factor(int row) {
      int at = Arrays.binarySearch(rows, row);
      return at < 0 ? 1 : factors[at];
    }
  }

  /** What {@link #quantise} needs. */
  record Quantisation(Grid grid, PulledRows pulled) implements Serializable {}

  static QuantisedBlock quantise(ColumnBlock block, Quantisation how) {
    Grid grid = how.grid();
    double[] factors = new double[block.rows()];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = how.pulled().factor(block.firstRow() + i);
    }
    short[][] columns = new short[grid.varying().length][block.rows()];
    for (int k = 0; k < columns.length; k++) {
      int j = grid.varying()[k];
      double[] values = block.columns()[j];
      for (int i = 0; i < values.length; i++) {
        double value = ColumnMoments.clamp(values[i], grid.lower()[j], grid.upper()[j]);
        double steps = Math.rint(factors[i] * (value - grid.centres()[j]) / grid.steps()[j]);
        columns[k][i] = (short) ColumnMoments.clamp(steps, -grid.maximum(), grid.maximum());
      }
    }
    return new QuantisedBlock(block.firstRow(), block.rows(), columns);
  }

  /** Products of every two columns, a column of ones first, as rows of the lower triangle. */
  static long[][] gram(QuantisedBlock block, Boolean ignored) {
    int size = block.columns.length + 1;
    long[][] products = new long[size][];
    for (int j = 0; j < size; j++) {
      products[j] = new long[j + 1];
      for (int k = 0; k <= j; k++) {
        long sum = 0;
        for (int i = 0; i < block.rows; i++) {
          sum += (long) block.value(j, i) * block.value(k, i);
        }
        products[j][k] = sum;
      }
    }
    return products;
  }

  private int value(int column, int row) {
    return column == 0 ? 1 : columns[column - 1][row];
  }

  /** One SHA-256 for each column, over its values and their place among the rows. */
  static byte[][] digests(QuantisedBlock block, Boolean ignored) {
    byte[][] digests = new byte[block.columns.length][];
    ByteBuffer bytes = ByteBuffer.allocate(2 * Integer.BYTES + Short.BYTES * block.rows);
    for (int j = 0; j < digests.length; j++) {
      bytes.clear().putInt(block.firstRow).putInt(block.rows);
      bytes.asShortBuffer().put(block.columns[j]);
      digests[j] = Sha256.of(bytes.array());
    }
    return digests;
  }

  /** Which columns' values are counted, and the largest value. */
  record Counted(int from, int to, int maximum) implements Serializable {}

  /** How often each value occurs: {@code counts[j][maximum + value]} for column from + j. */
  static int[][] counts(QuantisedBlock block, Counted counted) {
    int maximum = counted.maximum();
    int[][] counts = new int[counted.to() - counted.from()][2 * maximum + 1];
    for (int j = 0; j < counts.length; j++) {
      for (short value : block.columns[counted.from() + j]) {
        counts[j][maximum + value]++;
      }
    }
    return counts;
  }

  /**
   * What a row's leverage is measured with.
   *
   * @param whitening the inverse Cholesky factor of the Gram matrix, in units of the integers, a
   *     column of ones first
   * @param limit above it a row counts
   */
  record LeverageLimit(double[][] whitening, double limit) implements Serializable {}

  /** Rows of much leverage, in row order, and how much each has. */
  record Leverages(int[] rows, double[] values) implements Serializable {}

  /** The rows with more leverage than the limit. */
  static Leverages rowsAbove(QuantisedBlock block, LeverageLimit test) {
    double[][] whitening = test.whitening();
    double[] leverages = new double[block.rows];
    for (int i = 0; i < block.rows; i++) {
      for (double[] line : whitening) {
        double sum = 0;
        for (int k = 0; k < line.length; k++) {
          sum += line[k] * block.value(k, i);
        }
        leverages[i] += sum * sum;
      }
    }
    int[] above = IntStream.range(0, block.rows).filter(i -> leverages[i] > test.limit()).toArray();
    return new Leverages(
        IntStream.of(above).map(i -> block.firstRow + i).toArray(),
        IntStream.of(above).mapToDouble(i -> leverages[i]).toArray());
  }

  /** The columns times one factor each, summed by row. */
  static double[] times(QuantisedBlock block, double[] factors) {
    double[] sums = new double[block.rows];
    for (int j = 0; j < factors.length; j++) {
      short[] column = block.columns[j];
      for (int i = 0; i < sums.length; i++) {
        sums[i] += factors[j] * column[i];
      }
    }
    return sums;
  }

  /** The sum of value times residual, by column; residuals are those of all rows. */
  static long[] gradient(QuantisedBlock block, long[] residuals) {
    long[] sums = new long[block.columns.length];
    for (int j = 0; j < sums.length; j++) {
      short[] column = block.columns[j];
      for (int i = 0; i < column.length; i++) {
        sums[j] = Math.addExact(sums[j], column[i] * residuals[block.firstRow + i]);
      }
    }
    return sums;
  }
}
