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

  private void reduce(double[] out) {
    for (int i = 0; i < rows; i += 4) {
      VectorLanes.quotients(modulus.multiple, columns, i, quotients);
      VectorLanes.accumulate(quotients, 0, modulus.multiple, columns, i, 4, limbs + 3);
    }
    VectorLanes.carry(columns, rows, limbs, modulus.excess(), out);
  }
}
