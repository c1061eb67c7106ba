// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.Cores;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.additive.CiphertextSpace;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.encoding.PlaintextSpace;
import io.heddle.crypto.kernel.FixedBase;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.ProtocolException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts numbers and adds them without seeing them. Anyone with this key can do both; only the
 * holder of the {@link PaillierPrivateKey} reads the result.
 *
 * <p>A ciphertext is {@code c = (1 + m N) hs^r mod N²} with hs = h^N and a short random r
 * (Paillier, Eurocrypt 1999, with the generators h of {@link PaillierKeyType}). Semantically secure
 * if the decisional composite residuosity assumption holds and what the key's type assumes besides.
 * All this holds against a peer that follows the protocol: a key holder that made hs in another way
 * can read what others encrypt with it.
 *
 * <p>Safe for use by several threads. Blocks are worked on in parallel; results do not depend on
 * how many threads there are.
 */
public final class PaillierPublicKey implements AdditivePublicKey, PlaintextSpace, Serializable {
  private static final long serialVersionUID = 2L;

  // The top byte of an index keeps the exponents of fresh encryptions apart from those of answers.
  private static final long ENCRYPTION = 0x01L << 56;
  private static final long ANSWER = 0x02L << 56;
  private static final long MAX_TABLE_BYTES = 16L << 20;

  private final transient PaillierKeyType type;
  private final transient BigInteger n;
  private final transient BigInteger hs;
  private final transient CiphertextSpace space;
  private final transient byte[] fingerprint;
  private transient volatile @Nullable FixedBase noise;
  private transient volatile @Nullable CiphertextChecks checks;

  /** Trusts its arguments: for the key generation and for {@link PublicKeyFormat}. */
  PaillierPublicKey(PaillierKeyType type, BigInteger n, BigInteger hs) {
    this.type = type;
    this.n = n;
    this.hs = hs;
    this.fingerprint = PublicKeyFormat.fingerprint(type, n, hs);
    this.space = CiphertextSpace.of(fingerprint, n.multiply(n), n);
  }

  /** How its generator was made. */
  public PaillierKeyType type() {
    return type;
  }

  /** The size of the modulus: 2048, 3072 or 4096. */
  @Override
  public int keyBits() {
    return n.bitLength();
  }

  /** Bytes of one ciphertext: twice the modulus's. */
  @Override
  public int ciphertextBytes() {
    return keyBits() / 4;
  }

  /** N, the product of the two secret primes. */
  @Override
  public BigInteger modulus() {
    return n;
  }

  /** SHA-256 over {@link #toBytes}: 32 bytes that name this key. */
  @Override
  public byte[] fingerprint() {
    return fingerprint.clone();
  }

  @Override
  public CiphertextSpace space() {
    return space;
  }

  /**
   * The key for a peer: one byte for the type, 1 or 2, the key size in two bytes, N, hs in twice
   * the bytes of N, all big-endian.
   */
  @Override
  public byte[] toBytes() {
    return PublicKeyFormat.toBytes(type, n, hs);
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

  @Override
  public CiphertextBlock read(byte[] bytes, int expectedCount) {
    CiphertextChecks known = checks;
    if (known == null) {
      known = new CiphertextChecks(this);
      checks = known;
    }
    return known.read(bytes, expectedCount);
  }

  @Override
  public CiphertextBlock encrypt(PlaintextBlock plaintexts, Randomness randomness) {
    FixedBase powers = noise();
    return encryptWith(
        plaintexts,
        (from, to) ->
            powers.powers(
                encryptionExponents(randomness, plaintexts.firstIndex() + from, to - from),
                randomnessBytes()));
  }

  /** {@code hs^r} for the plaintexts of one piece. */
  @FunctionalInterface
  interface Noise {
    Residues of(int from, int to);
  }

  /** Encrypts with noise given piece by piece: the key owner has a faster way to make it. */
  CiphertextBlock encryptWith(PlaintextBlock plaintexts, Noise noise) {
    space.requireFits(plaintexts);
    List<Residues> pieces =
        Cores.pieces(
            plaintexts.size(),
            (from, to) ->
                arithmetic().multiply(withoutNoise(plaintexts, from, to), noise.of(from, to)));
    BigInteger bound = BigInteger.ZERO;
    for (int i = 0; i < plaintexts.size(); i++) {
      bound = bound.max(plaintexts.get(i).min(n.subtract(plaintexts.get(i))));
    }
    return space.block(pieces, bound);
  }

  /**
   * Encrypts with noise made beforehand.
   *
   * @param prepared made for this key; what is taken from it is used for nothing else
   */
  public CiphertextBlock encrypt(PlaintextBlock plaintexts, PreparedNoise prepared) {
    Residues taken = prepared.take(this, plaintexts.size());
    return encryptWith(plaintexts, taken::slice);
  }

  @Override
  public CiphertextBlock obfuscate(CiphertextBlock ciphertexts, Randomness randomness) {
    Residues residues = space.residues(ciphertexts);
    List<Residues> pieces =
        Cores.pieces(
            residues.size(),
            (from, to) ->
                arithmetic()
                    .multiply(residues.slice(from, to), answerNoise(randomness, from, to - from)));
    return space.block(pieces, ciphertexts.bound());
  }

  /**
   * Makes answers for the key holder: adds a mask to each and re-randomises it. The key holder
   * knows the randomness of the ciphertexts that went in, so the new exponent is 128 bits longer
   * than the order of h (optimised keys: 577 bits rounded up to 584 at 2048, 648 at 3072, 904 at
   * 4096; djn keys: 128 more than N), and what comes out shows nothing but the masked sums.
   *
   * @param masks one per answer, each at least as large as the answer can be negative
   * @param randomness used for no other answers
   * @throws EncodingException if an answer plus its mask may wrap around
   * @throws KeyMismatchException if the block is under another key
   */
  public CiphertextBlock addMasks(
      CiphertextBlock answers, PlaintextBlock masks, Randomness randomness) {
    BigInteger room = n.subtract(answers.bound());
    for (int i = 0; i < masks.size(); i++) {
      if (masks.get(i).compareTo(answers.bound()) < 0 || masks.get(i).compareTo(room) >= 0) {
        throw new EncodingException("Mask " + i + " leaves no room for its answer");
      }
    }
    return space.block(addWithNoise(answers, masks, randomness), n);
  }

  @Override
  public CiphertextBlock addAndObfuscate(
      CiphertextBlock ciphertexts, PlaintextBlock plaintexts, Randomness randomness) {
    space.requireNoWrap(ciphertexts, plaintexts);
    return space.block(addWithNoise(ciphertexts, plaintexts, randomness), n.shiftRight(1));
  }

  /**
   * Adds the ciphertexts at some places of a block, modulo N: that the sum does not wrap around is
   * for the caller to know. The result shows which ciphertexts went in until it is obfuscated.
   *
   * @return one ciphertext, of 0 for no places
   * @throws KeyMismatchException if the block is under another key
   */
  public CiphertextBlock total(CiphertextBlock ciphertexts, int[] places) {
    Residues residues = space.residues(ciphertexts);
    List<Residues> pieces =
        new ArrayList<>(
            Cores.pieces(
                places.length,
                (from, to) ->
                    product(arithmetic().gather(residues, Arrays.copyOfRange(places, from, to)))));
    pieces.add(arithmetic().ones(1));
    return space.block(product(arithmetic().concat(pieces)), n);
  }

  /** Halves side by side, so that all lanes have work until few numbers are left. */
  private Residues product(Residues factors) {
    Residues left = factors;
    while (left.size() > 1) {
      int half = left.size() / 2;
      Residues products = arithmetic().multiply(left.slice(0, half), left.slice(half, 2 * half));
      left =
          left.size() % 2 == 0
              ? products
              : arithmetic().concat(List.of(products, left.slice(2 * half, left.size())));
    }
    return left;
  }

  private List<Residues> addWithNoise(
      CiphertextBlock ciphertexts, PlaintextBlock plaintexts, Randomness randomness) {
    Residues residues = space.residues(ciphertexts);
    if (plaintexts.size() != ciphertexts.size()) {
      throw new IllegalArgumentException(
          "Invalid block size " + plaintexts.size() + ": must be " + ciphertexts.size());
    }
    space.requireFits(plaintexts);
    return Cores.pieces(
        plaintexts.size(),
        (from, to) -> {
          Residues fresh = answerNoise(randomness, plaintexts.firstIndex() + from, to - from);
          Residues added = arithmetic().multiply(withoutNoise(plaintexts, from, to), fresh);
          return arithmetic().multiply(residues.slice(from, to), added);
        });
  }

  BigInteger hs() {
    return hs;
  }

  Modulus arithmetic() {
    return space.modulus();
  }

  String name() {
    return space.name();
  }

  int randomnessBytes() {
    return type.randomnessBits(keyBits()) / 8;
  }

  /** The random exponents of consecutive encryptions, one after another. */
  byte[] encryptionExponents(Randomness randomness, long first, int count) {
    return exponents(randomness, ENCRYPTION | first, count, randomnessBytes());
  }

  private Residues answerNoise(Randomness randomness, long first, int count) {
    int bytes = type.obfuscationBits(keyBits()) / 8;
    return noise().powers(exponents(randomness, ANSWER | first, count, bytes), bytes);
  }

  private static byte[] exponents(Randomness randomness, long first, int count, int bytes) {
    byte[] all = new byte[Math.multiplyExact(count, bytes)];
    byte[] one = new byte[bytes];
    for (int i = 0; i < count; i++) {
      randomness.fill(first + i, one);
      System.arraycopy(one, 0, all, i * bytes, bytes);
    }
    return all;
  }

  /** Powers of hs, long enough for answers. */
  FixedBase noise() {
    FixedBase table = noise;
    if (table == null) {
      synchronized (this) {
        table = noise;
        if (table == null) {
          table = arithmetic().fixedBase(hs, type.obfuscationBits(keyBits()), MAX_TABLE_BYTES);
          noise = table;
        }
      }
    }
    return table;
  }

  /** 1 + m N. */
  private Residues withoutNoise(PlaintextBlock plaintexts, int from, int to) {
    int width = keyBits() / 8;
    byte[] bytes = new byte[(to - from) * width];
    for (int i = from; i < to; i++) {
      FixedWidth.put(plaintexts.get(i), bytes, (i - from) * width, width);
    }
    Modulus arithmetic = arithmetic();
    return arithmetic.add(
        arithmetic.fromBytesTimes(bytes, 0, to - from, width, n), arithmetic.ones(to - from));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PaillierPublicKey key && Arrays.equals(fingerprint, key.fingerprint);
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

    /** Its own party has checked it already. */
    private Object readResolve() {
      return PublicKeyFormat.parse(bytes);
    }
  }
}
