// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import io.heddle.error.ProtocolException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Multiplies points of Curve25519, of which only the u coordinate is kept, by secret numbers. The
 * operation commutes, {@code a(bP) = b(aP)}, and nobody finds the number from a point and its
 * product.
 *
 * <p>Points are 32 little-endian bytes below p = 2^255 - 19. A peer's point that is not canonical
 * (p or more, or the upper bit set) or of low order is refused with a {@link ProtocolException}.
 * Points on the quadratic twist are multiplied as RFC 7748 says: its order is four times a prime as
 * well, so they tell nothing about the scalar. Time and memory access do not depend on the scalar.
 * Safe for several threads. (RFC 7748, section 5.)
 */
public final class Curve25519 {
  /** Bytes of a point and of a scalar. */
  public static final int POINT_BYTES = 32;

  // Together in one task: enough to share one inversion, few enough to keep all cores busy.
  private static final int BATCH = 128;
  // (A - 2) / 4 for the curve's A = 486662.
  static final long A24 = 121665;

  // The canonical u coordinates of order 1, 2, 4 and 8, on the curve and on its twist.
  private static final long[][] LOW_ORDER = {
    {0, 0, 0, 0},
    {1, 0, 0, 0},
    {0xffffffffffffffecL, -1, -1, 0x7fffffffffffffffL},
    {0xaeb8413b7c7aebe0L, 0x6ac49ff1fae35616L, 0xfdb1329ceb8d09daL, 0x00b8495f16056286L},
    {0x248c50a3bc959c5fL, 0x5bef839c55b1d0b1L, 0x868e1c58c45c4404L, 0x57119fd0dd4e22d8L}
  };

  private static final int BASE_POINT = 9;

  // u = 6 has order 8q on the curve, u = 3 has order 4q' on the twist, q and q' primes.
  private static final int CURVE_GENERATOR = 6;
  private static final int TWIST_GENERATOR = 3;

  private Curve25519() {}

  /**
   * Two points, one after the other: the first generates all of the curve, the second all of its
   * twist, points of low order among them. A uniform number times either of them, chosen by a fair
   * coin, has a u coordinate that nobody can tell from 255 random bits. (Moeller, ESORICS 2004.)
   */
  public static byte[] generators() {
    byte[] points = new byte[2 * POINT_BYTES];
    points[0] = CURVE_GENERATOR;
    points[POINT_BYTES] = TWIST_GENERATOR;
    return points;
  }

  /**
   * A fresh secret scalar, clamped: a multiple of 8 from 2^254 to 2^255, so no bit of order 8
   * shows.
   */
  public static byte[] newScalar(SecureRandom random) {
    byte[] scalar = new byte[POINT_BYTES];
    random.nextBytes(scalar);
    return clamp(scalar);
  }

  /**
   * A secret scalar of given bytes, clamped as {@link #newScalar} does.
   *
   * @param bytes 32 that nobody else knows; not changed
   */
  public static byte[] scalarOf(byte[] bytes) {
    return clamp(checkScalar(bytes).clone());
  }

  /** The point that everybody's public keys are multiples of, u = 9. (RFC 7748, section 4.1.) */
  public static byte[] basePoint() {
    byte[] point = new byte[POINT_BYTES];
    point[0] = BASE_POINT;
    return point;
  }

  /**
   * The scalar times the point: the function X25519.
   *
   * @param scalar 32 bytes; clamped here as RFC 7748 says
   * @param point 32 bytes, from a peer
   * @throws ProtocolException if the point is not canonical or has low order
   */
  public static byte[] multiply(byte[] scalar, byte[] point) {
    if (point.length != POINT_BYTES) {
      throw new ProtocolException(
          "Invalid point of " + point.length + " bytes: must be " + POINT_BYTES);
    }
    return multiplyAll(scalar, point, count -> {});
  }

  /**
   * The scalar times each of the points, over all cores; thousands of them in vector lanes, where
   * the kernel has some.
   *
   * @param scalar 32 bytes; clamped here as RFC 7748 says
   * @param points 32 bytes each, one after the other; not changed
   * @param done told how many more points are done, from several threads
   * @return the products, in the points' order
   * @throws ProtocolException if a point is not canonical or has low order, or the last is cut
   */
  public static byte[] multiplyAll(byte[] scalar, byte[] points, LongConsumer done) {
    return multiplyAll(scalar, points, done, LaneCurve.pays(points.length / POINT_BYTES));
  }

  /** The same in lanes or one by one. */
  static byte[] multiplyAll(byte[] scalar, byte[] points, LongConsumer done, boolean inLanes) {
    checkScalar(scalar);
    checkWhole(points);
    byte[] clamped = clamp(scalar.clone());
    byte[] products = new byte[points.length];
    batches(
        points.length / POINT_BYTES,
        (from, to) -> {
          if (inLanes) {
            multiplyInLanes(clamped, points, from, to, products);
          } else {
            multiplyBatch(clamped, points, from, to, products);
          }
          done.accept(to - from);
        });
    Arrays.fill(clamped, (byte) 0);
    return products;
  }

  /**
   * Refuses a peer's points that no product may be made of.
   *
   * @throws ProtocolException if one is not canonical or has low order, or the last is cut
   */
  public static void checkAll(byte[] points) {
    checkWhole(points);
    for (int i = 0; i < points.length / POINT_BYTES; i++) {
      checkPoint(points, i);
    }
  }

  static void checkWhole(byte[] points) {
    if (points.length % POINT_BYTES != 0) {
      throw new ProtocolException(
          "Invalid points of " + points.length + " bytes: must be a multiple of " + POINT_BYTES);
    }
  }

  /**
   * Each of the scalars times the point with the same index, over all cores. Scalars are taken as
   * they are, not clamped: a product of a point of the whole group may be any point of it, and is 0
   * for the neutral element.
   *
   * @param scalars 32 bytes each, of which the lower 255 bits count
   * @param points 32 bytes each, as many
   * @return the products, in the points' order
   * @throws ProtocolException if a point is not canonical or has low order
   */
  public static byte[] multiplyEach(byte[] scalars, byte[] points) {
    if (points.length % POINT_BYTES != 0 || scalars.length != points.length) {
      throw new IllegalArgumentException(
          "Invalid scalars of "
              + scalars.length
              + " bytes for points of "
              + points.length
              + ": both must be "
              + POINT_BYTES
              + " for each product");
    }
    byte[] products = new byte[points.length];
    batches(
        points.length / POINT_BYTES,
        (from, to) -> multiplyEach(scalars, points, from, to, products));
    return products;
  }

  private static void multiplyEach(
      byte[] scalars, byte[] points, int from, int to, byte[] products) {
    long[][] x = new long[to - from][];
    long[][] z = new long[to - from][];
    Ladder ladder = new Ladder();
    for (int i = from; i < to; i++) {
      checkPoint(points, i);
      long[] xi = Field.zero();
      long[] zi = Field.zero();
      Field.fromBytes(points, i * POINT_BYTES, xi);
      ladder.multiply(scalars, i * POINT_BYTES, xi, zi);
      // The neutral element, x : 0, is written as 0 : 1.
      long neutral = Field.zeroMask(zi);
      Field.swap(neutral, xi, Field.zero());
      Field.swap(neutral, zi, Field.of(1));
      x[i - from] = xi;
      z[i - from] = zi;
    }
    affine(x, z, products, from);
  }

  /** What runs on points {@code from} to {@code to}. */
  interface Batch {
    void run(int from, int to);
  }

  static void batches(int count, Batch batch) {
    int batches = (int) (((long) count + BATCH - 1) / BATCH);
    IntStream.range(0, batches)
        .parallel()
        .forEach(i -> batch.run(i * BATCH, Math.min(count, (i + 1) * BATCH)));
  }

  private static void multiplyBatch(
      byte[] clamped, byte[] points, int from, int to, byte[] products) {
    long[][] x = new long[to - from][];
    long[][] z = new long[to - from][];
    Ladder ladder = new Ladder();
    for (int i = from; i < to; i++) {
      checkPoint(points, i);
      x[i - from] = Field.zero();
      z[i - from] = Field.zero();
      Field.fromBytes(points, i * POINT_BYTES, x[i - from]);
      ladder.multiply(clamped, 0, x[i - from], z[i - from]);
      if (Field.zeroMask(z[i - from]) != 0) {
        throw lowOrder(i);
      }
    }
    affine(x, z, products, from);
  }

  private static void multiplyInLanes(
      byte[] clamped, byte[] points, int from, int to, byte[] products) {
    long[][] u = new long[to - from][];
    for (int i = from; i < to; i++) {
      checkPoint(points, i);
      u[i - from] = Field.zero();
      Field.fromBytes(points, i * POINT_BYTES, u[i - from]);
    }
    LaneCurve lanes = new LaneCurve(to - from);
    lanes.multiply(clamped, u);
    int low = lanes.affine(products, from);
    if (low >= 0) {
      throw lowOrder(from + low);
    }
  }

  /** Writes x/z of each as bytes, the first at point {@code from}. */
  static void affine(long[][] x, long[][] z, byte[] points, int from) {
    Field.invertAll(z);
    for (int i = 0; i < x.length; i++) {
      Field.multiply(x[i], z[i], x[i]);
      System.arraycopy(Field.toBytes(x[i]), 0, points, (from + i) * POINT_BYTES, POINT_BYTES);
    }
  }

  static byte[] checkScalar(byte[] scalar) {
    if (scalar.length != POINT_BYTES) {
      throw new IllegalArgumentException(
          "Invalid scalar of " + scalar.length + " bytes: must be " + POINT_BYTES);
    }
    return scalar;
  }

  static byte[] clamp(byte[] scalar) {
    scalar[0] &= (byte) 0xf8;
    scalar[31] &= 0x7f;
    scalar[31] |= 0x40;
    return scalar;
  }

  static ProtocolException lowOrder(int index) {
    return new ProtocolException("Invalid point " + index + ": has low order");
  }

  private static void checkPoint(byte[] points, int index) {
    checkPoint(words(points, index), index);
  }

  /** The point's bytes as four little-endian words. */
  static long[] words(byte[] points, int index) {
    long[] words = new long[4];
    for (int i = 0; i < POINT_BYTES; i++) {
      words[i >>> 3] |= (points[index * POINT_BYTES + i] & 0xffL) << (8 * (i & 7));
    }
    return words;
  }

  /** A peer's point is public, so here branches may depend on it. */
  static void checkPoint(long[] words, int index) {
    boolean canonical =
        words[3] >= 0
            && !(words[3] == Long.MAX_VALUE
                && words[2] == -1
                && words[1] == -1
                && Long.compareUnsigned(words[0], 0xffffffffffffffedL) >= 0);
    if (!canonical) {
      throw new ProtocolException("Invalid point " + index + ": must be below 2^255 - 19");
    }
    for (long[] low : LOW_ORDER) {
      if (Arrays.equals(words, low)) {
        throw lowOrder(index);
      }
    }
  }

  /** Doubles X : Z in place. (RFC 7748, section 5, where the point is P2.) */
  static void twice(long[] x, long[] z) {
    long[] a = Field.zero();
    long[] b = Field.zero();
    long[] e = Field.zero();
    Field.add(x, z, a);
    Field.square(a, a);
    Field.subtract(x, z, b);
    Field.square(b, b);
    Field.multiply(a, b, x);
    Field.subtract(a, b, e);
    Field.multiplySmall(e, A24, b);
    Field.add(b, a, b);
    Field.multiply(e, b, z);
  }
}
