// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.number.SmallPrimes;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/** Small keys for the proofs' tests, and one set of a verifier's parameters of full size. */
final class ProofKeys {
  private static final BigInteger SMALL_PRIMES =
      Arrays.stream(SmallPrimes.below(3000))
          .mapToObj(BigInteger::valueOf)
          .reduce(BigInteger.ONE, BigInteger::multiply);
  static final SecureRandom RANDOM = new SecureRandom();
  static final byte[] CONTEXT = "session 1, a to b".getBytes(StandardCharsets.UTF_8);
  static final byte[] OTHER_CONTEXT = "session 2, a to b".getBytes(StandardCharsets.UTF_8);

  static final KeyWitness FULL = TestKeys.KEY.witness();
  static final KeyWitness SMALL = new KeyWitness(prime(256, 3, 4), prime(256, 3, 4));
  static final RingPedersenSecret SECRET = RingPedersenSecret.generate(2048, RANDOM);
  static final RingPedersen PARAMETERS = SECRET.parameters();

  private ProofKeys() {}

  /** A random prime with its two top bits set that leaves the given rest. */
  static BigInteger prime(int bits, int rest, int modulus) {
    BigInteger step = BigInteger.valueOf(modulus);
    while (true) {
      BigInteger start = new BigInteger(bits, RANDOM).setBit(bits - 1).setBit(bits - 2);
      BigInteger first = start.subtract(start.mod(step)).add(BigInteger.valueOf(rest));
      BigInteger found = prime(first, step, 10_000);
      if (found.bitLength() == bits) {
        return found;
      }
    }
  }

  /** The first prime first + i step. */
  static BigInteger prime(BigInteger first, BigInteger step, int limit) {
    BigInteger candidate = first;
    for (int i = 0; i < limit; i++) {
      if (ProofMath.isUnit(candidate, SMALL_PRIMES) && candidate.isProbablePrime(40)) {
        return candidate;
      }
      candidate = candidate.add(step);
    }
    throw new AssertionError("No prime in " + limit + " steps");
  }

  static BigInteger flipped(BigInteger number) {
    return number.flipBit(RANDOM.nextInt(Math.max(1, number.bitLength() - 1)));
  }
}
