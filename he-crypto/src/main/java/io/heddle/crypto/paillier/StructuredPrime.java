// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.number.SmallPrimes;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A prime {@code value = 2 * factor * cofactor + 1} with a prime factor of chosen size.
 *
 * @param value P
 * @param factor p', prime
 * @param cofactor a, odd and not divisible by p'
 */
record StructuredPrime(BigInteger value, BigInteger factor, BigInteger cofactor) {
  private static final BigInteger TWO = BigInteger.TWO;
  private static final int CERTAINTY = 128;
  private static final int WINDOW = 4096;
  private static final int[] SIEVE = SmallPrimes.below(1 << 14);

  /** Draws one of exactly {@code bits} bits whose two top bits are set, so products keep theirs. */
  static StructuredPrime generate(int bits, int factorBits, SecureRandom random) {
    BigInteger factor = factor(factorBits, random);
    while (true) {
      BigInteger start = new BigInteger(bits, random).setBit(bits - 1).setBit(bits - 2);
      BigInteger cofactor = start.divide(factor.multiply(TWO)).setBit(0);
      StructuredPrime found = search(bits, factor, cofactor);
      if (found != null) {
        return found;
      }
    }
  }

  // Not BigInteger's own constructor for primes: how that uses up random bytes is the platform's
  // business, and the same bytes are to give the same key on the next one too.
  private static BigInteger factor(int bits, SecureRandom random) {
    while (true) {
      BigInteger candidate = new BigInteger(bits, random).setBit(bits - 1).setBit(0);
      if (isPrime(candidate)) {
        return candidate;
      }
    }
  }

  /** Whether two such primes can make one key: all their parts are coprime to each other. */
  boolean sharesNothingWith(StructuredPrime other) {
    return coprime(factor, cofactor)
        && coprime(other.factor, other.cofactor)
        && coprime(factor.multiply(cofactor), other.factor.multiply(other.cofactor))
        && !value.equals(other.value);
  }

  /** The first prime 2 factor (cofactor + 2i) + 1 for i below a window, sieved by small primes. */
  private static @Nullable StructuredPrime search(
      int bits, BigInteger factor, BigInteger cofactor) {
    BigInteger first = factor.multiply(TWO).multiply(cofactor).add(BigInteger.ONE);
    BigInteger step = factor.shiftLeft(2);
    BitSet composite = new BitSet(WINDOW);
    for (int k = 1; k < SIEVE.length; k++) {
      BigInteger prime = BigInteger.valueOf(SIEVE[k]);
      int hit = first.negate().multiply(step.modInverse(prime)).mod(prime).intValue();
      for (int i = hit; i < WINDOW; i += SIEVE[k]) {
        composite.set(i);
      }
    }
    for (int i = composite.nextClearBit(0); i < WINDOW; i = composite.nextClearBit(i + 1)) {
      BigInteger value = first.add(step.multiply(BigInteger.valueOf(i)));
      if (value.bitLength() == bits && isPrime(value)) {
        return new StructuredPrime(value, factor, cofactor.add(BigInteger.valueOf(2L * i)));
      }
    }
    return null;
  }

  static boolean isPrime(BigInteger value) {
    return value.signum() > 0 && value.isProbablePrime(CERTAINTY);
  }

  private static boolean coprime(BigInteger left, BigInteger right) {
    return left.gcd(right).equals(BigInteger.ONE);
  }

  @Override
  public String toString() {
    return "StructuredPrime[secret]";
  }
}
