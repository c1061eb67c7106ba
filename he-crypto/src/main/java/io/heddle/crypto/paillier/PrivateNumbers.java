// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import java.math.BigInteger;
import java.security.SecureRandom;

/**
 * The secret numbers of one key of either type, and the generator that follows from them.
 *
 * @param p a prime
 * @param orderP what an encryption's random part vanishes under modulo p²: 2 p' or p - 1
 * @param q another prime of the same size
 * @param orderQ the same modulo q²
 * @param h the generator modulo p q
 */
record PrivateNumbers(
    PaillierKeyType type,
    BigInteger p,
    BigInteger orderP,
    BigInteger q,
    BigInteger orderQ,
    BigInteger h) {

  static PrivateNumbers generate(PaillierKeyType type, int keyBits, SecureRandom random) {
    return switch (type) {
      case OPTIMISED -> of(KeyPrimes.generate(keyBits, random));
      case DJN -> djn(keyBits, random);
    };
  }

  static PrivateNumbers of(KeyPrimes primes) {
    return new PrivateNumbers(
        PaillierKeyType.OPTIMISED,
        primes.p().value(),
        primes.p().factor().shiftLeft(1),
        primes.q().value(),
        primes.q().factor().shiftLeft(1),
        primes.h());
  }

  private static PrivateNumbers djn(int keyBits, SecureRandom random) {
    PaillierKeyType.DJN.randomnessBits(keyBits);
    BigInteger p = prime(keyBits / 2, random);
    BigInteger lessP = p.subtract(BigInteger.ONE);
    BigInteger q;
    BigInteger lessQ;
    do {
      q = prime(keyBits / 2, random);
      lessQ = q.subtract(BigInteger.ONE);
    } while (p.equals(q) || !lessP.gcd(lessQ).equals(BigInteger.TWO));
    BigInteger n = p.multiply(q);
    BigInteger x;
    do {
      x = new BigInteger(keyBits + 64, random).mod(n);
    } while (!x.gcd(n).equals(BigInteger.ONE));
    return new PrivateNumbers(
        PaillierKeyType.DJN, p, lessP, q, lessQ, n.subtract(x.multiply(x).mod(n)));
  }

  /** A prime of exactly {@code bits} bits, 3 modulo 4, whose two top bits are set. */
  private static BigInteger prime(int bits, SecureRandom random) {
    while (true) {
      BigInteger candidate =
          new BigInteger(bits, random).setBit(bits - 1).setBit(bits - 2).setBit(1).setBit(0);
      if (StructuredPrime.isPrime(candidate)) {
        return candidate;
      }
    }
  }

  BigInteger n() {
    return p.multiply(q);
  }

  @Override
  public String toString() {
    return "PrivateNumbers[secret]";
  }
}
