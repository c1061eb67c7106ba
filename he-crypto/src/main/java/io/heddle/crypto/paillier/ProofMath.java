// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.security.SecureRandom;

/** The security levels and the small steps that the proofs about a key have in common. */
final class ProofMath {
  /**
   * A cheating prover's chance is 2^-128 for every hash it computes. CGGMP21 has 80 for rounds
   * whose challenge comes from a live verifier; here the prover can try challenges at home, and
   * 2^80 tries are within reach of some.
   */
  static final int SOUNDNESS_BITS = 128;

  /** What a proof shows differs from what its reader can make up himself by about 2^-128. */
  static final int HIDING_BITS = 128;

  private ProofMath() {}

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new ProtocolException("Invalid key proof: " + otherwise);
    }
  }

  /** Refuses what is not from 1 to n - 1. */
  static void requireBelow(BigInteger n, String name, BigInteger... numbers) {
    for (BigInteger number : numbers) {
      require(number.signum() > 0 && number.compareTo(n) < 0, name + " is out of range");
    }
  }

  static boolean isUnit(BigInteger number, BigInteger n) {
    return number.gcd(n).equals(BigInteger.ONE);
  }

  /** Within 2^-128 of uniform in 0 to bound - 1. */
  static BigInteger below(BigInteger bound, SecureRandom random) {
    return new BigInteger(bound.bitLength() + HIDING_BITS, random).mod(bound);
  }
}
