// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static io.heddle.crypto.kernel.VectorLanes.HALF_LIMB;
import static io.heddle.crypto.kernel.VectorLanes.HIGH_BITS;
import static io.heddle.crypto.kernel.VectorLanes.LANES;
import static io.heddle.crypto.kernel.VectorLanes.LIMB_BITS;
import static io.heddle.crypto.kernel.VectorLanes.LOW_BITS;
import static io.heddle.crypto.kernel.VectorLanes.PAD;

import java.util.Arrays;

/**
 * What the columns of {@link VectorLanes} start with before products and a reduction are added to
 * them: less the constants in the bits of the doubles, plus a surplus that keeps each column
 * positive and is taken from the next column again, plus half a limb, which makes carried limbs lie
 * around zero.
 *
 * <p>A product of two limbs of at most 2^49 adds at most 2^49 to its column and 2^48 to the next, a
 * product of numbers at most {@code limbs} of each: three quarters of {@code limbs * B}. The
 * surplus is enough for {@link #MOST} of them and the reduction.
 */
final class LaneBias {
  /** Products that may be added to the same columns, one with a doubled factor counted twice. */
  static final int MOST = 8;

  /** Columns below R that a quotient which is known beforehand needs besides those above. */
  static final int GUARDS = 2;

  private final int limbs;
  private final int rows;
  private final int[] lows;
  private final int[] highs;

  LaneBias(int limbs, int rows) {
    this.limbs = limbs;
    this.rows = rows;
    this.lows = new int[columns(limbs, rows)];
    this.highs = new int[lows.length];
  }

  /** Columns of a product and its reduction. */
  static int columns(int limbs, int rows) {
    return rows + limbs + PAD + 1;
  }

  /** Limbs of the block of limbs that begins with {@code row}: four, the last one maybe two. */
  static int height(int row, int rows) {
    return Math.min(4, rows - row);
  }

  /** One beyond the last column of a block of limbs times a number; even for a block of two. */
  static int end(int limbs, int height) {
    return height == 4 ? limbs + 3 : (limbs + 2) / 2 * 2;
  }

  /** What is in the last column of a result and does not belong to it. */
  static long excess(int limbs) {
    return (surplus(limbs) << LIMB_BITS) + HALF_LIMB;
  }

  private static long surplus(int limbs) {
    return 7L * limbs;
  }

  /** The sum will be reduced. */
  LaneBias reduction() {
    for (int row = 0; row < rows; row += height(row, rows)) {
      count(row, 1, end(limbs, height(row, rows)));
    }
    return this;
  }

  /** So many products of numbers will be added. */
  LaneBias products(int times) {
    for (int k = 0; k < times; k++) {
      for (int row = 0; row < rows; row += height(row, rows)) {
        count(row, 0, end(limbs, height(row, rows)));
      }
    }
    return this;
  }

  /** A square will be added: half a product. */
  LaneBias square() {
    for (int row = 0; row < rows; row += height(row, rows)) {
      count(row, row, end(limbs, height(row, rows)));
    }
    return this;
  }

  /** A number will be added to the columns from {@code column} on. */
  LaneBias number(int column, int size) {
    for (int k = 0; k < size; k++) {
      lows[column + k]++;
    }
    return this;
  }

  /** A product modulo R will be added. */
  LaneBias low() {
    for (int row = 0; row < rows; row += height(row, rows)) {
      count(row, 0, rows - row);
    }
    return this;
  }

  /** What a product has above R, and below it the {@link #GUARDS}, will be added. */
  LaneBias upper() {
    for (int row = 0; row < rows; row += height(row, rows)) {
      count(row, Math.max(0, rows - GUARDS - row), end(limbs, height(row, rows)));
    }
    return this;
  }

  private void count(int column, int from, int to) {
    for (int j = from; j < to; j++) {
      lows[column + j]++;
      highs[column + j + 1]++;
    }
  }

  /** The columns, a number per lane. */
  long[] columns() {
    return columnsFrom(0);
  }

  /** The same where only the columns from {@code lowest} on are carried. */
  long[] columnsFrom(int lowest) {
    long[] columns = new long[lows.length * LANES];
    for (int c = 0; c < lows.length; c++) {
      long start =
          excess(limbs)
              - (c > lowest ? surplus(limbs) : 0)
              - lows[c] * LOW_BITS
              - highs[c] * HIGH_BITS;
      Arrays.fill(columns, c * LANES, (c + 1) * LANES, start);
    }
    return columns;
  }
}
