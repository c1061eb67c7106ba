// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import java.math.BigInteger;
import java.security.SecureRandom;

/**
 * The secret numbers of one key and the generator that follows from them.
 *
 * @param p P = 2 p' a + 1 and p'
 * @param q Q = 2 q' b + 1 and q'
 * @param h -y^(2ab) mod PQ, of order 2 p' q'
 */
record KeyPrimes(StructuredPrime p, StructuredPrime q, BigInteger h) {
  private static final BigInteger TWO = BigInteger.TWO;

  static KeyPrimes generate(int keyBits, SecureRandom random) {
    int factorBits = PaillierKeyType.OPTIMISED.randomnessBits(keyBits) / 2;
    StructuredPrime p = StructuredPrime.generate(keyBits / 2, factorBits, random);
    StructuredPrime q;
    do {
      q = StructuredPrime.generate(keyBits / 2, factorBits, random);
    } while (!p.sharesNothingWith(q));
    return new KeyPrimes(p, q, generator(p, q, random));
  }

  private static BigInteger generator(StructuredPrime p, StructuredPrime q, SecureRandom random) {
    BigInteger n = p.value().multiply(q.value());
    BigInteger exponent = TWO.multiply(p.cofactor()).multiply(q.cofactor());
    while (true) {
      BigInteger y = new BigInteger(n.bitLength() + 64, random).mod(n);
      BigInteger power = y.modPow(exponent, n);
      if (hasOrder(p, power) && hasOrder(q, power)) {
        return n.subtract(power);
      }
    }
  }

  /** In a subgroup of prime order, every element but 0 and 1 generates it. */
  private static boolean hasOrder(StructuredPrime prime, BigInteger element) {
    BigInteger reduced = element.mod(prime.value());
    return reduced.compareTo(BigInteger.ONE) > 0;
  }

  @Override
  public String toString() {
    return "KeyPrimes[secret]";
  }
}
