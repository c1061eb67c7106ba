// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.okamoto;

import io.heddle.crypto.Cores;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.RepeatableRandom;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.kernel.FixedBase;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.PrimeSquare;
import io.heddle.crypto.kernel.Residues;
import io.heddle.crypto.kernel.Transfer;
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
 * can. Not {@code Serializable}: it lives in processes of the party that made it, which give it to
 * each other as {@link #toBytes} and encrypted.
 *
 * <p><b>What it decrypts stays with this party</b>: a number told to whoever chose the ciphertext
 * gives the key away ({@link OkamotoUchiyamaPublicKey} says how). Make a fresh key for each
 * session.
 *
 * <p>Decryption is {@code L(c^(p-1) mod p²) / L(g^(p-1) mod p²) mod p} with L(x) = (x - 1) / p.
 * Encryption works modulo p² and q, where h has an order that divides p - 1 and q - 1.
 *
 * <p>Safe for use by several threads. Not hardened against a reader of the same machine's timing.
 */
public final class OkamotoUchiyamaPrivateKey implements AdditivePrivateKey {
  private static final BigInteger ONE = BigInteger.ONE;

  private final SecretNumbers numbers;
  private final OkamotoUchiyamaPublicKey publicKey;
  private final Part square;
  private final Part q;
  private final PrimeSquare arithmetic;
  private final BigInteger order;
  private final BigInteger scale;

  OkamotoUchiyamaPrivateKey(SecretNumbers numbers) {
    this.numbers = numbers;
    this.publicKey = new OkamotoUchiyamaPublicKey(numbers.n(), numbers.g());
    BigInteger p = numbers.p();
    BigInteger pSquared = p.multiply(p);
    this.order = p.subtract(ONE);
    this.square = new Part(publicKey, pSquared, order, numbers.q());
    this.q = new Part(publicKey, numbers.q(), numbers.q().subtract(ONE), pSquared);
    this.arithmetic = PrimeSquare.of(p, publicKey.space().modulus());
    this.scale = logarithm(numbers.g().modPow(order, pSquared)).modInverse(p);
  }

  /**
   * Makes a fresh key; takes a second or a few.
   *
   * @param keyBits 2048, 3072 or 4096. Factoring p² q is easier than factoring a Paillier modulus
   *     of the same size: about 2^101 cycles by known methods at 2048 bits, 2^126 at 3072
   * @param random where the primes come from
   */
  public static OkamotoUchiyamaPrivateKey generate(int keyBits, SecureRandom random) {
    return new OkamotoUchiyamaPrivateKey(SecretNumbers.generate(keyBits, random));
  }

  /**
   * Makes the key that follows from randomness: the same one again from the same, so a party that
   * is started again needs no place to keep it. Takes a second or a few.
   *
   * @param keyBits 2048, 3072 or 4096, as for {@link #generate}
   * @param randomness used for nothing else: whoever knows it has the key
   */
  public static OkamotoUchiyamaPrivateKey derive(int keyBits, Randomness randomness) {
    return generate(keyBits, new RepeatableRandom(randomness));
  }

  /**
   * Reads what {@link #toBytes} gave, and checks that its numbers belong together.
   *
   * @throws EncodingException if it is no key
   */
  public static OkamotoUchiyamaPrivateKey fromBytes(byte[] bytes) {
    OkamotoUchiyamaPrivateKey key = OkamotoUchiyamaKeyFile.parse(bytes);
    if (key == null) {
      throw new EncodingException("Not the bytes of an Okamoto-Uchiyama private key");
    }
    return key;
  }

  @Override
  public byte[] toBytes() {
    return OkamotoUchiyamaKeyFile.bytes(this);
  }

  @Override
  public OkamotoUchiyamaPublicKey publicKey() {
    return publicKey;
  }

  SecretNumbers numbers() {
    return numbers;
  }

  @Override
  public CiphertextBlock encrypt(PlaintextBlock plaintexts, Randomness randomness) {
    boolean allShort = GeneratorPowers.allShort(plaintexts);
    int width = publicKey.randomnessBytes();
    return publicKey.encryptWith(
        plaintexts,
        (from, to) -> {
          byte[] exponents =
              publicKey.encryptionExponents(randomness, plaintexts.firstIndex() + from, to - from);
          Residues modSquare =
              square.encrypt(square.messages.of(plaintexts, allShort, from, to), exponents, width);
          Residues modQ =
              q.encrypt(q.messages.of(plaintexts, allShort, from, to), exponents, width);
          return publicKey.space().modulus().add(modSquare, modQ);
        });
  }

  /**
   * {@inheritDoc}
   *
   * @throws ProtocolException if a number is beyond the limit of plaintexts: no encryption or sum
   *     of them is, so it was made to find the key. Others cannot be told from honest ones
   * @throws KeyMismatchException if the block is under another key
   */
  @Override
  public PlaintextBlock decrypt(CiphertextBlock ciphertexts) {
    Residues residues = publicKey.space().residues(ciphertexts);
    List<List<BigInteger>> pieces =
        Cores.pieces(
            residues.size(),
            (from, to) -> {
              BigInteger[] powers = arithmetic.powers(residues.slice(from, to), order);
              for (int i = 0; i < powers.length; i++) {
                powers[i] = logarithm(powers[i]).multiply(scale).mod(numbers.p());
                if (powers[i].bitLength() > publicKey.plaintextBits()) {
                  throw new ProtocolException(
                      "Ciphertext " + (from + i) + " carries a number beyond the key's limit");
                }
              }
              return Arrays.asList(powers);
            });
    List<BigInteger> all = new ArrayList<>();
    pieces.forEach(all::addAll);
    return PlaintextBlock.of(0, all);
  }

  /** L(x), in the subgroup of order p a logarithm. */
  private BigInteger logarithm(BigInteger power) {
    return power.subtract(ONE).divide(numbers.p());
  }

  @Override
  public String toString() {
    return "OkamotoUchiyamaPrivateKey[of " + publicKey + "]";
  }

  /** The key modulo p² or q. */
  private static final class Part {
    private static final long MAX_TABLE_BYTES = 8L << 20;

    private final Modulus modulus;
    private final BigInteger order;
    private final GeneratorPowers messages;
    private final FixedBase noise;
    private final Transfer up;

    /**
     * Prepares encryption.
     *
     * @param order h^order = 1 modulo {@code value}
     * @param other N divided by {@code value}
     */
    Part(OkamotoUchiyamaPublicKey key, BigInteger value, BigInteger order, BigInteger other) {
      this.modulus = Modulus.of(value);
      this.order = order;
      this.messages = new GeneratorPowers(modulus, key.g(), key.plaintextBits());
      this.noise = modulus.fixedBase(key.h().mod(value), order.bitLength(), MAX_TABLE_BYTES);
      this.up =
          key.space().modulus().transferFrom(modulus, other.multiply(other.modInverse(value)));
    }

    /** This part of {@code g^m h^r} modulo N. */
    Residues encrypt(Residues message, byte[] exponents, int width) {
      int reduced = (order.bitLength() + 7) / 8;
      int count = exponents.length / width;
      byte[] reducedExponents = new byte[count * reduced];
      for (int i = 0; i < count; i++) {
        BigInteger r = new BigInteger(1, exponents, i * width, width).mod(order);
        FixedWidth.put(r, reducedExponents, i * reduced, reduced);
      }
      return up.apply(modulus.multiply(message, noise.powers(reducedExponents, reduced)));
    }
  }
}
