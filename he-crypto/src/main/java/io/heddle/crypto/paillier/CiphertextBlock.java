// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.ProtocolException;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Ciphertexts under one key, side by side in one flat array. Reading them tells nothing without the
 * private key; they can be changed into other valid ones, so they prove nothing about who made
 * them.
 *
 * <p>A block knows how large its plaintexts can be, so that a sum that might wrap around the
 * modulus is refused instead of being wrong. The bound stays at this party: {@link #toBytes} does
 * not carry it, and a block that was received has none: it can be multiplied and masked by the
 * operations that know their own bounds, not added.
 */
public final class CiphertextBlock implements Serializable {
  private static final long serialVersionUID = 1L;

  private final byte[] key;
  private final int width;
  private final byte[] residues;
  private final BigInteger bound;

  private CiphertextBlock(byte[] key, int width, byte[] residues, BigInteger bound) {
    this.key = key;
    this.width = width;
    this.residues = residues;
    this.bound = bound;
  }

  /** Wraps residues modulo n² whose plaintexts lie within {@code bound} of zero. */
  static CiphertextBlock of(PaillierPublicKey key, BigInteger[] residues, BigInteger bound) {
    int width = key.ciphertextBytes();
    byte[] flat = new byte[Math.multiplyExact(residues.length, width)];
    for (int i = 0; i < residues.length; i++) {
      FixedWidth.put(residues[i], flat, i * width, width);
    }
    return new CiphertextBlock(key.fingerprint(), width, flat, bound);
  }

  /**
   * Reads ciphertexts from a peer and checks every one: the block has the expected length, each is
   * between 0 and n², has no factor in common with n (one test over the block's product), and does
   * not show its plaintext, i.e. is neither 1 nor -1 modulo n.
   *
   * @param bytes big-endian numbers of {@link PaillierPublicKey#ciphertextBytes} bytes each
   * @param expectedCount how many the protocol's step asks for
   * @throws ProtocolException if a check fails; names the index
   */
  public static CiphertextBlock fromBytes(PaillierPublicKey key, byte[] bytes, int expectedCount) {
    int width = key.ciphertextBytes();
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
    CiphertextBlock block =
        new CiphertextBlock(key.fingerprint(), width, bytes.clone(), key.modulus());
    CiphertextChecks.check(key, block.residues());
    return block;
  }

  /** Ciphertexts one after another, each in big-endian order at the key's fixed width. */
  public byte[] toBytes() {
    return residues.clone();
  }

  /** How many ciphertexts. */
  public int size() {
    return residues.length / width;
  }

  /** The ciphertexts from {@code from} inclusive to {@code to} exclusive. */
  public CiphertextBlock slice(int from, int to) {
    if (from < 0 || from > to || to > size()) {
      throw new IllegalArgumentException(
          "Invalid slice " + from + " to " + to + ": must lie in 0 to " + size());
    }
    return new CiphertextBlock(
        key, width, Arrays.copyOfRange(residues, from * width, to * width), bound);
  }

  /**
   * The blocks one after another.
   *
   * @param blocks at least one
   * @throws KeyMismatchException if they were made under different keys
   */
  public static CiphertextBlock concat(List<CiphertextBlock> blocks) {
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException("No blocks to concatenate: must be at least one");
    }
    CiphertextBlock first = blocks.get(0);
    long length = blocks.stream().mapToLong(block -> block.residues.length).sum();
    byte[] joined = new byte[Math.toIntExact(length)];
    BigInteger bound = BigInteger.ZERO;
    int done = 0;
    for (CiphertextBlock block : blocks) {
      if (!Arrays.equals(block.key, first.key)) {
        throw new KeyMismatchException(
            "Blocks under keys " + keyName(first.key) + " and " + keyName(block.key));
      }
      System.arraycopy(block.residues, 0, joined, done, block.residues.length);
      done += block.residues.length;
      bound = bound.max(block.bound);
    }
    return new CiphertextBlock(first.key, first.width, joined, bound);
  }

  /** The largest magnitude that a plaintext of this block can have; n if nothing is known. */
  BigInteger bound() {
    return bound;
  }

  BigInteger residue(int index) {
    return FixedWidth.get(residues, index * width, width);
  }

  BigInteger[] residues() {
    BigInteger[] numbers = new BigInteger[size()];
    Arrays.setAll(numbers, this::residue);
    return numbers;
  }

  void requireKey(PaillierPublicKey expected) {
    if (!Arrays.equals(key, expected.fingerprint())) {
      throw new KeyMismatchException(
          "Ciphertexts under key " + keyName(key) + " used with key " + expected.name());
    }
  }

  /** Refuses sums that may leave the range in which a plaintext's sign can be told. */
  static BigInteger requireRoom(PaillierPublicKey key, BigInteger bound) {
    if (bound.shiftLeft(1).compareTo(key.modulus()) >= 0) {
      throw new EncodingException(
          "The sum may need "
              + (bound.bitLength() + 1)
              + " bits with its sign: must fit a modulus of "
              + key.keyBits()
              + " bits");
    }
    return bound;
  }

  static String keyName(byte[] fingerprint) {
    return HexFormat.of().formatHex(fingerprint, 0, 8);
  }

  @Override
  public String toString() {
    return "CiphertextBlock[" + size() + " under key " + keyName(key) + "]";
  }
}
