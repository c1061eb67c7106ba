// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.okamoto;

import java.math.BigInteger;
import java.security.SecureRandom;

/**
 * The secret numbers of one key and the generator that goes with them.
 *
 * <p>The paper takes p and q of one size. Since then Mulder ("Fast square-free decomposition of
 * integers using class groups", arXiv 2308.06130, 2023) finds q, and with it p, in time L_q[1/2,
 * 1]: what counts is the size of q alone, and a third of 2048 bits is too little. Here q has half
 * the bits and p a quarter: then that method and the elliptic curve method, which finds p, cost
 * about the same. In cycles, by smoothness probabilities and generous to the attacker: 2^85 for
 * thirds against 2^101 for this split at 2048 bits, 2^105 against 2^126 at 3072, 2^122 against
 * 2^148 at 4096.
 *
 * @param p a prime of a quarter of the key's bits
 * @param q a prime of half of them, p not dividing q - 1
 * @param g modulo p² q; its power p - 1 has the order p modulo p²
 */
record SecretNumbers(BigInteger p, BigInteger q, BigInteger g) {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final int CERTAINTY = 128;

  static int bitsOfP(int keyBits) {
    return keyBits / 4;
  }

  static int bitsOfQ(int keyBits) {
    return keyBits / 2;
  }

  static SecretNumbers generate(int keyBits, SecureRandom random) {
    requireSize(keyBits);
    BigInteger p;
    BigInteger q;
    do {
      p = prime(bitsOfP(keyBits), random);
      q = prime(bitsOfQ(keyBits), random);
    } while (!goTogether(p, q, keyBits));
    SecretNumbers numbers;
    do {
      BigInteger any = new BigInteger(keyBits + 64, random).mod(p.multiply(p).multiply(q));
      numbers = new SecretNumbers(p, q, any);
    } while (!numbers.generates());
    return numbers;
  }

  private static void requireSize(int keyBits) {
    if (!PublicKeyFormat.offers(keyBits)) {
      throw new IllegalArgumentException(
          "Invalid key size " + keyBits + ": must be 2048, 3072 or 4096");
    }
  }

  /** A prime of exactly {@code bits} bits whose two top bits are set. */
  private static BigInteger prime(int bits, SecureRandom random) {
    while (true) {
      BigInteger prime = new BigInteger(bits, CERTAINTY, random);
      if (prime.testBit(bits - 2)) {
        return prime;
      }
    }
  }

  private static boolean goTogether(BigInteger p, BigInteger q, int keyBits) {
    return p.multiply(p).multiply(q).bitLength() == keyBits
        && q.subtract(ONE).mod(p).signum() != 0
        && p.subtract(ONE).mod(q).signum() != 0;
  }

  private boolean generates() {
    BigInteger square = p.multiply(p);
    return g.signum() > 0
        && g.gcd(n()).equals(ONE)
        && !g.modPow(p.subtract(ONE), square).equals(ONE)
        && g.mod(q).compareTo(ONE) > 0;
  }

  /** Whether these are the numbers of a key of that size: for numbers that were stored. */
  boolean areSound(int keyBits) {
    return p.bitLength() == bitsOfP(keyBits)
        && q.bitLength() == bitsOfQ(keyBits)
        && p.isProbablePrime(CERTAINTY)
        && q.isProbablePrime(CERTAINTY)
        && goTogether(p, q, keyBits)
        && g.compareTo(n()) < 0
        && generates();
  }

  BigInteger n() {
    return p.multiply(p).multiply(q);
  }

  @Override
  public String toString() {
    return "SecretNumbers[secret]";
  }
}
