// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import java.math.BigInteger;
import java.security.SecureRandom;

/**
 * What the maker of {@link RingPedersen} parameters knows, needs for one {@link RingPedersenProof},
 * and then forgets: who knows it can commit to one value and open another.
 *
 * <p>CGGMP21 (figure 6) makes N^ of two safe primes, so that the order of the squares modulo N^ is
 * a product of large primes. Its proofs use no more of that than: no factor of the order divides a
 * difference of two challenges; t generates the squares; N^ is a product of two primes 3 modulo 4
 * for which the strong RSA assumption holds. Here P^ = 2 f g + 1 with f and g prime and a quarter
 * as long as N^ (512 bits and more), which gives the same and takes about a second at 2048 bits.
 *
 * @param parameters N^, t = r² for a random r, s = t^lambda
 * @param lambda the logarithm of s
 * @param order phi(N^)
 */
record RingPedersenSecret(RingPedersen parameters, BigInteger lambda, BigInteger order) {
  private static final BigInteger ONE = BigInteger.ONE;

  static RingPedersenSecret generate(int bits, SecureRandom random) {
    BigInteger p = QuasiSafePrime.generate(bits / 2, random);
    BigInteger q;
    do {
      q = QuasiSafePrime.generate(bits / 2, random);
    } while (!p.subtract(ONE).gcd(q.subtract(ONE)).equals(BigInteger.TWO));
    BigInteger modulus = p.multiply(q);
    BigInteger order = p.subtract(ONE).multiply(q.subtract(ONE));
    BigInteger r = ProofMath.below(modulus, random);
    BigInteger t = r.multiply(r).mod(modulus);
    BigInteger lambda = ProofMath.below(order, random);
    RingPedersen parameters = new RingPedersen(modulus, t.modPow(lambda, modulus), t);
    return new RingPedersenSecret(parameters, lambda, order);
  }

  @Override
  public String toString() {
    return "RingPedersenSecret[secret]";
  }
}
