// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.okamoto;

import io.heddle.crypto.Cores;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.additive.CiphertextSpace;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.kernel.FixedBase;
import io.heddle.crypto.kernel.Residues;
import io.heddle.error.ProtocolException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts small numbers and adds them without seeing them, several times cheaper than Paillier.
 * Anyone with this key can do both; only the holder of the {@link OkamotoUchiyamaPrivateKey} reads
 * the result.
 *
 * <p>A ciphertext is {@code c = g^m h^r mod N} with N = p² q and h = g^N (Okamoto and Uchiyama, "A
 * New Public-Key Cryptosystem as Secure as Factoring", Eurocrypt 1998, section 3). Semantically
 * secure against a peer that follows the protocol if elements of the subgroup of order p times
 * anything cannot be told from those without it (the p-subgroup assumption).
 *
 * <p><b>One decryption that is told to whoever chose the ciphertext gives the key away</b>: {@code
 * g^x} for an x above p decrypts to x mod p, and p divides the difference. Even whether a
 * ciphertext was accepted is one bit on p. So there is no operation here that prepares an answer, a
 * protocol that sends decrypted numbers back asks for a {@code PaillierPublicKey}, which this is
 * not, the feature holders are assumed to follow the protocol, and a key serves one session.
 *
 * <p>r is as long as N, as in the paper: longer by a quarter than the order of h, so that h^r is
 * uniform. Others shorten it (HEU of SecretFlow: 110 bits at 2048), where whoever guesses m finds r
 * in 2^55 steps by Pollard's kangaroos. With h = g^N, not the power of another number, g and h have
 * the same Jacobi symbol, which would otherwise show whether m is odd; and h need not be sent, so
 * there is nothing about it to check.
 *
 * <p>Safe for use by several threads. Blocks are worked on in parallel; results do not depend on
 * how many threads there are.
 */
public final class OkamotoUchiyamaPublicKey implements AdditivePublicKey, Serializable {
  private static final long serialVersionUID = 1L;

  // The top byte of an index keeps the exponents of fresh encryptions apart from those of others.
  private static final long ENCRYPTION = 0x01L << 56;
  private static final long OBFUSCATION = 0x02L << 56;
  private static final int OBFUSCATION_MARGIN_BITS = 64;
  private static final long MAX_TABLE_BYTES = 16L << 20;

  private final transient BigInteger n;
  private final transient BigInteger g;
  private final transient BigInteger h;
  private final transient byte[] fingerprint;
  private final transient CiphertextSpace space;
  private final transient GeneratorPowers messages;
  private transient volatile @Nullable FixedBase noise;

  /** Trusts its arguments: for the key generation and for {@link PublicKeyFormat}. */
  OkamotoUchiyamaPublicKey(BigInteger n, BigInteger g) {
    this.n = n;
    this.g = g;
    this.h = g.modPow(n, n);
    this.fingerprint = Sha256.of(PublicKeyFormat.toBytes(n, g));
    this.space = CiphertextSpace.of(fingerprint, n, BigInteger.ONE.shiftLeft(plaintextBits()));
    this.messages = new GeneratorPowers(space.modulus(), g, plaintextBits());
  }

  /** The size of N: 2048, 3072 or 4096. */
  @Override
  public int keyBits() {
    return n.bitLength();
  }

  /** The bits that every plaintext fits: 511, 767 or 1023, one less than p has. */
  public int plaintextBits() {
    return SecretNumbers.bitsOfP(keyBits()) - 1;
  }

  /** Bytes of one ciphertext: as many as N has. */
  @Override
  public int ciphertextBytes() {
    return keyBits() / 8;
  }

  @Override
  public byte[] fingerprint() {
    return fingerprint.clone();
  }

  /** The key for a peer: the byte 16, the key size in two bytes, N, g, all big-endian. */
  @Override
  public byte[] toBytes() {
    return PublicKeyFormat.toBytes(n, g);
  }

  /**
   * Reads a peer's key and refuses what cannot be one: wrong length or size, even, prime, a perfect
   * power, factors below 2^16, g out of range or not invertible, g or g^N equal to 1 or -1 modulo N
   * or a factor of it. That N is p² q with large p and q is not shown by this.
   *
   * @throws ProtocolException if a check fails; names it
   */
  public static OkamotoUchiyamaPublicKey fromBytes(byte[] bytes) {
    return PublicKeyFormat.fromBytes(bytes);
  }

  @Override
  public CiphertextSpace space() {
    return space;
  }

  @Override
  public CiphertextBlock encrypt(PlaintextBlock plaintexts, Randomness randomness) {
    boolean allShort = GeneratorPowers.allShort(plaintexts);
    FixedBase powers = noise();
    return encryptWith(
        plaintexts,
        (from, to) ->
            space
                .modulus()
                .multiply(
                    messages.of(plaintexts, allShort, from, to),
                    powers.powers(
                        encryptionExponents(randomness, plaintexts.firstIndex() + from, to - from),
                        randomnessBytes())));
  }

  /** Encrypts piece by piece: the key owner has a faster way to do it. */
  CiphertextBlock encryptWith(PlaintextBlock plaintexts, Cores.Piece<Residues> encryption) {
    space.requireFits(plaintexts);
    List<Residues> pieces = Cores.pieces(plaintexts.size(), encryption);
    BigInteger bound = BigInteger.ZERO;
    for (int i = 0; i < plaintexts.size(); i++) {
      bound = bound.max(plaintexts.get(i));
    }
    return space.block(pieces, bound);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The new exponent is 64 bits longer than N: longer by that than the order of whatever h.
   */
  @Override
  public CiphertextBlock obfuscate(CiphertextBlock ciphertexts, Randomness randomness) {
    Residues residues = space.residues(ciphertexts);
    List<Residues> pieces =
        Cores.pieces(
            residues.size(),
            (from, to) ->
                space
                    .modulus()
                    .multiply(residues.slice(from, to), obfuscation(randomness, from, to - from)));
    return space.block(pieces, ciphertexts.bound());
  }

  @Override
  public CiphertextBlock addAndObfuscate(
      CiphertextBlock ciphertexts, PlaintextBlock plaintexts, Randomness randomness) {
    Residues residues = space.residues(ciphertexts);
    space.requireNoWrap(ciphertexts, plaintexts);
    boolean allShort = GeneratorPowers.allShort(plaintexts);
    List<Residues> pieces =
        Cores.pieces(
            residues.size(),
            (from, to) ->
                space
                    .modulus()
                    .multiply(
                        space
                            .modulus()
                            .multiply(
                                residues.slice(from, to),
                                messages.of(plaintexts, allShort, from, to)),
                        obfuscation(randomness, from, to - from)));
    return space.block(pieces, space.limit().shiftRight(1));
  }

  private Residues obfuscation(Randomness randomness, long first, int count) {
    int bytes = obfuscationBits() / 8;
    return noise().powers(exponents(randomness, OBFUSCATION | first, count, bytes), bytes);
  }

  @Override
  public CiphertextBlock read(byte[] bytes, int expectedCount) {
    return ForeignCiphertexts.read(space, bytes, expectedCount);
  }

  BigInteger n() {
    return n;
  }

  BigInteger g() {
    return g;
  }

  BigInteger h() {
    return h;
  }

  int randomnessBytes() {
    return keyBits() / 8;
  }

  private int obfuscationBits() {
    return keyBits() + OBFUSCATION_MARGIN_BITS;
  }

  /** The random exponents of consecutive encryptions, one after another. */
  byte[] encryptionExponents(Randomness randomness, long first, int count) {
    return exponents(randomness, ENCRYPTION | first, count, randomnessBytes());
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

  /** Powers of h, long enough to obfuscate. */
  private FixedBase noise() {
    FixedBase table = noise;
    if (table == null) {
      synchronized (this) {
        table = noise;
        if (table == null) {
          table = space.modulus().fixedBase(h, obfuscationBits(), MAX_TABLE_BYTES);
          noise = table;
        }
      }
    }
    return table;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof OkamotoUchiyamaPublicKey key
        && Arrays.equals(fingerprint, key.fingerprint);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(fingerprint);
  }

  @Override
  public String toString() {
    return "OkamotoUchiyamaPublicKey["
        + keyBits()
        + " bits, "
        + HexFormat.of().formatHex(fingerprint, 0, 8)
        + "]";
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
