// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.ProofMath.HIDING_BITS;
import static io.heddle.crypto.paillier.ProofMath.SOUNDNESS_BITS;
import static io.heddle.crypto.paillier.ProofMath.require;
import static io.heddle.crypto.paillier.ProofMath.requireBelow;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.security.SecureRandom;

/**
 * Shows that the prover knows whole numbers P and Q with N = P Q and both above 2^(k/2 - 257) for a
 * k-bit N: 2^767 at 2048 bits, 2^1279 at 3072, 2^1791 at 4096. If N has two prime factors only, by
 * {@link PaillierBlumProof}, these are P and Q. (CGGMP21, eprint 2021/060, figure 28 of the version
 * of 2021, made non-interactive.)
 *
 * <p>Ranges: the figure's l is 128 and its epsilon 256, with challenges of 128 bits. Masks are
 * drawn from powers of two from 0 up instead of around 0, and those of P and Q from {@code 0 to
 * 2^(k/2 + 256)} without the figure's further 2^l, which an honest P of k/2 bits does not need. Two
 * transcripts with challenges e and e' give {@code P = (z1 - z1') / (e - e')}, so |P| and |Q| are
 * below 2^(k/2 + 256); since N is at least 2^(k-1), the other one is above 2^(k/2 - 257).
 *
 * <p>The reader, who must be the maker of the parameters, learns that this is so and nothing else,
 * provided that {@link RingPedersenProof} holds: all it sees is within about 2^-125 of what it can
 * make up. A prover cheats with about 2^-128 for each hash that it tries, unless it breaks the
 * strong RSA assumption for N^ or factors it.
 *
 * <p>Costs each side about ten powers modulo N^ with exponents as long as N^.
 *
 * @param p the figure's P, a commitment to the factor P
 * @param q the figure's Q, a commitment to the factor Q
 * @param maskP A, a commitment to the mask alpha of P
 * @param maskQ B, a commitment to the mask beta of Q
 * @param product T, {@code q^alpha t^r}
 * @param sigma the blinding of the commitment to N
 * @param factorP z1, {@code alpha + e P}
 * @param factorQ z2, {@code beta + e Q}
 * @param blindingP w1, {@code x + e mu}
 * @param blindingQ w2, {@code y + e nu}
 * @param blindingProduct v, {@code r + e (sigma - nu P)}
 */
record NoSmallFactorProof(
    BigInteger p,
    BigInteger q,
    BigInteger maskP,
    BigInteger maskQ,
    BigInteger product,
    BigInteger sigma,
    BigInteger factorP,
    BigInteger factorQ,
    BigInteger blindingP,
    BigInteger blindingQ,
    BigInteger blindingProduct) {
  private static final int BLINDING_MASK_BITS = SOUNDNESS_BITS + 2 * HIDING_BITS;

  /**
   * Proves about the key's P and Q.
   *
   * @param parameters the verifier's, of the key's size, shown to be right by their proof
   */
  static NoSmallFactorProof prove(
      KeyWitness witness, RingPedersen parameters, byte[] context, SecureRandom random) {
    int keyBits = witness.modulus().bitLength();
    if (Math.max(witness.p().bitLength(), witness.q().bitLength()) > keyBits / 2) {
      throw new IllegalArgumentException("Invalid key: P and Q must be of equal length");
    }
    NoSmallFactorProof proof;
    do {
      proof = attempt(witness, parameters, context, random);
      // A response leaves its range once in 2^128; it would show that its mask was a large one.
    } while (!proof.isInRange(keyBits));
    return proof;
  }

  /** The figure's algorithm, whatever the factors are. */
  static NoSmallFactorProof attempt(
      KeyWitness witness, RingPedersen parameters, byte[] context, SecureRandom random) {
    BigInteger n = witness.modulus();
    int keyBits = n.bitLength();
    BigInteger alpha = new BigInteger(factorBits(keyBits), random);
    BigInteger beta = new BigInteger(factorBits(keyBits), random);
    BigInteger mu = new BigInteger(keyBits + HIDING_BITS, random);
    BigInteger nu = new BigInteger(keyBits + HIDING_BITS, random);
    BigInteger sigma = new BigInteger(2 * keyBits + HIDING_BITS, random);
    BigInteger r = new BigInteger(2 * keyBits + BLINDING_MASK_BITS, random);
    BigInteger x = new BigInteger(keyBits + BLINDING_MASK_BITS, random);
    BigInteger y = new BigInteger(keyBits + BLINDING_MASK_BITS, random);
    BigInteger q = parameters.commit(witness.q(), nu);
    BigInteger[] first = {
      parameters.commit(witness.p(), mu),
      q,
      parameters.commit(alpha, x),
      parameters.commit(beta, y),
      new RingPedersen(parameters.modulus(), q, parameters.t()).commit(alpha, r),
      sigma
    };
    BigInteger e = challenge(n, parameters, context, first);
    return new NoSmallFactorProof(
        first[0],
        first[1],
        first[2],
        first[3],
        first[4],
        sigma,
        alpha.add(e.multiply(witness.p())),
        beta.add(e.multiply(witness.q())),
        x.add(e.multiply(mu)),
        y.add(e.multiply(nu)),
        r.add(e.multiply(sigma.subtract(nu.multiply(witness.p())))));
  }

  /**
   * Checks the proof.
   *
   * @param parameters the verifier's own, not ones that came with the proof
   * @throws ProtocolException if N is not shown to have large factors only
   */
  void verify(BigInteger n, RingPedersen parameters, byte[] context) {
    requireBelow(parameters.modulus(), "a commitment", p, q, maskP, maskQ, product);
    require(isInRange(n.bitLength()), "a factor of the modulus is not shown to be large enough");
    BigInteger e = challenge(n, parameters, context, p, q, maskP, maskQ, product, sigma);
    RingPedersen underQ = new RingPedersen(parameters.modulus(), q, parameters.t());
    require(
        parameters.commit(factorP, blindingP).equals(parameters.shift(maskP, p, e))
            && parameters.commit(factorQ, blindingQ).equals(parameters.shift(maskQ, q, e))
            && underQ
                .commit(factorP, blindingProduct)
                .equals(parameters.shift(product, parameters.commit(n, sigma), e)),
        "the modulus is not shown to be the product of two large numbers");
  }

  private boolean isInRange(int keyBits) {
    return fits(factorP, factorBits(keyBits))
        && fits(factorQ, factorBits(keyBits))
        && fits(blindingP, keyBits + BLINDING_MASK_BITS)
        && fits(blindingQ, keyBits + BLINDING_MASK_BITS)
        && fits(blindingProduct, 2 * keyBits + BLINDING_MASK_BITS)
        && fits(sigma, 2 * keyBits + HIDING_BITS);
  }

  private static boolean fits(BigInteger number, int bits) {
    return number.signum() >= 0 && number.bitLength() <= bits;
  }

  /** What bounds the factors: bits of z1 and z2. */
  private static int factorBits(int keyBits) {
    return keyBits / 2 + SOUNDNESS_BITS + HIDING_BITS;
  }

  static BigInteger challenge(
      BigInteger n, RingPedersen parameters, byte[] context, BigInteger... first) {
    return new ProofTranscript("no small factor", context)
        .add(n, parameters.modulus(), parameters.s(), parameters.t())
        .add(first)
        .challenges()
        .bits(SOUNDNESS_BITS);
  }

  static int bytes(int keyBits) {
    int bits =
        5 * keyBits
            + (2 * keyBits + HIDING_BITS)
            + 2 * factorBits(keyBits)
            + 2 * (keyBits + BLINDING_MASK_BITS)
            + (2 * keyBits + BLINDING_MASK_BITS);
    return bits / Byte.SIZE;
  }

  void write(ProofBytes to) {
    int keyBits = to.keyBits();
    to.put(keyBits, p, q, maskP, maskQ, product);
    to.put(2 * keyBits + HIDING_BITS, sigma);
    to.put(factorBits(keyBits), factorP, factorQ);
    to.put(keyBits + BLINDING_MASK_BITS, blindingP, blindingQ);
    to.put(2 * keyBits + BLINDING_MASK_BITS, blindingProduct);
  }

  static NoSmallFactorProof read(ProofBytes from) {
    int keyBits = from.keyBits();
    return new NoSmallFactorProof(
        from.get(keyBits),
        from.get(keyBits),
        from.get(keyBits),
        from.get(keyBits),
        from.get(keyBits),
        from.get(2 * keyBits + HIDING_BITS),
        from.get(factorBits(keyBits)),
        from.get(factorBits(keyBits)),
        from.get(keyBits + BLINDING_MASK_BITS),
        from.get(keyBits + BLINDING_MASK_BITS),
        from.get(2 * keyBits + BLINDING_MASK_BITS));
  }
}
