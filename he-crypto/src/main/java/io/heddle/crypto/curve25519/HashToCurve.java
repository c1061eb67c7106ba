// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import java.util.List;

/**
 * Turns a message into a point of Curve25519 of which nobody knows a multiple. Every result lies in
 * the subgroup of prime order, so, unlike a hash taken as a coordinate, it tells no bit of the
 * message by lying on the curve or on the twist.
 *
 * <p>The suite is curve25519_XMD:SHA-512_ELL2_NU_ of RFC 9380, u coordinate only: a non-uniform
 * encoding, enough where the point is then multiplied by a secret. The Elligator map runs in the
 * same time for all messages; hashing depends on the message's length. Safe for several threads.
 * (RFC 9380, sections 5.2, 6.7.1 and 8.5.)
 */
public final class HashToCurve {
  private static final int FIELD_BYTES = 48;
  static final long A = 486662;

  private HashToCurve() {}

  /**
   * The point of one message.
   *
   * @param dst the domain separation tag, not empty: other tag, unrelated points
   * @return the u coordinate, 32 little-endian bytes
   */
  public static byte[] encode(byte[] message, byte[] dst) {
    return encodeAll(List.of(message), dst);
  }

  /**
   * The points of many messages, over all cores; thousands of them in vector lanes, where the
   * kernel has some.
   *
   * @return 32 bytes each, one after the other, in the messages' order
   */
  public static byte[] encodeAll(List<byte[]> messages, byte[] dst) {
    return encodeAll(messages, dst, LaneCurve.pays(messages.size()));
  }

  /** The same in lanes or one by one. */
  static byte[] encodeAll(List<byte[]> messages, byte[] dst, boolean inLanes) {
    byte[] points = new byte[Math.multiplyExact(messages.size(), Curve25519.POINT_BYTES)];
    Curve25519.batches(
        messages.size(),
        (from, to) -> {
          ExpandMessage expand = new ExpandMessage(dst);
          long[][] u = new long[to - from][];
          for (int i = 0; i < u.length; i++) {
            u[i] = hashToField(expand, messages.get(from + i));
          }
          mapAll(u, points, from, inLanes);
        });
    return points;
  }

  /** Writes the points of field elements, the first at point {@code from}. */
  static void mapAll(long[][] u, byte[] points, int from, boolean inLanes) {
    if (inLanes) {
      LaneCurve lanes = new LaneCurve(u.length);
      lanes.map(u);
      if (lanes.affine(points, from) >= 0) {
        throw lowOrder();
      }
      return;
    }
    long[][] x = new long[u.length][];
    long[][] z = new long[u.length][];
    for (int i = 0; i < u.length; i++) {
      x[i] = Field.zero();
      z[i] = Field.zero();
      map(u[i], x[i], z[i]);
      clearCofactor(x[i], z[i]);
    }
    Curve25519.affine(x, z, points, from);
  }

  static long[] hashToField(ExpandMessage expand, byte[] message) {
    byte[] wide = expand.expand(message, FIELD_BYTES);
    for (int i = 0; i < FIELD_BYTES / 2; i++) {
      byte swapped = wide[i];
      wide[i] = wide[FIELD_BYTES - 1 - i];
      wide[FIELD_BYTES - 1 - i] = swapped;
    }
    long[] u = Field.zero();
    Field.fromWide(wide, u);
    return u;
  }

  /**
   * Elligator 2 without y: x1 = -A / (1 + 2u^2) if that is on the curve, else x2 = 2u^2 x1 = -x1 -
   * A. The denominator is never 0, for -1/2 is no square.
   */
  static void map(long[] u, long[] x, long[] z) {
    long[] t = Field.zero();
    Field.square(u, t);
    Field.multiplySmall(t, 2, t);
    Field.add(t, Field.of(1), z);
    Field.multiply(z, Field.of(1), z);
    long[] x1 = Field.zero();
    Field.subtract(Field.zero(), Field.of(A), x1);
    Field.multiply(x1, Field.of(1), x1);

    // y^2 z^3 = x1 (x1^2 + A x1 z + z^2), so y^2 is a square iff the right side times z is one.
    long[] g = Field.zero();
    long[] s = Field.zero();
    Field.multiply(x1, z, g);
    Field.multiplySmall(g, A, g);
    Field.square(x1, s);
    Field.add(g, s, g);
    Field.multiply(g, Field.of(1), g);
    Field.square(z, s);
    Field.add(g, s, g);
    Field.multiply(g, x1, g);
    Field.multiply(g, z, g);
    long[] x2 = Field.zero();
    Field.multiply(x1, t, x2);
    Field.swap(~Field.squareMask(g), x1, x2);
    Field.copy(x1, x);
  }

  /** Times 8. Only a u of negligible probability gives the neutral element here. */
  static void clearCofactor(long[] x, long[] z) {
    for (int i = 0; i < 3; i++) {
      Curve25519.twice(x, z);
    }
    if (Field.zeroMask(z) != 0) {
      throw lowOrder();
    }
  }

  private static AssertionError lowOrder() {
    return new AssertionError("A message hashed to a point of low order");
  }
}
