// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.ProofMath.require;
import static io.heddle.crypto.paillier.ProofMath.requireBelow;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.security.SecureRandom;

/**
 * Shows that hs is an N-th power modulo N², i.e. that it encrypts 0. Were it {@code h^N (1 + N)^x},
 * then {@code (1 + m N) hs^r} would decrypt to m + x r, and who made x large enough would read both
 * m and the randomness r of everyone who encrypts under this key. (Guillou and Quisquater,
 * Eurocrypt 1988, with the exponent N modulo N², as in Damgard and Jurik, PKC 2001, protocol for
 * n^s-th powers; made non-interactive.)
 *
 * <p>The reader learns that this is so and nothing else. Soundness does not rest on an assumption:
 * if a first message could be answered for two challenges, e and e', then {@code hs^(e - e')} is an
 * N-th power; e - e' is coprime to N, because it is shorter than 128 bits and {@link
 * NoSmallFactorProof} with {@link PaillierBlumProof} shows every prime factor of N to be longer; so
 * hs is one itself. A cheating prover succeeds with 2^-128 for each hash that it tries.
 *
 * <p>It does not show how many powers hs has. A key owner may still send ciphertexts whose
 * randomness is no power of hs, and {@code hs^r} does not hide what was done with those: answers to
 * an owner who may do so are re-randomised with {@code v^N} for a v from all units modulo N.
 *
 * <p>Costs prover and verifier one power with exponent N modulo N² each.
 *
 * @param commitment a, {@code r^N mod N²} for a random r
 * @param response {@code z = r h^e mod N}, so that {@code z^N = a hs^e mod N²}
 */
record ResidueProof(BigInteger commitment, BigInteger response) {

  static ResidueProof prove(
      KeyWitness witness, BigInteger hs, byte[] context, SecureRandom random) {
    BigInteger n = witness.modulus();
    BigInteger r = ProofMath.below(n, random);
    BigInteger commitment = r.modPow(n, n.multiply(n));
    BigInteger h = witness.nthRoot(hs.mod(n));
    BigInteger power = h.modPow(challenge(n, hs, commitment, context), n);
    return new ResidueProof(commitment, r.multiply(power).mod(n));
  }

  /**
   * Checks the proof for an N that passed the other two.
   *
   * @throws ProtocolException if hs is not shown to be an N-th power
   */
  void verify(BigInteger n, BigInteger hs, byte[] context) {
    BigInteger square = n.multiply(n);
    requireBelow(square, "hs or its commitment", hs, commitment);
    requireBelow(n, "the response for hs", response);
    // A response that P divides would show nothing modulo P².
    require(
        ProofMath.isUnit(response.multiply(hs).mod(n), n),
        "hs or the response for it has a factor in common with the modulus");
    BigInteger power = hs.modPow(challenge(n, hs, commitment, context), square);
    require(
        response.modPow(n, square).equals(commitment.multiply(power).mod(square)),
        "hs is not shown to be an N-th power");
  }

  static BigInteger challenge(BigInteger n, BigInteger hs, BigInteger commitment, byte[] context) {
    return new ProofTranscript("residue", context)
        .add(n, hs, commitment)
        .challenges()
        .bits(ProofMath.SOUNDNESS_BITS);
  }

  static int bytes(int keyBits) {
    return 3 * keyBits / Byte.SIZE;
  }

  void write(ProofBytes to) {
    to.put(2 * to.keyBits(), commitment);
    to.put(to.keyBits(), response);
  }

  static ResidueProof read(ProofBytes from) {
    return new ResidueProof(from.get(2 * from.keyBits()), from.get(from.keyBits()));
  }
}
