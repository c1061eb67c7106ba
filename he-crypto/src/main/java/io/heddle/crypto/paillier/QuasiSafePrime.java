// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.number.SmallPrimes;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds primes {@code 2 f g + 1} with f and g prime and half as long: what a safe prime is wanted
 * for, a group of squares whose order has no small factor, several times sooner. Both f and g and
 * what they give are probable primes, wrong with less than 2^-100.
 */
final class QuasiSafePrime {
  private static final BigInteger TWO = BigInteger.TWO;
  private static final int CERTAINTY = 128;
  private static final int WINDOW = 1 << 17;
  private static final int[] SIEVE = SmallPrimes.below(1 << 15);

  private QuasiSafePrime() {}

  /** Draws one of exactly {@code bits} bits whose two top bits are set, so products keep theirs. */
  static BigInteger generate(int bits, SecureRandom random) {
    while (true) {
      BigInteger factor = new BigInteger(bits / 2, CERTAINTY, random);
      BigInteger start = new BigInteger(bits, random).setBit(bits - 1).setBit(bits - 2);
      BigInteger found = search(bits, factor, start.divide(factor.multiply(TWO)).setBit(0));
      if (found != null) {
        return found;
      }
    }
  }

  /** The first 2 factor (other + 2i) + 1 with i below the window and both parts prime. */
  private static @Nullable BigInteger search(int bits, BigInteger factor, BigInteger other) {
    BigInteger first = factor.multiply(TWO).multiply(other).add(BigInteger.ONE);
    BigInteger step = factor.shiftLeft(2);
    BitSet composite = new BitSet(WINDOW);
    for (int k = 1; k < SIEVE.length; k++) {
      strike(composite, other, TWO, SIEVE[k]);
      strike(composite, first, step, SIEVE[k]);
    }
    for (int i = composite.nextClearBit(0); i < WINDOW; i = composite.nextClearBit(i + 1)) {
      BigInteger index = BigInteger.valueOf(i);
      BigInteger second = other.add(index.shiftLeft(1));
      if (!second.isProbablePrime(2)) {
        continue;
      }
      BigInteger value = first.add(step.multiply(index));
      if (value.bitLength() != bits) {
        return null;
      }
      if (value.isProbablePrime(2)
          && second.isProbablePrime(CERTAINTY)
          && value.isProbablePrime(CERTAINTY)) {
        return value;
      }
    }
    return null;
  }

  /** Marks the i below the window for which the prime divides {@code first + step i}. */
  private static void strike(BitSet composite, BigInteger first, BigInteger step, int prime) {
    BigInteger divisor = BigInteger.valueOf(prime);
    int hit = first.negate().multiply(step.modInverse(divisor)).mod(divisor).intValue();
    for (int i = hit; i < WINDOW; i += prime) {
      composite.set(i);
    }
  }
}
