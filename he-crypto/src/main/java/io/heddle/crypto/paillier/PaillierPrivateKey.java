// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Reads what was encrypted under its {@link #publicKey}, and encrypts faster than the public key
 * can. Not {@code Serializable}: it lives in the driver of the party that made it and nowhere else.
 *
 * <p>N = PQ with P = 2 p' a + 1 and Q = 2 q' b + 1; p' and q' are primes of 224 bits at 2048, 256
 * at 3072 and 384 at 4096, and p', q', a, b are odd and pairwise coprime. The generator h =
 * -y^(2ab) mod N has the order 2 p' q', so decryption raises to 2 p' modulo P² and 2 q' modulo Q²
 * instead of to P - 1 and Q - 1. (Ma et al., ACSAC 2021.)
 *
 * <p>Safe for use by several threads. Not hardened against a reader of the same machine's timing.
 */
public final class PaillierPrivateKey {
  private final PaillierPublicKey publicKey;
  private final Half p;
  private final Half q;
  private final BigInteger pSquaredInverse;
  private final BigInteger pInverse;

  PaillierPrivateKey(KeyPrimes primes) {
    BigInteger bigP = primes.p().value();
    BigInteger bigQ = primes.q().value();
    BigInteger n = bigP.multiply(bigQ);
    BigInteger hs = primes.h().modPow(n, n.multiply(n));
    this.publicKey = new PaillierPublicKey(n, hs);
    this.p = new Half(bigP, primes.p().factor(), bigQ, hs);
    this.q = new Half(bigQ, primes.q().factor(), bigP, hs);
    this.pSquaredInverse = p.square.modInverse(q.square);
    this.pInverse = bigP.modInverse(bigQ);
  }

  /**
   * Makes a fresh key; takes a second or a few.
   *
   * @param keyBits 2048, 3072 or 4096
   * @param random where the primes come from
   */
  public static PaillierPrivateKey generate(int keyBits, SecureRandom random) {
    return new PaillierPrivateKey(KeyPrimes.generate(keyBits, random));
  }

  /** The half of the key that others may have. */
  public PaillierPublicKey publicKey() {
    return publicKey;
  }

  /**
   * Encrypts to the very bytes that {@link PaillierPublicKey#encrypt} gives with the same
   * randomness, several times faster: modulo P² and Q², with the exponent reduced modulo the order
   * of h there.
   *
   * @param randomness used for no other plaintexts: two encryptions with equal randomness show the
   *     difference of what they carry
   */
  public CiphertextBlock encrypt(PlaintextBlock plaintexts, Randomness randomness) {
    int keyBits = publicKey.keyBits();
    return publicKey.encrypt(
        plaintexts,
        index -> {
          BigInteger r = PaillierPublicKey.encryptionExponent(randomness, index, keyBits);
          BigInteger noiseP = p.hs.modPow(r.mod(p.order), p.square);
          BigInteger noiseQ = q.hs.modPow(r.mod(q.order), q.square);
          BigInteger step = noiseQ.subtract(noiseP).multiply(pSquaredInverse).mod(q.square);
          return noiseP.add(step.multiply(p.square));
        });
  }

  /**
   * Decrypts to plaintexts from 0 to N - 1, in order. Their meaning is the encoding's business.
   *
   * @throws ProtocolException if a ciphertext was not made by this key's encryption: answering it
   *     would help its maker to find the key. Names the index
   * @throws KeyMismatchException if the block is under another key
   */
  public PlaintextBlock decrypt(CiphertextBlock ciphertexts) {
    ciphertexts.requireKey(publicKey);
    BigInteger[] plaintexts = new BigInteger[ciphertexts.size()];
    IntStream.range(0, plaintexts.length)
        .parallel()
        .forEach(
            i -> {
              BigInteger residue = ciphertexts.residue(i);
              BigInteger modP = p.decrypt(residue, i);
              BigInteger modQ = q.decrypt(residue, i);
              BigInteger step = modQ.subtract(modP).multiply(pInverse).mod(q.prime);
              plaintexts[i] = modP.add(step.multiply(p.prime));
            });
    return PlaintextBlock.of(0, Arrays.asList(plaintexts));
  }

  /** What the proofs about this key are made from. */
  KeyWitness witness() {
    return new KeyWitness(p.prime, q.prime);
  }

  @Override
  public String toString() {
    return "PaillierPrivateKey[of " + publicKey + "]";
  }

  /** The key modulo the square of one of its primes. */
  private static final class Half {
    private final BigInteger prime;
    private final BigInteger square;
    private final BigInteger order;
    private final BigInteger hs;
    private final BigInteger scale;

    Half(BigInteger prime, BigInteger factor, BigInteger otherPrime, BigInteger hs) {
      this.prime = prime;
      this.square = prime.multiply(prime);
      this.order = factor.shiftLeft(1);
      this.hs = hs.mod(square);
      // (1 + m N)^order = 1 + order m N modulo the square, so this is what multiplies m.
      this.scale = order.multiply(otherPrime).modInverse(prime);
    }

    BigInteger decrypt(BigInteger residue, int index) {
      BigInteger power = residue.mod(square).modPow(order, square).subtract(BigInteger.ONE);
      BigInteger[] quotient = power.divideAndRemainder(prime);
      if (quotient[1].signum() != 0) {
        throw new ProtocolException(
            "Ciphertext " + index + " lies outside the subgroup of its key");
      }
      return quotient[0].multiply(scale).mod(prime);
    }
  }
}
