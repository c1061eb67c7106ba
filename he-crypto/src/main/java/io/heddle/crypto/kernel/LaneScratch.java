// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static io.heddle.crypto.kernel.VectorLanes.LANES;
import static io.heddle.crypto.kernel.VectorLanes.PAD;

import java.util.Arrays;

/** Room for one thread's multiplications modulo one {@link LaneModulus}. */
final class LaneScratch implements LaneArithmetic<double[]> {
  private final LaneModulus modulus;
  private final int limbs;
  private final int rows;
  private final long[] columns;
  private final double[] quotients;
  private final double[] doubled;
  private final double[] quotient;
  private final int[] places = new int[LANES];

  /** A number per lane, for whoever holds this. */
  final double[] left;

  final double[] right;

  LaneScratch(LaneModulus modulus) {
    this.modulus = modulus;
    this.limbs = modulus.limbs();
    this.rows = modulus.rows();
    this.columns = new long[LaneBias.columns(limbs, rows) * LANES];
    this.quotients = new double[rows * LANES];
    this.doubled = newNumbers();
    this.quotient = newNumbers();
    this.left = newNumbers();
    this.right = newNumbers();
  }

  @Override
  public double[] newNumbers() {
    return new double[modulus.paddedLimbs() * LANES];
  }

  @Override
  public void copy(double[] from, double[] into) {
    System.arraycopy(from, 0, into, 0, from.length);
  }

  /**
   * Loads the numbers from {@code first} on, one per lane; lanes that are left over get the last
   * one.
   */
  void loadRow(double[] from, int first, int size, double[] into) {
    modulus.loadAll(from, row(first, size), into);
  }

  void storeRow(double[] from, double[] into, int first, int size) {
    modulus.storeAll(from, into, row(first, size));
  }

  void storeCompanions(double[] from, double[] into, int first, int size) {
    modulus.storeCompanions(from, into, row(first, size));
  }

  private int[] row(int first, int size) {
    for (int lane = 0; lane < LANES; lane++) {
      places[lane] = Math.min(first + lane, size - 1);
    }
    return places;
  }

  @Override
  public void multiply(double[] x, double[] y, double[] out) {
    start(modulus.productBias);
    reduceProduct(x, y, out);
  }

  @Override
  public void square(double[] x, double[] out) {
    start(modulus.squareBias);
    VectorLanes.twice(x, doubled);
    addSquare(x, 0);
    for (int row = 0; row < rows; row += 4) {
      quotients(row);
      addSquare(x, row + 4);
      addReduction(row);
    }
    carry(out);
  }

  /**
   * Begins a sum.
   *
   * @param bias of all that will be added
   */
  void start(long[] bias) {
    System.arraycopy(bias, 0, columns, 0, columns.length);
  }

  /**
   * out = x y / R as well, for a y whose {@link #companion} is known: three half products instead
   * of four. The quotient is x times the companion modulo R; of x y and of quotient times modulus
   * only the columns above R are needed, for what is below adds up to zero or to R: two columns
   * more tell which.
   */
  void multiply(double[] x, double[] y, double[] companion, double[] out) {
    lowProduct(x, companion, quotient);
    int lowest = rows - LaneBias.GUARDS;
    int at = lowest * LANES;
    System.arraycopy(modulus.upperBias, at, columns, at, columns.length - at);
    for (int row = 0; row < rows; row += 4) {
      int from = Math.max(0, lowest - row);
      add(x, PAD + row, y, row, from);
      add(quotient, PAD + row, modulus.multipleLanes, row, from);
    }
    int first = PAD - LaneBias.GUARDS;
    VectorLanes.carry(columns, lowest, limbs + LaneBias.GUARDS, LaneBias.excess(limbs), out, first);
    Arrays.fill(out, first * LANES, PAD * LANES, 0);
  }

  /** out = -y / N' modulo R. */
  void companion(double[] y, double[] out) {
    lowProduct(y, modulus.negativeInverse, out);
  }

  /** out = x y modulo R, {@code rows} limbs. */
  private void lowProduct(double[] x, double[] y, double[] out) {
    System.arraycopy(modulus.lowBias, 0, columns, 0, (rows + 1) * LANES);
    for (int row = 0; row < rows; row += 4) {
      add(x, PAD + row, y, row, 0, rows - row);
    }
    VectorLanes.carry(columns, 0, rows + 1, LaneBias.excess(limbs), out, PAD);
    Arrays.fill(out, (PAD + rows) * LANES, (PAD + rows + 1) * LANES, 0);
  }

  /** Adds the quotients of the last reduction. */
  void addQuotients() {
    VectorLanes.add(quotients, 0, rows, columns, 0);
  }

  /** Adds x B^column. */
  void add(double[] x, int column) {
    VectorLanes.add(x, PAD, limbs, columns, column);
  }

  /** out = (the sum + x y) / R. */
  void reduceProduct(double[] x, double[] y, double[] out) {
    addProduct(x, y, 0);
    for (int row = 0; row < rows; row += 4) {
      quotients(row);
      addProduct(x, y, row + 4);
      addReduction(row);
    }
    carry(out);
  }

  /** out = the sum + x y, of twice as many limbs. */
  void addProduct(double[] x, double[] y, double[] out) {
    for (int row = 0; row < rows; row += 4) {
      addProduct(x, y, row);
    }
    VectorLanes.carry(columns, 0, 2 * limbs, LaneBias.excess(limbs), out, PAD);
  }

  /** out = (the sum + x[0] y[0] + x[1] y[1] + ...) / R. */
  void reduceProducts(double[][] x, double[][] y, double[] out) {
    addProducts(x, y, 0);
    for (int row = 0; row < rows; row += 4) {
      quotients(row);
      addProducts(x, y, row + 4);
      addReduction(row);
    }
    carry(out);
  }

  private void addProducts(double[][] x, double[][] y, int row) {
    for (int k = 0; k < x.length; k++) {
      addProduct(x[k], y[k], row);
    }
  }

  /** Adds the four limbs of x from {@code row} on, at its end maybe two or none, times y. */
  private void addProduct(double[] x, double[] y, int row) {
    add(x, PAD + row, y, row, 0);
  }

  private void add(double[] x, int firstX, double[] y, int row, int from) {
    add(x, firstX, y, row, from, LaneBias.end(limbs, LaneBias.height(row, rows)));
  }

  private void add(double[] x, int firstX, double[] y, int row, int from, int to) {
    if (row + 4 <= rows) {
      VectorLanes.accumulate(x, firstX, y, columns, row, from, to);
    } else if (row < rows) {
      VectorLanes.accumulateTwo(x, firstX, y, columns, row, from, to);
    }
  }

  /** Each product of two limbs of different blocks of limbs once, with one doubled. */
  private void addSquare(double[] x, int row) {
    if (row < rows) {
      VectorLanes.copyAndClearBelow(x, PAD + row, LaneBias.height(row, rows), doubled);
      add(x, PAD + row, doubled, row, row);
    }
  }

  /** Montgomery's quotients: their latency is hidden if other work comes before their use. */
  private void quotients(int row) {
    if (row + 4 <= rows) {
      VectorLanes.quotients(modulus.multipleLanes, columns, row, quotients);
    } else {
      VectorLanes.twoQuotients(modulus.multipleLanes, columns, row, quotients);
    }
  }

  private void addReduction(int row) {
    add(quotients, row, modulus.multipleLanes, row, LaneBias.height(row, rows));
  }

  private void carry(double[] out) {
    VectorLanes.carry(columns, rows, limbs, LaneBias.excess(limbs), out, PAD);
  }
}
