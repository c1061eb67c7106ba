// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import java.math.BigInteger;

/**
 * What only the owner of a key can compute and its proofs need: roots modulo N. Powers run modulo P
 * and modulo Q. Safe for use by several threads. Not hardened against a reader of the same
 * machine's timing.
 */
final class KeyWitness {
  private final BigInteger p;
  private final BigInteger q;
  private final BigInteger n;
  private final BigInteger pInverse;

  /** Takes the two primes of a key, both 3 modulo 4. */
  KeyWitness(BigInteger p, BigInteger q) {
    this.p = p;
    this.q = q;
    this.n = p.multiply(q);
    this.pInverse = p.modInverse(q);
  }

  BigInteger p() {
    return p;
  }

  BigInteger q() {
    return q;
  }

  BigInteger modulus() {
    return n;
  }

  /** The x with {@code x^N = y mod N}: there is one only, since N and phi(N) are coprime. */
  BigInteger nthRoot(BigInteger y) {
    return combine(nthRoot(y, p), nthRoot(y, q));
  }

  /** The fourth root of a square that is a square itself: the only one of four. */
  BigInteger fourthRoot(BigInteger y) {
    return combine(fourthRoot(y, p), fourthRoot(y, q));
  }

  boolean isSquareModP(BigInteger y) {
    return ModulusChecks.jacobi(y.mod(p), p) == 1;
  }

  boolean isSquareModQ(BigInteger y) {
    return ModulusChecks.jacobi(y.mod(q), q) == 1;
  }

  private BigInteger nthRoot(BigInteger y, BigInteger prime) {
    return y.mod(prime).modPow(n.modInverse(prime.subtract(BigInteger.ONE)), prime);
  }

  /** A square's square root that is a square is its power (prime + 1) / 4. */
  private static BigInteger fourthRoot(BigInteger y, BigInteger prime) {
    BigInteger half = prime.add(BigInteger.ONE).shiftRight(2);
    return y.mod(prime).modPow(half.multiply(half).mod(prime.subtract(BigInteger.ONE)), prime);
  }

  private BigInteger combine(BigInteger modP, BigInteger modQ) {
    return modP.add(modQ.subtract(modP).multiply(pInverse).mod(q).multiply(p));
  }

  @Override
  public String toString() {
    return "KeyWitness[secret]";
  }
}
