// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import java.util.Arrays;

/**
 * A point (x, y) of the Edwards form as {@link Edwards#add} takes it: (y + x) / 2, (y - x) / 2 and
 * d x y, read from a flat array that holds many of them.
 */
final class Addend {
  /** Numbers that one takes in a flat array. */
  static final int LONGS = 3 * Field.LIMBS;

  private static final long[] HALF = inverse(2);

  final long[] plus = Field.zero();
  final long[] minus = Field.zero();
  final long[] product = Field.zero();

  private static long[] inverse(long small) {
    long[] out = Field.zero();
    Field.invert(Field.of(small), out);
    return out;
  }

  void read(long[] flat, int at) {
    System.arraycopy(flat, at, plus, 0, Field.LIMBS);
    System.arraycopy(flat, at + Field.LIMBS, minus, 0, Field.LIMBS);
    System.arraycopy(flat, at + 2 * Field.LIMBS, product, 0, Field.LIMBS);
  }

  /** Reads one of so many that begin at a place, and looks at all of them alike. */
  void select(long[] flat, int at, int count, int index) {
    Arrays.fill(plus, 0);
    Arrays.fill(minus, 0);
    Arrays.fill(product, 0);
    for (int i = 0; i < count; i++) {
      long mask = ((i ^ index) - 1L) >> 63;
      int from = at + i * LONGS;
      for (int k = 0; k < Field.LIMBS; k++) {
        plus[k] |= flat[from + k] & mask;
        minus[k] |= flat[from + Field.LIMBS + k] & mask;
        product[k] |= flat[from + 2 * Field.LIMBS + k] & mask;
      }
    }
  }

  /** Writes the points one after the other, and over them. */
  static void writeAll(EdwardsPoints points, long[] flat, int at) {
    long[][] x = points.x;
    long[][] y = points.y;
    Field.invertAll(points.z);
    long[] t = Field.zero();
    for (int i = 0; i < points.count(); i++) {
      int to = at + i * LONGS;
      Field.multiply(x[i], points.z[i], x[i]);
      Field.multiply(y[i], points.z[i], y[i]);
      Field.add(y[i], x[i], t);
      Field.multiply(t, HALF, t);
      System.arraycopy(t, 0, flat, to, Field.LIMBS);
      Field.subtract(y[i], x[i], t);
      Field.multiply(t, HALF, t);
      System.arraycopy(t, 0, flat, to + Field.LIMBS, Field.LIMBS);
      Field.multiply(x[i], y[i], t);
      Field.multiply(t, Edwards.D, t);
      System.arraycopy(t, 0, flat, to + 2 * Field.LIMBS, Field.LIMBS);
    }
  }
}
