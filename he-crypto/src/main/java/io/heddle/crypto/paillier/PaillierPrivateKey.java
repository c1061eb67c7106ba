// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.Cores;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.RepeatableRandom;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.kernel.PrimeSquare;
import io.heddle.crypto.kernel.Residues;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads what was encrypted under its {@link #publicKey}, and encrypts faster than the public key
 * can. Not {@code Serializable}, so that it gets into nothing by mistake: it lives in processes of
 * the party that made it, which give it to each other as {@link #toBytes} and encrypted.
 *
 * <p>It works modulo P² and Q², where the random part of a ciphertext has a known order: 2 p' and 2
 * q' for optimised keys, P - 1 and Q - 1 for djn keys ({@link PaillierKeyType}). Raising to that
 * order decrypts, and an exponent reduced by it encrypts.
 *
 * <p>Safe for use by several threads. Not hardened against a reader of the same machine's timing.
 */
public final class PaillierPrivateKey implements AdditivePrivateKey {
  private final PrivateNumbers numbers;
  private final PaillierPublicKey publicKey;
  private final Half p;
  private final Half q;
  private final BigInteger pInverse;

  PaillierPrivateKey(KeyPrimes primes) {
    this(PrivateNumbers.of(primes));
  }

  PaillierPrivateKey(PrivateNumbers numbers) {
    this.numbers = numbers;
    BigInteger n = numbers.n();
    BigInteger hs = numbers.h().modPow(n, n.multiply(n));
    this.publicKey = new PaillierPublicKey(numbers.type(), n, hs);
    this.p = new Half(publicKey, numbers.p(), numbers.orderP(), numbers.q());
    this.q = new Half(publicKey, numbers.q(), numbers.orderQ(), numbers.p());
    this.pInverse = numbers.p().modInverse(numbers.q());
  }

  /**
   * Makes a fresh optimised key; takes a second or a few.
   *
   * @param keyBits 2048, 3072 or 4096
   * @param random where the primes come from
   */
  public static PaillierPrivateKey generate(int keyBits, SecureRandom random) {
    return generate(PaillierKeyType.OPTIMISED, keyBits, random);
  }

  /**
   * Makes a fresh key; takes a second or a few.
   *
   * @param keyBits 2048, 3072 or 4096
   * @param random where the primes come from
   */
  public static PaillierPrivateKey generate(
      PaillierKeyType type, int keyBits, SecureRandom random) {
    return new PaillierPrivateKey(PrivateNumbers.generate(type, keyBits, random));
  }

  /**
   * Makes the optimised key that follows from randomness: the same one again from the same, so a
   * party that is started again needs no place to keep it. Takes a second or a few.
   *
   * @param keyBits 2048, 3072 or 4096
   * @param randomness used for nothing else: whoever knows it has the key
   */
  public static PaillierPrivateKey derive(int keyBits, Randomness randomness) {
    return generate(keyBits, new RepeatableRandom(randomness));
  }

  /**
   * Reads what {@link #toBytes} gave, and checks that its numbers belong together.
   *
   * @throws EncodingException if it is no key
   */
  public static PaillierPrivateKey fromBytes(byte[] bytes) {
    PaillierPrivateKey key = PaillierKeyFile.parse(bytes);
    if (key == null) {
      throw new EncodingException("Not the bytes of a Paillier private key");
    }
    return key;
  }

  @Override
  public byte[] toBytes() {
    return PaillierKeyFile.bytes(this);
  }

  @Override
  public PaillierPublicKey publicKey() {
    return publicKey;
  }

  PrivateNumbers numbers() {
    return numbers;
  }

  /**
   * Encrypts to the very bytes that {@link PaillierPublicKey#encrypt} gives with the same
   * randomness, several times faster: modulo P² and Q², with the exponent reduced modulo the order
   * of h there.
   *
   * @param randomness used for no other plaintexts: two encryptions with equal randomness show the
   *     difference of what they carry
   */
  @Override
  public CiphertextBlock encrypt(PlaintextBlock plaintexts, Randomness randomness) {
    return publicKey.encryptWith(
        plaintexts,
        (from, to) -> {
          byte[] exponents =
              publicKey.encryptionExponents(randomness, plaintexts.firstIndex() + from, to - from);
          int width = publicKey.randomnessBytes();
          return publicKey.arithmetic().add(p.noise(exponents, width), q.noise(exponents, width));
        });
  }

  /**
   * Decrypts to plaintexts from 0 to N - 1, in order. Their meaning is the encoding's business.
   *
   * @throws ProtocolException if a ciphertext was not made by this key's encryption: answering it
   *     would help its maker to find the key. Names the index. Only optimised keys can tell
   * @throws KeyMismatchException if the block is under another key
   */
  @Override
  public PlaintextBlock decrypt(CiphertextBlock ciphertexts) {
    Residues residues = publicKey.space().residues(ciphertexts);
    List<List<BigInteger>> pieces =
        Cores.pieces(
            residues.size(),
            (from, to) -> {
              Residues piece = residues.slice(from, to);
              BigInteger[] modP = p.decrypt(piece, from);
              BigInteger[] modQ = q.decrypt(piece, from);
              BigInteger[] plaintexts = new BigInteger[modP.length];
              for (int i = 0; i < plaintexts.length; i++) {
                BigInteger step = modQ[i].subtract(modP[i]).multiply(pInverse).mod(q.prime);
                plaintexts[i] = modP[i].add(step.multiply(p.prime));
              }
              return Arrays.asList(plaintexts);
            });
    List<BigInteger> all = new ArrayList<>();
    pieces.forEach(all::addAll);
    return PlaintextBlock.of(0, all);
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
    private static final long MAX_TABLE_BYTES = 24L << 20;

    private final BigInteger prime;
    private final BigInteger order;
    private final BigInteger scale;
    private final PrimeSquare square;
    private final PrimeSquare.Powers hs;

    Half(PaillierPublicKey key, BigInteger prime, BigInteger order, BigInteger otherPrime) {
      this.prime = prime;
      this.order = order;
      // (1 + m N)^order = 1 + order m N modulo the square, so this is what multiplies m.
      this.scale = order.multiply(otherPrime).modInverse(prime);
      this.square = PrimeSquare.of(prime, key.arithmetic());
      this.hs = square.fixedBase(key.hs(), order.bitLength(), MAX_TABLE_BYTES);
    }

    /** This half's part of {@code hs^r} modulo N². */
    Residues noise(byte[] exponents, int width) {
      int reduced = (order.bitLength() + 7) / 8;
      int count = exponents.length / width;
      byte[] reducedExponents = new byte[count * reduced];
      for (int i = 0; i < count; i++) {
        BigInteger r = new BigInteger(1, exponents, i * width, width).mod(order);
        FixedWidth.put(r, reducedExponents, i * reduced, reduced);
      }
      return hs.powers(reducedExponents, reduced);
    }

    BigInteger[] decrypt(Residues residues, int first) {
      BigInteger[] powers = square.powers(residues, order);
      for (int i = 0; i < powers.length; i++) {
        BigInteger[] quotient = powers[i].subtract(BigInteger.ONE).divideAndRemainder(prime);
        if (quotient[1].signum() != 0) {
          throw new ProtocolException(
              "Ciphertext " + (first + i) + " lies outside the subgroup of its key");
        }
        powers[i] = quotient[0].multiply(scale).mod(prime);
      }
      return powers;
    }
  }
}
