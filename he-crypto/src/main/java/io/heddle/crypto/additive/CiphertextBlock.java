// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.additive;

import io.heddle.crypto.Cores;
import io.heddle.crypto.kernel.Residues;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.ProtocolException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * Ciphertexts under one key, side by side in the form in which the kernel multiplies them. Reading
 * them tells nothing without the private key; they can be changed into other valid ones, so they
 * prove nothing about who made them.
 *
 * <p>A block knows how large its plaintexts can be, so that a sum that might wrap around the
 * modulus is refused instead of being wrong. The bound stays at this party: {@link #toBytes} does
 * not carry it, and a block that was received has none: it can be multiplied and masked by the
 * operations that know their own bounds, not added.
 */
public final class CiphertextBlock implements Serializable {
  private static final long serialVersionUID = 2L;

  private final transient CiphertextSpace space;
  private final transient Residues residues;
  private final transient BigInteger bound;

  CiphertextBlock(CiphertextSpace space, Residues residues, BigInteger bound) {
    this.space = space;
    this.residues = residues;
    this.bound = bound;
  }

  /**
   * Reads ciphertexts from a peer: {@link AdditivePublicKey#read}.
   *
   * @throws ProtocolException if a check fails; names the index
   */
  public static CiphertextBlock fromBytes(AdditivePublicKey key, byte[] bytes, int expectedCount) {
    return key.read(bytes, expectedCount);
  }

  /** Ciphertexts one after another, each in big-endian order at the key's fixed width. */
  public byte[] toBytes() {
    int width = space.width();
    byte[] bytes = new byte[Math.multiplyExact(size(), width)];
    Cores.pieces(
        size(),
        (from, to) -> {
          space.modulus().toBytes(residues.slice(from, to), bytes, from * width, width);
          return to;
        });
    return bytes;
  }

  /** How many ciphertexts. */
  public int size() {
    return residues.size();
  }

  /** The ciphertexts from {@code from} to {@code to} exclusive. */
  public CiphertextBlock slice(int from, int to) {
    if (from < 0 || from > to || to > size()) {
      throw new IllegalArgumentException(
          "Invalid slice " + from + " to " + to + ": must lie in 0 to " + size());
    }
    return new CiphertextBlock(space, residues.slice(from, to), bound);
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
    CiphertextSpace first = blocks.get(0).space;
    BigInteger bound = BigInteger.ZERO;
    for (CiphertextBlock block : blocks) {
      if (!Arrays.equals(block.space.fingerprint(), first.fingerprint())) {
        throw new KeyMismatchException(
            "Blocks under keys " + first.name() + " and " + block.space.name());
      }
      bound = bound.max(block.bound);
    }
    return first.block(blocks.stream().map(block -> block.residues).toList(), bound);
  }

  /**
   * The largest magnitude that a plaintext of this block can have; the limit if nothing is known.
   */
  public BigInteger bound() {
    return bound;
  }

  CiphertextSpace space() {
    return space;
  }

  Residues residues() {
    return residues;
  }

  @Override
  public String toString() {
    return "CiphertextBlock[" + size() + " under key " + space.name() + "]";
  }

  /** Between the processes of one party; a peer's bytes go through {@link #fromBytes}. */
  private Object writeReplace() {
    return new Encoded(
        space.fingerprint(), space.modulus().value(), space.limit(), bound, toBytes());
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("A block is read from its bytes");
  }

  private record Encoded(
      byte[] key, BigInteger modulus, BigInteger limit, BigInteger bound, byte[] ciphertexts)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    private Object readResolve() {
      CiphertextSpace space = CiphertextSpace.of(key, modulus, limit);
      int width = space.width();
      List<Residues> pieces =
          Cores.pieces(
              ciphertexts.length / width,
              (from, to) -> space.modulus().fromBytes(ciphertexts, from * width, to - from, width));
      return space.block(pieces, bound);
    }
  }
}
