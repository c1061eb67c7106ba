// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static io.heddle.crypto.kernel.VectorLanes.LANES;
import static io.heddle.crypto.kernel.VectorLanes.PAD;

import java.util.Arrays;

/** Room for one thread's multiplications modulo one {@link LaneModulus}. */
final class LaneScratch {
  private final LaneModulus modulus;
  private final int limbs;
  private final int rows;
  private final long[] columns;
  private final double[] quotients = new double[(4 + PAD) * LANES];
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
    this.columns = new long[modulus.columns() * LANES];
    this.doubled = newNumbers();
    this.quotient = newNumbers();
    this.left = newNumbers();
    this.right = newNumbers();
  }

  /** A number per lane, 0. */
  double[] newNumbers() {
    return new double[modulus.paddedLimbs() * LANES];
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

  /** out = x y / R; out may be one of the two. */
  void multiply(double[] x, double[] y, double[] out) {
    System.arraycopy(modulus.productBias, 0, columns, 0, columns.length);
    for (int i = 0; i < rows; i += 4) {
      VectorLanes.accumulate(x, PAD + i, y, columns, i, 0, limbs + 3);
    }
    reduce(out);
  }

  /**
   * out = x^2 / R: each product of two limbs of different blocks of four once, with one doubled.
   */
  void square(double[] x, double[] out) {
    System.arraycopy(modulus.squareBias, 0, columns, 0, columns.length);
    VectorLanes.twice(x, doubled);
    for (int i = 0; i < rows; i += 4) {
      int at = (PAD + i) * LANES;
      Arrays.fill(doubled, at - 4 * LANES, at, 0);
      System.arraycopy(x, at, doubled, at, 4 * LANES);
      VectorLanes.accumulate(x, PAD + i, doubled, columns, i, i, limbs + 3);
    }
    reduce(out);
  }

  /**
   * out = x y / R as well, for a y whose {@link #companion} is known: three half products instead
   * of four. The quotient is x times the companion modulo R; of x y and of quotient times modulus
   * only the columns above R are needed, for what is below adds up to zero or to R: two columns
   * more tell which.
   */
  void multiply(double[] x, double[] y, double[] companion, double[] out) {
    lowProduct(x, companion, quotient);
    int lowest = rows - LaneModulus.GUARDS;
    int at = lowest * LANES;
    System.arraycopy(modulus.upperBias, at, columns, at, columns.length - at);
    for (int i = 0; i < rows; i += 4) {
      int from = Math.max(0, lowest - i);
      VectorLanes.accumulate(x, PAD + i, y, columns, i, from, limbs + 3);
      VectorLanes.accumulate(quotient, PAD + i, modulus.multiple, columns, i, from, limbs + 3);
    }
    int first = PAD - LaneModulus.GUARDS;
    VectorLanes.carry(columns, lowest, limbs + LaneModulus.GUARDS, modulus.excess(), out, first);
    Arrays.fill(out, first * LANES, PAD * LANES, 0);
  }

  /** out = -y / N' modulo R. */
  void companion(double[] y, double[] out) {
    lowProduct(y, modulus.negativeInverse, out);
  }

  /** out = x y modulo R, {@code rows} limbs. */
  private void lowProduct(double[] x, double[] y, double[] out) {
    System.arraycopy(modulus.lowBias, 0, columns, 0, (rows + 1) * LANES);
    for (int i = 0; i < rows; i += 4) {
      VectorLanes.accumulate(x, PAD + i, y, columns, i, 0, rows - i);
    }
    VectorLanes.carry(columns, 0, rows + 1, modulus.excess(), out, PAD);
    Arrays.fill(out, (PAD + rows) * LANES, (PAD + rows + 1) * LANES, 0);
  }

  private void reduce(double[] out) {
    for (int i = 0; i < rows; i += 4) {
      VectorLanes.quotients(modulus.multiple, columns, i, quotients);
      VectorLanes.accumulate(quotients, 0, modulus.multiple, columns, i, 4, limbs + 3);
    }
    VectorLanes.carry(columns, rows, limbs, modulus.excess(), out, PAD);
  }
}
