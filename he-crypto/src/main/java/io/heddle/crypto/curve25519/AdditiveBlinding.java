// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import io.heddle.error.ProtocolException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/**
 * Hides points H from the holder of a key k who multiplies them: it gets H + r G, G the base point,
 * and of its answer A this takes r K away, K = k G: so A = k (H + r G) gives k H. All
 * multiplications here are of two known points and can be made before there is an answer. (Jarecki,
 * Krawczyk and Xu, PKC 2021, where this blinding is called multiplicative.)
 *
 * <p>A fresh r is needed for each point: two under one r show their difference. A uniform number of
 * 256 bits is uniform modulo the order of the base point up to a distance of 2^-127, for 2^256 is
 * 16 times that order less 2^128.4; so H + r G says nothing of an H of prime order. Time and memory
 * access do not depend on H and r. Safe for several threads.
 */
public final class AdditiveBlinding {
  // 2^252 + 27742317777372353535851937790883648493, little-endian.
  private static final byte[] ORDER =
      HexFormat.of().parseHex("edd3f55c1a631258d69cf7a2def9de14" + "00".repeat(15) + "10");

  private final FixedBase key;

  /** The base point's multiples, made when first needed. */
  private static final class Base {
    private static final FixedBase POINT = table(FullPoints.basePoint());
  }

  /**
   * For one key's answers.
   *
   * @param key K's u coordinate, from a peer: {@code Curve25519.multiply(k, basePoint())}. Of both
   *     points that have it K is the one with sign 0, as in {@link FullPoints#multiplyAll}
   * @throws ProtocolException if it is not a canonical u coordinate of a point of prime order
   */
  public AdditiveBlinding(byte[] key) {
    if (key.length != Curve25519.POINT_BYTES) {
      throw new ProtocolException(
          "Invalid point of " + key.length + " bytes: must be " + Curve25519.POINT_BYTES);
    }
    Curve25519.checkAll(key);
    this.key = table(key);
    Edwards multiple = new Edwards();
    multiple.setNeutral();
    this.key.addMultiple(ORDER, 0, multiple, new Addend());
    if (!multiple.isNeutral()) {
      throw new ProtocolException("Invalid key: must be a point of prime order");
    }
  }

  private static FixedBase table(byte[] point) {
    long[] u = Field.zero();
    long[] v = Field.zero();
    FullPoints.decode(point, 0, u, v);
    return new FixedBase(u, v);
  }

  /**
   * Hides points, over all cores.
   *
   * @param points their u coordinates, 32 bytes each, canonical and of prime order, such as {@link
   *     HashToCurve#encodeAll} gives; which of the two points that have it does not matter
   * @param scalars uniform, 32 bytes for each point, never used before; all bits count
   */
  public Blinded blind(byte[] points, byte[] scalars) {
    if (points.length % Curve25519.POINT_BYTES != 0 || scalars.length != points.length) {
      throw new IllegalArgumentException(
          "Invalid scalars of "
              + scalars.length
              + " bytes for points of "
              + points.length
              + ": both must be "
              + Curve25519.POINT_BYTES
              + " for each point");
    }
    int count = points.length / Curve25519.POINT_BYTES;
    byte[] blinded = new byte[points.length];
    long[] masks = new long[Math.multiplyExact(count, Addend.LONGS)];
    Curve25519.batches(
        count,
        (from, to) -> {
          blind(points, scalars, from, to, blinded);
          mask(scalars, from, to, masks);
        });
    return new Blinded(blinded, masks);
  }

  private static void blind(byte[] points, byte[] scalars, int from, int to, byte[] blinded) {
    EdwardsPoints sums = new EdwardsPoints(to - from);
    Edwards sum = new Edwards();
    Addend free = new Addend();
    long[] u = Field.zero();
    long[] v = Field.zero();
    for (int i = 0; i < sums.count(); i++) {
      int at = (from + i) * Curve25519.POINT_BYTES;
      Field.fromBytes(points, at, u);
      if (FullPoints.lift(u, v) == 0) {
        throw new IllegalArgumentException("Invalid point: must be on the curve");
      }
      sum.set(u, v);
      Base.POINT.addMultiple(scalars, at, sum, free);
      sums.set(i, sum);
    }
    Edwards.writeAll(sums, blinded, from);
  }

  private void mask(byte[] scalars, int from, int to, long[] masks) {
    EdwardsPoints products = new EdwardsPoints(to - from);
    Edwards product = new Edwards();
    Addend free = new Addend();
    for (int i = 0; i < products.count(); i++) {
      product.setNeutral();
      key.addMultiple(scalars, (from + i) * Curve25519.POINT_BYTES, product, free);
      products.set(i, product);
    }
    Addend.writeAll(products, masks, from * Addend.LONGS);
  }

  /**
   * Points that were hidden, and what takes an answer's blinding away. Safe for several threads.
   */
  public static final class Blinded {
    private final byte[] points;
    private final long[] masks;

    private Blinded(byte[] points, long[] masks) {
      this.points = points;
      this.masks = masks;
    }

    /** The hidden points as {@link FullPoints}, in their order; not copied. */
    public byte[] points() {
      return points;
    }

    /**
     * Takes the blinding away, over all cores. An answer that is not the key times the question
     * gives another point, which who answered cannot foresee without the point that was hidden.
     *
     * @param answers as {@link FullPoints}, one for each point, from a peer
     * @param done told how many more answers are done, from several threads
     * @return the u coordinates of the points that were hidden, times the key
     * @throws ProtocolException if an answer is not a point of the curve, or it or what is left has
     *     low order, or there are more or fewer
     */
    public byte[] reveal(byte[] answers, LongConsumer done) {
      if (answers.length != points.length) {
        throw new ProtocolException(
            "Invalid points of " + answers.length + " bytes: must be " + points.length);
      }
      byte[] products = new byte[answers.length];
      Curve25519.batches(
          answers.length / Curve25519.POINT_BYTES,
          (from, to) -> {
            reveal(answers, from, to, products);
            done.accept(to - from);
          });
      return products;
    }

    private void reveal(byte[] answers, int from, int to, byte[] products) {
      long[][] x = FullPoints.numbers(to - from);
      long[][] z = FullPoints.numbers(to - from);
      Edwards sum = new Edwards();
      Addend mask = new Addend();
      long[] u = Field.zero();
      long[] v = Field.zero();
      for (int i = 0; i < x.length; i++) {
        FullPoints.decode(answers, from + i, u, v);
        // r K - A has the u coordinate of A - r K.
        Field.subtract(Field.zero(), v, v);
        sum.set(u, v);
        mask.read(masks, (from + i) * Addend.LONGS);
        sum.add(mask);
        Field.add(sum.z, sum.y, x[i]);
        Field.subtract(sum.z, sum.y, z[i]);
        if (Field.zeroMask(z[i]) != 0) {
          throw Curve25519.lowOrder(from + i);
        }
      }
      Curve25519.affine(x, z, products, from);
    }

    /** Never what is hidden. */
    @Override
    public String toString() {
      return "Blinded[" + points.length / Curve25519.POINT_BYTES + " points]";
    }
  }
}
