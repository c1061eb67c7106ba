// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.ProofMath.require;
import static io.heddle.crypto.paillier.ProofMath.requireBelow;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Shows that N is the product of exactly two different primes, both 3 modulo 4, and that N and
 * phi(N) are coprime. So every number has one N-th root modulo N, and a ciphertext one plaintext.
 * (Canetti, Gennaro, Goldfeder, Makriyannis, Peled, "UC Non-Interactive, Proactive, Threshold ECDSA
 * with Identifiable Aborts", CCS 2020, eprint 2021/060, figure 16, made non-interactive.)
 *
 * <p>It says nothing about the size of the two primes: that is {@link NoSmallFactorProof}'s part.
 *
 * <p>The reader learns that this is so and nothing else: without P and Q one can make such a proof
 * backwards, from w = u^N, x = v^2N and z = (-1)^a u^-b v^8 for random u, v, a and b. A false N
 * passes each of the 128 rounds with a chance of at most 1/2, whatever w is, so a cheating prover
 * succeeds with 2^-128 for each hash that it tries:
 *
 * <ul>
 *   <li>if N and phi(N) share a prime r (as they do if the square of a prime divides N), at most
 *       one number in r has an N-th root, and r is at least 3;
 *   <li>with three or more primes, or one that is 1 modulo 4, the units modulo fourth powers are a
 *       group of at least 8 elements, of which -1 and w reach at most 4;
 *   <li>a prime N is told by its primality test.
 * </ul>
 *
 * <p>The figure's list of checks leaves out w's Jacobi symbol, which was the hole of
 * CVE-2025-66016: w = 0 makes every x = 0 right. It is checked here, and so is that all z are
 * units.
 *
 * <p>Costs the prover four powers of half the key size in each round, the verifier one power with
 * exponent N.
 *
 * @param w a number with the Jacobi symbol -1 modulo N
 * @param rounds the answers to the challenges, in their order
 */
record PaillierBlumProof(BigInteger w, List<Round> rounds) {
  static final int ROUNDS = ProofMath.SOUNDNESS_BITS;

  private static final int FLAG_BITS = 8;

  /**
   * The answer to one challenge y.
   *
   * @param negated the figure's a
   * @param twisted the figure's b
   * @param x with {@code x^4 = (-1)^a w^b y mod N}
   * @param z with {@code z^N = y mod N}
   */
  record Round(boolean negated, boolean twisted, BigInteger x, BigInteger z) {
    boolean answers(BigInteger y, BigInteger w, BigInteger n) {
      BigInteger square = twisted ? y.multiply(w).mod(n) : y;
      BigInteger fourthPower = x.multiply(x).mod(n).modPow(BigInteger.TWO, n);
      return fourthPower.equals(negated ? n.subtract(square) : square) && z.modPow(n, n).equals(y);
    }
  }

  PaillierBlumProof {
    rounds = List.copyOf(rounds);
  }

  static PaillierBlumProof prove(KeyWitness witness, byte[] context, SecureRandom random) {
    BigInteger n = witness.modulus();
    BigInteger w;
    do {
      w = ProofMath.below(n, random);
    } while (ModulusChecks.jacobi(w, n) != -1);
    BigInteger nonResidue = w;
    List<Round> rounds =
        Arrays.stream(challenges(n, w, context))
            .parallel()
            .map(y -> answer(witness, nonResidue, y))
            .toList();
    return new PaillierBlumProof(w, rounds);
  }

  /**
   * Checks the proof and that N is odd, composite and of the stated size.
   *
   * @throws ProtocolException if N is not shown to be as said
   */
  void verify(BigInteger n, int keyBits, byte[] context) {
    require(n.bitLength() == keyBits && n.testBit(0), "the modulus must be odd and of full length");
    require(!StructuredPrime.isPrime(n), "the modulus must not be prime");
    require(rounds.size() == ROUNDS, "there must be " + ROUNDS + " rounds");
    requireBelow(n, "w", w);
    require(ModulusChecks.jacobi(w, n) == -1, "w must have the Jacobi symbol -1");
    BigInteger product = BigInteger.ONE;
    for (Round round : rounds) {
      requireBelow(n, "a root", round.x, round.z);
      product = product.multiply(round.z).mod(n);
    }
    require(ProofMath.isUnit(product, n), "a root has a factor in common with the modulus");
    BigInteger[] challenges = challenges(n, w, context);
    require(
        IntStream.range(0, ROUNDS)
            .parallel()
            .allMatch(i -> rounds.get(i).answers(challenges[i], w, n)),
        "the modulus is not shown to be the product of two primes 3 modulo 4");
  }

  static BigInteger[] challenges(BigInteger n, BigInteger w, byte[] context) {
    return new ProofTranscript("Paillier-Blum", context).add(n, w).challenges().below(n, ROUNDS);
  }

  private static Round answer(KeyWitness witness, BigInteger w, BigInteger y) {
    BigInteger n = witness.modulus();
    // -1 is no square modulo either prime and w modulo one of them, so one of four is a square.
    boolean twisted = witness.isSquareModP(y) != witness.isSquareModQ(y);
    BigInteger square = twisted ? y.multiply(w).mod(n) : y;
    boolean negated = !witness.isSquareModP(square);
    BigInteger root = witness.fourthRoot(negated ? n.subtract(square) : square);
    return new Round(negated, twisted, root, witness.nthRoot(y));
  }

  static int bytes(int keyBits) {
    return (keyBits + ROUNDS * (FLAG_BITS + 2 * keyBits)) / Byte.SIZE;
  }

  void write(ProofBytes to) {
    to.put(to.keyBits(), w);
    for (Round round : rounds) {
      to.put(FLAG_BITS, BigInteger.valueOf((round.negated ? 1 : 0) + (round.twisted ? 2 : 0)));
      to.put(to.keyBits(), round.x, round.z);
    }
  }

  static PaillierBlumProof read(ProofBytes from) {
    int keyBits = from.keyBits();
    BigInteger w = from.get(keyBits);
    List<Round> rounds = new ArrayList<>(ROUNDS);
    for (int i = 0; i < ROUNDS; i++) {
      int flags = from.get(FLAG_BITS).intValue();
      require(flags < 4, "flags " + flags + " of a round must be 0 to 3");
      rounds.add(
          new Round((flags & 1) != 0, (flags & 2) != 0, from.get(keyBits), from.get(keyBits)));
    }
    return new PaillierBlumProof(w, rounds);
  }
}
