// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;

/** Cheap reasons to refuse a peer's modulus or generator. None of them proves a good one. */
final class ModulusChecks {
  private static final int SMALL_FACTOR_BITS = 16;

  private ModulusChecks() {}

  static void check(BigInteger n, int keyBits) {
    if (n.bitLength() != keyBits) {
      throw new ProtocolException(
          "Invalid modulus of " + n.bitLength() + " bits: must be " + keyBits);
    }
    if (!n.testBit(0) || n.testBit(1)) {
      throw new ProtocolException("Invalid modulus: must be 1 modulo 4");
    }
    for (int prime : SmallPrimes.below(1 << SMALL_FACTOR_BITS)) {
      if (n.mod(BigInteger.valueOf(prime)).signum() == 0) {
        throw new ProtocolException("Invalid modulus: must have no factor below 2^16");
      }
    }
    if (StructuredPrime.isPrime(n)) {
      throw new ProtocolException("Invalid modulus: must not be prime");
    }
    // Without factors below 2^16, no root of a higher degree than this exists.
    for (int degree : SmallPrimes.below(keyBits / SMALL_FACTOR_BITS + 1)) {
      if (root(n, degree).pow(degree).equals(n)) {
        throw new ProtocolException("Invalid modulus: must not be a perfect power");
      }
    }
  }

  static void checkGenerator(BigInteger n, BigInteger hs) {
    if (hs.signum() == 0 || hs.compareTo(n.multiply(n)) >= 0) {
      throw new ProtocolException("Invalid hs: must be above 0 and below n²");
    }
    BigInteger reduced = hs.mod(n);
    if (!reduced.gcd(n).equals(BigInteger.ONE)) {
      throw new ProtocolException("Invalid hs: must have no factor in common with n");
    }
    if (reduced.equals(BigInteger.ONE) || reduced.equals(n.subtract(BigInteger.ONE))) {
      throw new ProtocolException("Invalid hs: must not be 1 or -1 modulo n");
    }
    if (jacobi(reduced, n) != 1) {
      throw new ProtocolException("Invalid hs: must have the Jacobi symbol 1");
    }
  }

  /** The whole part of the root of the given degree, by Newton's method from above. */
  static BigInteger root(BigInteger n, int degree) {
    BigInteger guess = BigInteger.ONE.shiftLeft(n.bitLength() / degree + 1);
    while (true) {
      BigInteger next =
          n.divide(guess.pow(degree - 1))
              .add(guess.multiply(BigInteger.valueOf(degree - 1)))
              .divide(BigInteger.valueOf(degree));
      if (next.compareTo(guess) >= 0) {
        return guess;
      }
      guess = next;
    }
  }

  /** The Jacobi symbol (a/n) for odd n and 0 <= a < n: -1, 0 or 1. */
  static int jacobi(BigInteger a, BigInteger n) {
    BigInteger top = a;
    BigInteger bottom = n;
    int sign = 1;
    while (top.signum() != 0) {
      int twos = top.getLowestSetBit();
      top = top.shiftRight(twos);
      int bottomMod8 = bottom.intValue() & 7;
      if (twos % 2 == 1 && (bottomMod8 == 3 || bottomMod8 == 5)) {
        sign = -sign;
      }
      if ((top.intValue() & 3) == 3 && (bottomMod8 & 3) == 3) {
        sign = -sign;
      }
      BigInteger rest = bottom.mod(top);
      bottom = top;
      top = rest;
    }
    return bottom.equals(BigInteger.ONE) ? sign : 0;
  }
}
