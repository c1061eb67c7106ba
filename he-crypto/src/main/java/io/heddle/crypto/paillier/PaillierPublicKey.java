// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.encoding.PlaintextSpace;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.ProtocolException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts numbers and adds them without seeing them. Anyone with this key can do both; only the
 * holder of the {@link PaillierPrivateKey} reads the result.
 *
 * <p>A ciphertext is {@code c = (1 + m N) hs^r mod N²} with a short random r (Paillier, Eurocrypt
 * 1999, with the keys of Ma et al., "Optimized Paillier's Cryptosystem with Fast Encryption and
 * Decryption", ACSAC 2021). Semantically secure if the decisional composite residuosity assumption
 * holds and, as Ma et al. assume besides, elements of the subgroup that h generates cannot be told
 * from random ones of Jacobi symbol 1, for which they set the sizes of the hidden prime factors p'
 * and q' of P - 1 and Q - 1. The exponent r has as many bits as p' q': 448 at 2048, 512 at 3072
 * and, since their next row is for 7680, 768 at 4096. All this holds against a peer that follows
 * the protocol: a key holder that made hs in another way can read what others encrypt with it.
 *
 * <p>Safe for use by several threads. Blocks are worked on in parallel; results do not depend on
 * how many threads there are.
 */
public final class PaillierPublicKey implements PlaintextSpace, Serializable {
  private static final long serialVersionUID = 1L;

  // The top byte of an index keeps the exponents of fresh encryptions apart from those of answers.
  private static final long ENCRYPTION = 0x01L << 56;
  private static final long ANSWER = 0x02L << 56;

  private final transient BigInteger n;
  private final transient BigInteger hs;
  private final transient BigInteger nSquared;
  private final transient Modulus arithmetic;
  private final transient byte[] fingerprint;

  /** Trusts its arguments: for the key generation and for {@link PublicKeyFormat}. */
  PaillierPublicKey(BigInteger n, BigInteger hs) {
    this.n = n;
    this.hs = hs;
    this.nSquared = n.multiply(n);
    this.arithmetic = new Modulus(nSquared);
    this.fingerprint = PublicKeyFormat.fingerprint(n, hs);
  }

  /** The size of the modulus: 2048, 3072 or 4096. */
  public int keyBits() {
    return n.bitLength();
  }

  /** Bytes of one ciphertext: twice the modulus's. */
  public int ciphertextBytes() {
    return keyBits() / 4;
  }

  /** N, the product of the two secret primes. */
  @Override
  public BigInteger modulus() {
    return n;
  }

  /** SHA-256 over {@link #toBytes}: 32 bytes that name this key. */
  public byte[] fingerprint() {
    return fingerprint.clone();
  }

  /**
   * The key for a peer: one byte 1, the key size in two bytes, N, hs in twice the bytes of N, all
   * big-endian.
   */
  public byte[] toBytes() {
    return PublicKeyFormat.toBytes(n, hs);
  }

  /**
   * Reads a peer's key and refuses what cannot be one: wrong length or size, even, prime, a perfect
   * power, factors below 2^16, hs out of range, not invertible or with a Jacobi symbol other than
   * 1. That N has exactly two large factors is not shown by this.
   *
   * @throws ProtocolException if a check fails; names it
   */
  public static PaillierPublicKey fromBytes(byte[] bytes) {
    return PublicKeyFormat.fromBytes(bytes);
  }

  /**
   * Encrypts every plaintext with the random exponent that {@code randomness} holds at the
   * plaintext's own index, so a pass may be encrypted in pieces of any size.
   *
   * @param randomness used for no other plaintexts: two encryptions with equal randomness show the
   *     difference of what they carry
   */
  public CiphertextBlock encrypt(PlaintextBlock plaintexts, Randomness randomness) {
    return encrypt(
        plaintexts, index -> hs.modPow(encryptionExponent(randomness, index, keyBits()), nSquared));
  }

  /**
   * Encrypts with {@code hs^r} given for each plaintext's index: the key owner has a faster way.
   */
  CiphertextBlock encrypt(PlaintextBlock plaintexts, LongFunction<BigInteger> noise) {
    requireFits(plaintexts);
    BigInteger[] residues = new BigInteger[plaintexts.size()];
    IntStream.range(0, residues.length)
        .parallel()
        .forEach(
            i ->
                residues[i] =
                    arithmetic.multiply(
                        withoutNoise(plaintexts.get(i)), noise.apply(plaintexts.firstIndex() + i)));
    BigInteger bound = BigInteger.ZERO;
    for (int i = 0; i < residues.length; i++) {
      bound = bound.max(plaintexts.get(i).min(n.subtract(plaintexts.get(i))));
    }
    return CiphertextBlock.of(this, residues, bound);
  }

  /**
   * Adds element by element.
   *
   * @throws EncodingException if a sum may wrap around the modulus, or a bound is unknown
   * @throws KeyMismatchException if a block is under another key
   */
  public CiphertextBlock add(CiphertextBlock left, CiphertextBlock right) {
    return sum(List.of(left, right));
  }

  /**
   * Adds blocks of equal size element by element, in list order. The result shows which ciphertexts
   * went in until it is masked by {@link #addMasks}.
   *
   * @param blocks at least one
   * @throws EncodingException if a sum may wrap around the modulus, or a bound is unknown
   * @throws KeyMismatchException if a block is under another key
   */
  public CiphertextBlock sum(List<CiphertextBlock> blocks) {
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException("No blocks to add: must be at least one");
    }
    int size = blocks.get(0).size();
    BigInteger bound = BigInteger.ZERO;
    for (CiphertextBlock block : blocks) {
      block.requireKey(this);
      requireSize(block.size(), size);
      bound = bound.add(block.bound());
    }
    if (blocks.size() > 1) {
      CiphertextBlock.requireRoom(this, bound);
    }
    BigInteger[] sums = new BigInteger[size];
    IntStream.range(0, size)
        .parallel()
        .forEach(
            i -> {
              BigInteger product = blocks.get(0).residue(i);
              for (CiphertextBlock block : blocks.subList(1, blocks.size())) {
                product = arithmetic.multiply(product, block.residue(i));
              }
              sums[i] = product;
            });
    return CiphertextBlock.of(this, sums, bound);
  }

  /**
   * Makes answers for the key holder: adds a mask to each and re-randomises it. The key holder
   * knows the randomness of the ciphertexts that went in, so the new exponent is 128 bits longer
   * than the order of h (577 bits rounded up to 584 at 2048, 648 at 3072, 904 at 4096), and what
   * comes out shows nothing but the masked sums.
   *
   * @param masks one per answer, each at least as large as the answer can be negative
   * @param randomness used for no other answers
   * @throws EncodingException if an answer plus its mask may wrap around
   * @throws KeyMismatchException if the block is under another key
   */
  public CiphertextBlock addMasks(
      CiphertextBlock answers, PlaintextBlock masks, Randomness randomness) {
    answers.requireKey(this);
    requireSize(masks.size(), answers.size());
    requireFits(masks);
    BigInteger room = n.subtract(answers.bound());
    for (int i = 0; i < masks.size(); i++) {
      if (masks.get(i).compareTo(answers.bound()) < 0 || masks.get(i).compareTo(room) >= 0) {
        throw new EncodingException("Mask " + i + " leaves no room for its answer");
      }
    }
    int bytes = answerExponentBytes(keyBits());
    BigInteger[] masked = new BigInteger[answers.size()];
    IntStream.range(0, masked.length)
        .parallel()
        .forEach(
            i -> {
              long index = ANSWER | (masks.firstIndex() + i);
              BigInteger noise = hs.modPow(exponent(randomness, index, bytes), nSquared);
              BigInteger mask = arithmetic.multiply(withoutNoise(masks.get(i)), noise);
              masked[i] = arithmetic.multiply(answers.residue(i), mask);
            });
    return CiphertextBlock.of(this, masked, n);
  }

  BigInteger modulusSquared() {
    return nSquared;
  }

  BigInteger hs() {
    return hs;
  }

  Modulus arithmetic() {
    return arithmetic;
  }

  String name() {
    return CiphertextBlock.keyName(fingerprint);
  }

  static BigInteger encryptionExponent(Randomness randomness, long index, int keyBits) {
    return exponent(randomness, ENCRYPTION | index, randomnessBits(keyBits) / 8);
  }

  /** Bits of the random exponent r; half of it are the bits of p' and of q'. */
  static int randomnessBits(int keyBits) {
    return switch (keyBits) {
      case 2048 -> 448;
      case 3072 -> 512;
      case 4096 -> 768;
      default ->
          throw new IllegalArgumentException(
              "Invalid key size " + keyBits + ": must be 2048, 3072 or 4096");
    };
  }

  /** The order of h is 2 p' q' and so has up to one bit more than r. */
  private static int answerExponentBytes(int keyBits) {
    return (randomnessBits(keyBits) + 1 + 128 + 7) / 8;
  }

  private static BigInteger exponent(Randomness randomness, long index, int bytes) {
    byte[] exponent = new byte[bytes];
    randomness.fill(index, exponent);
    return new BigInteger(1, exponent);
  }

  private BigInteger withoutNoise(BigInteger plaintext) {
    return plaintext.multiply(n).add(BigInteger.ONE);
  }

  private void requireFits(PlaintextBlock plaintexts) {
    for (int i = 0; i < plaintexts.size(); i++) {
      if (plaintexts.get(i).compareTo(n) >= 0) {
        throw new EncodingException(
            "Plaintext " + i + " does not fit a modulus of " + keyBits() + " bits");
      }
    }
  }

  private static void requireSize(int size, int expected) {
    if (size != expected) {
      throw new IllegalArgumentException("Invalid block size " + size + ": must be " + expected);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PaillierPublicKey key && n.equals(key.n) && hs.equals(key.hs);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(fingerprint);
  }

  @Override
  public String toString() {
    return "PaillierPublicKey[" + keyBits() + " bits, " + name() + "]";
  }

  /** Between the processes of one party; a peer's key goes through {@link #fromBytes}. */
  private Object writeReplace() {
    return new Encoded(toBytes());
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("A public key is read from its bytes");
  }

  private record Encoded(byte[] bytes) implements Serializable {
    private static final long serialVersionUID = 1L;

    private Object readResolve() {
      return fromBytes(bytes);
    }
  }
}
