// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

/**
 * A point of Curve25519 in the form -x^2 + y^2 = 1 + d x^2 y^2, as X : Y : Z with T = X Y / Z, to
 * which others are added. d is no square, so the sum of any two points, equal, opposite or neutral
 * ones among them, comes from the same formula. (RFC 7748, section 4.1; Hisil, Wong, Carter and
 * Dawson, Asiacrypt 2008, section 3.1.)
 */
final class Edwards {
  /** -121665 / 121666. */
  static final long[] D = d();

  // u = (1 + y) / (1 - y) and v = C u / x, C^2 = -(A + 2). The other root is x with another sign.
  private static final long[] C = root(-(HashToCurve.A + 2));
  private static final long[] ONE = Field.of(1);

  final long[] x = Field.zero();
  final long[] y = Field.zero();
  final long[] z = Field.zero();
  private final long[] t = Field.zero();
  private final long[] a = Field.zero();
  private final long[] b = Field.zero();
  private final long[] e = Field.zero();
  private final long[] f = Field.zero();

  private static long[] negative(long small) {
    long[] out = Field.zero();
    Field.subtract(Field.zero(), Field.of(small), out);
    Field.multiply(out, Field.of(1), out);
    return out;
  }

  private static long[] d() {
    long[] out = Field.zero();
    Field.invert(Field.of(121666), out);
    Field.multiply(negative(121665), out, out);
    return out;
  }

  private static long[] root(long negative) {
    long[] out = Field.zero();
    if (Field.squareRoot(negative(-negative), out) == 0) {
      throw new AssertionError("-(A + 2) is a square");
    }
    return out;
  }

  void setNeutral() {
    Field.copy(Field.zero(), x);
    Field.copy(ONE, y);
    Field.copy(ONE, z);
    Field.copy(Field.zero(), t);
  }

  /**
   * Takes the point (u, v), whose order is neither 1, 2 nor 4: (C u (u + 1) : (u - 1) v : (u + 1)
   * v).
   *
   * @param u carried
   */
  void set(long[] u, long[] v) {
    Field.add(u, ONE, a);
    Field.subtract(u, ONE, b);
    Field.multiply(u, C, e);
    Field.multiply(e, a, x);
    Field.multiply(b, v, y);
    Field.multiply(a, v, z);
    Field.multiply(e, b, t);
  }

  /** With halves of y + x and y - x nothing is to be doubled: all four come out halved. */
  void add(Addend other) {
    Field.subtract(y, x, a);
    Field.multiply(a, other.minus, a);
    Field.add(y, x, b);
    Field.multiply(b, other.plus, b);
    Field.multiply(t, other.product, t);
    Field.subtract(b, a, e);
    Field.add(b, a, b);
    Field.subtract(z, t, f);
    Field.add(z, t, a);
    Field.multiply(e, f, x);
    Field.multiply(a, b, y);
    Field.multiply(f, a, z);
    Field.multiply(e, b, t);
  }

  /** Whether this is the neutral element, 0 : 1 : 1. For what all may know. */
  boolean isNeutral() {
    Field.subtract(y, z, a);
    return (Field.zeroMask(x) & Field.zeroMask(a)) != 0;
  }

  /**
   * Writes points as {@link FullPoints}, the first at its index.
   *
   * @throws IllegalArgumentException if one has order 1 or 2
   */
  static void writeAll(EdwardsPoints points, byte[] into, int from) {
    int count = points.count();
    long[][] inverse = FullPoints.numbers(count);
    for (int i = 0; i < count; i++) {
      Field.subtract(points.z[i], points.y[i], inverse[i]);
      Field.multiply(inverse[i], points.x[i], inverse[i]);
      if (Field.zeroMask(inverse[i]) != 0) {
        throw new IllegalArgumentException("Invalid point " + (from + i) + ": has low order");
      }
    }
    Field.invertAll(inverse);
    long[] u = Field.zero();
    long[] v = Field.zero();
    for (int i = 0; i < count; i++) {
      // u = (z + y) / (z - y), v = C u z / x.
      Field.add(points.z[i], points.y[i], u);
      Field.multiply(u, inverse[i], u);
      Field.multiply(u, points.z[i], v);
      Field.multiply(v, C, v);
      Field.multiply(u, points.x[i], u);
      FullPoints.encode(u, v, into, from + i);
    }
  }
}
