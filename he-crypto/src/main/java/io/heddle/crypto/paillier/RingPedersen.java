// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.ProofMath.require;
import static io.heddle.crypto.paillier.ProofMath.requireBelow;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;

/**
 * A verifier's parameters for commitments to whole numbers, {@code s^value t^blinding mod N^}.
 * (Fujisaki and Okamoto, Crypto 1997; "ring-Pedersen" in CGGMP21, section 2.)
 *
 * <p>They hide a value if s is a power of t, whatever N^ is: {@link RingPedersenProof} shows that
 * to the prover, whom they protect. They bind the prover to a value while it knows neither the
 * factors of N^ nor the logarithm of s: that protects the verifier, who need not be shown it,
 * because it made them.
 *
 * @param modulus N^
 * @param s a power of t
 * @param t a square
 */
record RingPedersen(BigInteger modulus, BigInteger s, BigInteger t) {

  BigInteger commit(BigInteger value, BigInteger blinding) {
    return s.modPow(value, modulus).multiply(t.modPow(blinding, modulus)).mod(modulus);
  }

  /** The product of {@code base} and {@code commitment^challenge}. */
  BigInteger shift(BigInteger base, BigInteger commitment, BigInteger challenge) {
    return base.multiply(commitment.modPow(challenge, modulus)).mod(modulus);
  }

  /**
   * Checks sizes and ranges.
   *
   * @throws ProtocolException if these cannot be parameters
   */
  void check(int bits) {
    require(
        modulus.bitLength() == bits && modulus.testBit(0),
        "the verifier's modulus must be odd and of full length");
    requireBelow(modulus, "a verifier's parameter", s, t);
    require(
        ProofMath.isUnit(s.multiply(t).mod(modulus), modulus),
        "a verifier's parameter has a factor in common with its modulus");
  }
}
