// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.additive;

import io.heddle.crypto.Cores;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers that ciphertexts under one key are, and how large a plaintext may get. For the
 * schemes of this module; others see blocks.
 */
public final class CiphertextSpace {
  private static final int REMEMBERED = 8;

  // Preparing a modulus takes milliseconds, and every task of a job asks for the same one.
  private static final Map<String, CiphertextSpace> KNOWN =
      new LinkedHashMap<>(2 * REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, CiphertextSpace> eldest) {
          return size() > REMEMBERED;
        }
      };

  private final byte[] fingerprint;
  private final Modulus modulus;
  private final int width;
  private final BigInteger limit;

  private CiphertextSpace(byte[] fingerprint, Modulus modulus, BigInteger limit) {
    this.fingerprint = fingerprint;
    this.modulus = modulus;
    this.width = modulus.bytes();
    this.limit = limit;
  }

  /**
   * The space of one key.
   *
   * @param fingerprint names the key
   * @param modulus ciphertexts are residues modulo this
   * @param limit above every plaintext; sums whose magnitude may reach half of it are refused
   */
  public static CiphertextSpace of(byte[] fingerprint, BigInteger modulus, BigInteger limit) {
    String name = HexFormat.of().formatHex(fingerprint);
    synchronized (KNOWN) {
      CiphertextSpace known = KNOWN.get(name);
      if (known == null || !known.modulus.value().equals(modulus) || !known.limit.equals(limit)) {
        known = new CiphertextSpace(fingerprint.clone(), Modulus.of(modulus), limit);
        KNOWN.put(name, known);
      }
      return known;
    }
  }

  /** The arithmetic on ciphertexts. */
  public Modulus modulus() {
    return modulus;
  }

  /** Bytes of a ciphertext on the wire. */
  public int width() {
    return width;
  }

  /** Above every plaintext. */
  public BigInteger limit() {
    return limit;
  }

  byte[] fingerprint() {
    return fingerprint;
  }

  /** The first bytes of the key's fingerprint, for messages. */
  public String name() {
    return HexFormat.of().formatHex(fingerprint, 0, 8);
  }

  /** Wraps residues whose plaintexts lie within {@code bound} of zero. */
  public CiphertextBlock block(Residues residues, BigInteger bound) {
    return new CiphertextBlock(this, residues, bound);
  }

  /** Wraps pieces one after another. */
  public CiphertextBlock block(List<Residues> pieces, BigInteger bound) {
    return block(pieces.size() == 1 ? pieces.get(0) : modulus.concat(pieces), bound);
  }

  /**
   * The residues of a block under this key.
   *
   * @throws KeyMismatchException if it is under another one
   */
  public Residues residues(CiphertextBlock block) {
    if (!Arrays.equals(block.space().fingerprint, fingerprint)) {
      throw new KeyMismatchException(
          "Ciphertexts under key " + block.space().name() + " used with key " + name());
    }
    return block.residues();
  }

  /**
   * Refuses plaintexts that are too large.
   *
   * @throws EncodingException names the index of the first
   */
  public void requireFits(PlaintextBlock plaintexts) {
    for (int i = 0; i < plaintexts.size(); i++) {
      if (plaintexts.get(i).compareTo(limit) >= 0) {
        throw new EncodingException(
            "Plaintext " + i + " does not fit a modulus of " + limit.bitLength() + " bits");
      }
    }
  }

  /**
   * Refuses numbers to be added to ciphertexts, one to each, if there are not as many or if a sum
   * may reach half of the limit.
   *
   * @throws EncodingException if a sum may be too large
   */
  public void requireNoWrap(CiphertextBlock ciphertexts, PlaintextBlock plaintexts) {
    if (plaintexts.size() != ciphertexts.size()) {
      throw new IllegalArgumentException(
          "Invalid block size " + plaintexts.size() + ": must be " + ciphertexts.size());
    }
    BigInteger most = BigInteger.ZERO;
    for (int i = 0; i < plaintexts.size(); i++) {
      most = most.max(plaintexts.get(i));
    }
    if (ciphertexts.bound().add(most).shiftLeft(1).compareTo(limit) >= 0) {
      throw new EncodingException("A sum with a known number may wrap around");
    }
  }

  /**
   * Refuses bytes from a peer that are not so many ciphertexts.
   *
   * @throws ProtocolException names both lengths
   */
  public void requireLength(byte[] bytes, int expectedCount) {
    if (expectedCount < 0 || bytes.length != (long) expectedCount * width) {
      throw new ProtocolException(
          "Invalid ciphertext block of "
              + bytes.length
              + " bytes: must be "
              + expectedCount
              + " ciphertexts of "
              + width
              + " bytes");
    }
  }

  /** Refuses sums that may leave the range in which a plaintext's sign can be told. */
  BigInteger requireRoom(BigInteger bound) {
    if (bound.shiftLeft(1).compareTo(limit) >= 0) {
      throw new EncodingException(
          "The sum may need "
              + (bound.bitLength() + 1)
              + " bits with its sign: must fit a modulus of "
              + limit.bitLength()
              + " bits");
    }
    return bound;
  }

  CiphertextBlock sum(List<CiphertextBlock> blocks) {
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException("No blocks to add: must be at least one");
    }
    int size = blocks.get(0).size();
    BigInteger bound = BigInteger.ZERO;
    for (CiphertextBlock block : blocks) {
      residues(block);
      if (block.size() != size) {
        throw new IllegalArgumentException(
            "Invalid block size " + block.size() + ": must be " + size);
      }
      bound = bound.add(block.bound());
    }
    if (blocks.size() == 1) {
      return blocks.get(0);
    }
    requireRoom(bound);
    List<Residues> sums =
        Cores.pieces(
            size,
            (from, to) -> {
              Residues sum = blocks.get(0).residues().slice(from, to);
              for (CiphertextBlock block : blocks.subList(1, blocks.size())) {
                sum = modulus.multiply(sum, block.residues().slice(from, to));
              }
              return sum;
            });
    return block(sums, bound);
  }
}
