// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import io.heddle.error.ProtocolException;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Points of Curve25519 with both coordinates, which can be added: 32 little-endian bytes, u below p
 * in the lower 255 bits and the sign of v in the upper one. The sign is the lowest bit of v, taken
 * below p: a point and its negative, v and p - v, have different ones.
 *
 * <p>A peer's point whose u is not canonical, has low order or lies on the twist is refused with a
 * {@link ProtocolException}. Safe for several threads.
 */
public final class FullPoints {
  // The base point's v is odd. (RFC 7748, section 4.1.)
  private static final byte SIGN = (byte) 0x80;

  private FullPoints() {}

  /** The base point of Curve25519, u = 9, with the v of RFC 7748. */
  public static byte[] basePoint() {
    byte[] point = Curve25519.basePoint();
    point[Curve25519.POINT_BYTES - 1] |= SIGN;
    return point;
  }

  /**
   * Each of the points times the scalar or times its negative, whichever takes the base point to
   * one with sign 0. So {@code Curve25519.multiply(scalar, Curve25519.basePoint())} is the base
   * point's product here, sign and all, and whoever has only that can tell which of both it is.
   * Parts of low order vanish. Time and memory access do not depend on the scalar.
   *
   * @param scalar 32 bytes; clamped here as RFC 7748 says
   * @param points 32 bytes each, one after the other, from a peer; not changed
   * @param done told how many more points are done, from several threads
   * @return the products, in the points' order
   * @throws ProtocolException if a point is not one of the curve or has low order, or the last is
   *     cut
   */
  public static byte[] multiplyAll(byte[] scalar, byte[] points, LongConsumer done) {
    return multiplyAll(
        scalar, points, done, LaneCurve.pays(points.length / Curve25519.POINT_BYTES));
  }

  /** The same in lanes or one by one. */
  static byte[] multiplyAll(byte[] scalar, byte[] points, LongConsumer done, boolean inLanes) {
    Curve25519.checkWhole(points);
    byte[] clamped = Curve25519.clamp(Curve25519.checkScalar(scalar).clone());
    byte[] products = new byte[points.length];
    byte[] base = new byte[Curve25519.POINT_BYTES];
    multiply(clamped, basePoint(), 0, 1, (byte) 0, false, base);
    byte sign = (byte) (base[Curve25519.POINT_BYTES - 1] & SIGN);
    Curve25519.batches(
        points.length / Curve25519.POINT_BYTES,
        (from, to) -> {
          multiply(clamped, points, from, to, sign, inLanes, products);
          done.accept(to - from);
        });
    Arrays.fill(clamped, (byte) 0);
    return products;
  }

  private static void multiply(
      byte[] clamped,
      byte[] points,
      int from,
      int to,
      byte sign,
      boolean inLanes,
      byte[] products) {
    int count = to - from;
    long[][] u = numbers(count);
    long[][] v = numbers(count);
    for (int i = 0; i < count; i++) {
      decode(points, from + i, u[i], v[i]);
    }
    long[][] x = numbers(count);
    long[][] z = numbers(count);
    long[][] nextX = numbers(count);
    long[][] nextZ = numbers(count);
    if (inLanes) {
      new LaneCurve(count).multiply(clamped, u, x, z, nextX, nextZ);
    } else {
      Ladder ladder = new Ladder();
      for (int i = 0; i < count; i++) {
        Field.copy(u[i], x[i]);
        ladder.multiply(clamped, 0, x[i], z[i]);
        ladder.neighbour(nextX[i], nextZ[i]);
      }
    }
    for (int i = 0; i < count; i++) {
      recover(u[i], v[i], x[i], z[i], nextX[i], nextZ[i]);
      // The sum of product and point is neutral only for the scalar -1 modulo the order.
      if (Field.zeroMask(z[i]) != 0) {
        throw new IllegalArgumentException("Invalid scalar: must not be -1 modulo the order");
      }
    }
    Field.invertAll(z);
    for (int i = 0; i < count; i++) {
      Field.multiply(x[i], z[i], x[i]);
      Field.multiply(v[i], z[i], v[i]);
      encode(x[i], v[i], products, from + i);
      products[(from + i + 1) * Curve25519.POINT_BYTES - 1] ^= sign;
    }
  }

  /**
   * From the product x : z of the point (u, v), and the sum of both as nextX : nextZ, the product
   * as x : v : z, of which z is 0 iff product or sum is neutral. (Okeya and Sakurai, CHES 2001;
   * Costello and Smith, J. Cryptographic Engineering 8, 2018, algorithm 5.)
   */
  private static void recover(long[] u, long[] v, long[] x, long[] z, long[] nextX, long[] nextZ) {
    long[] a = Field.zero();
    long[] b = Field.zero();
    long[] c = Field.zero();
    Field.multiply(u, z, a);
    Field.add(x, a, b);
    Field.subtract(x, a, c);
    Field.square(c, c);
    Field.multiply(c, nextX, c);
    Field.multiplySmall(z, 2 * HashToCurve.A, a);
    // Of three carried numbers: the most that a product takes.
    Field.add(b, a, b);
    long[] d = Field.zero();
    Field.multiply(u, x, d);
    Field.add(d, z, d);
    Field.multiply(b, d, b);
    Field.multiply(a, z, a);
    Field.subtract(b, a, b);
    Field.multiply(b, nextZ, b);
    Field.multiplySmall(v, 2, a);
    Field.multiply(a, z, a);
    Field.multiply(a, nextZ, a);
    Field.subtract(b, c, v);
    Field.multiply(a, x, x);
    Field.multiply(a, z, z);
  }

  static long[][] numbers(int count) {
    return new long[count][Field.LIMBS];
  }

  /** v, one of its two values, of a u; -1 if there is one, else 0. (RFC 7748, section 4.1.) */
  static long lift(long[] u, long[] v) {
    long[] square = Field.zero();
    Field.add(u, Field.of(HashToCurve.A), square);
    Field.multiply(square, u, square);
    Field.add(square, Field.of(1), square);
    Field.multiply(square, u, square);
    return Field.squareRoot(square, v);
  }

  /**
   * Reads a peer's point, which is public; u comes out carried.
   *
   * @throws ProtocolException if it is not canonical, of low order or not on the curve
   */
  static void decode(byte[] points, int index, long[] u, long[] v) {
    long[] words = Curve25519.words(points, index);
    long sign = words[3] >>> 63;
    words[3] &= Long.MAX_VALUE;
    Curve25519.checkPoint(words, index);
    Field.fromBytes(points, index * Curve25519.POINT_BYTES, u);
    if (lift(u, v) == 0) {
      throw new ProtocolException("Invalid point " + index + ": is not on the curve");
    }
    long[] negative = Field.zero();
    Field.subtract(Field.zero(), v, negative);
    Field.multiply(negative, Field.of(1), negative);
    Field.swap(-(sign ^ (Field.toBytes(v)[0] & 1)), v, negative);
  }

  /** Writes a point at its index. */
  static void encode(long[] u, long[] v, byte[] points, int index) {
    int at = index * Curve25519.POINT_BYTES;
    System.arraycopy(Field.toBytes(u), 0, points, at, Curve25519.POINT_BYTES);
    points[at + Curve25519.POINT_BYTES - 1] |= (byte) (Field.toBytes(v)[0] << 7);
  }
}
