// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.number;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;

/** Cheap reasons to refuse a peer's modulus. None of them proves a good one. */
public final class ForeignModulus {
  private static final int SMALL_FACTOR_BITS = 16;
  private static final int CERTAINTY = 128;

  private ForeignModulus() {}

  /**
   * Refuses a number of another size, an even one, one with a factor below 2^16, a prime and a
   * perfect power.
   *
   * @throws ProtocolException names what is wrong
   */
  public static void check(BigInteger n, int keyBits) {
    if (n.bitLength() != keyBits) {
      throw new ProtocolException(
          "Invalid modulus of " + n.bitLength() + " bits: must be " + keyBits);
    }
    if (!n.testBit(0)) {
      throw new ProtocolException("Invalid modulus: must be odd");
    }
    for (int prime : SmallPrimes.below(1 << SMALL_FACTOR_BITS)) {
      if (n.mod(BigInteger.valueOf(prime)).signum() == 0) {
        throw new ProtocolException("Invalid modulus: must have no factor below 2^16");
      }
    }
    if (n.isProbablePrime(CERTAINTY)) {
      throw new ProtocolException("Invalid modulus: must not be prime");
    }
    // Without factors below 2^16, no root of a higher degree than this exists.
    for (int degree : SmallPrimes.below(keyBits / SMALL_FACTOR_BITS + 1)) {
      if (root(n, degree).pow(degree).equals(n)) {
        throw new ProtocolException("Invalid modulus: must not be a perfect power");
      }
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
}
