// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * For tests: the curve d v^2 = u^3 + 486662 u^2 + u by the chord and the tangent, with both
 * coordinates. For d = 1 it is Curve25519, for d = 2, no square, its twist.
 */
enum AffineCurve {
  CURVE(1),
  TWIST(2);

  private static final BigInteger P =
      BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger A = BigInteger.valueOf(486662);
  private static final BigInteger EULER = P.shiftRight(1);

  private final BigInteger d;

  AffineCurve(int d) {
    this.d = BigInteger.valueOf(d);
  }

  /** Any point but the neutral one, which is null. */
  record Point(BigInteger u, BigInteger v) {
    Point negative() {
      return new Point(u, v.negate().mod(P));
    }
  }

  private static BigInteger rightSide(BigInteger u) {
    return u.multiply(u.multiply(u.add(A)).add(BigInteger.ONE)).mod(P);
  }

  /** Which of the two a u coordinate stands for; (0, 0) is on both. */
  static AffineCurve of(BigInteger u) {
    return rightSide(u).modPow(EULER, P).subtract(BigInteger.ONE).signum() == 0 ? CURVE : TWIST;
  }

  /** One of the two points with this u. */
  Point lift(BigInteger u) {
    BigInteger square = rightSide(u).multiply(d.modInverse(P)).mod(P);
    // p = 5 mod 8: one of the two is the root.
    BigInteger root = square.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
    if (!root.multiply(root).mod(P).equals(square)) {
      root = root.multiply(BigInteger.TWO.modPow(P.shiftRight(2), P)).mod(P);
    }
    if (!root.multiply(root).mod(P).equals(square)) {
      throw new AssertionError("Not on this curve");
    }
    return new Point(u, root);
  }

  @Nullable Point add(@Nullable Point one, @Nullable Point other) {
    if (one == null) {
      return other;
    }
    if (other == null) {
      return one;
    }
    BigInteger slope;
    if (one.u.equals(other.u)) {
      if (one.v.add(other.v).mod(P).signum() == 0) {
        return null;
      }
      slope =
          one.u
              .multiply(one.u.multiply(BigInteger.valueOf(3)).add(A.shiftLeft(1)))
              .add(BigInteger.ONE)
              .multiply(d.multiply(one.v).shiftLeft(1).modInverse(P));
    } else {
      slope = other.v.subtract(one.v).multiply(other.u.subtract(one.u).modInverse(P));
    }
    slope = slope.mod(P);
    BigInteger u =
        d.multiply(slope).multiply(slope).subtract(A).subtract(one.u).subtract(other.u).mod(P);
    return new Point(u, slope.multiply(one.u.subtract(u)).subtract(one.v).mod(P));
  }

  private @Nullable Point product(BigInteger scalar, BigInteger u) {
    return multiply(scalar, lift(u));
  }

  @Nullable Point multiply(BigInteger scalar, Point power) {
    Point sum = null;
    for (int i = scalar.bitLength() - 1; i >= 0; i--) {
      sum = add(sum, sum);
      if (scalar.testBit(i)) {
        sum = add(sum, power);
      }
    }
    return sum;
  }

  /** The product's u coordinate, 0 for the neutral element. */
  BigInteger multiply(BigInteger scalar, BigInteger u) {
    Point product = product(scalar, u);
    return product == null ? BigInteger.ZERO : product.u;
  }

  /** Whether the product is the neutral element. */
  boolean multiplesToNothing(BigInteger scalar, BigInteger u) {
    return product(scalar, u) == null;
  }
}
