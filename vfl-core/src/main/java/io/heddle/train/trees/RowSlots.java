// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.additive.CiphertextSpace;
import io.heddle.crypto.bucket.BinSums;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.ProtocolException;
import java.io.Serializable;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several rows of a tree's sample in one plaintext, so that as many times fewer ciphertexts go to
 * feature holders; and how the sums of rows in different places come together again.
 *
 * <p>Rank r stands in slot {@code t = r mod T} of plaintext {@code r / T}, at bit {@code t s}. A
 * slot has the w bits of a candidate's sums and {@value #HIDING_BITS} more, which is s. A feature
 * holder adds up the rows of each slot for themselves: H_t is the sum of the plaintexts of those of
 * its rows that stand in slot t. {@code A = sum_t H_t 2^(s (T-1-t))} has 2T - 1 places of s bits.
 * In the middle one, T - 1, is the sum of these very rows; in place T - 1 + d the sum of what
 * stands d slots above each of them in its plaintext. Those are sums over other rows, and the label
 * holder must not see them. (Kronecker substitution, as in {@link
 * io.heddle.crypto.encoding.RowPacking}.)
 *
 * <p>Different rows have different neighbours at each distance d. So every place is a sum over at
 * most all rows, at most {@code 2^w - 1}, and does not reach the next place. Below the middle there
 * is less than {@code 2^((T-1)s - 40)}, above it less than that in units of {@code 2^(T s)}. The
 * feature holder adds a mask, evenly drawn below {@code 2^((T-1)s) - 2^((T-1)s - 40)} under the
 * middle and below {@code 2^(P-3-T s)} above it. Under the middle both together stay below {@code
 * 2^((T-1)s)}, so nothing is carried into it; all together stays below {@code 2^(P-3) + 2^((2T-1)s
 * - 40)}, and {@code (2T-1) s + 3 <= P} keeps that below {@code 2^(P-2)}, where nothing wraps
 * around. Whatever other rows' sums are, what the label holder sees beside the middle is as the
 * mask alone but for a statistical distance of {@code 2^-40 / (1 - 2^-40)} below and {@code 2^-40}
 * above.
 *
 * <p>With one row in a plaintext there is nothing to hide, and sums of several candidates stand
 * side by side, as {@link GradientPacking} has them.
 *
 * @param packing of one row
 * @param plaintextBits P: of the number that plaintexts stay below
 * @param rowsPerPlaintext T, at least 1
 */
record RowSlots(GradientPacking packing, int plaintextBits, int rowsPerPlaintext)
    implements Serializable {
  /** How far sums of other rows are hidden: to a distance of 2^-40. */
  static final int HIDING_BITS = 40;

  RowSlots {
    if (rowsPerPlaintext < 1 || rowsPerPlaintext > most(packing, plaintextBits)) {
      throw new IllegalArgumentException(
          "Invalid number of rows per plaintext "
              + rowsPerPlaintext
              + ": must be 1 to "
              + most(packing, plaintextBits));
    }
  }

  /** Of a fit. */
  static RowSlots of(TreeTerms terms, int rows, int rowsPerPlaintext) {
    return new RowSlots(
        GradientPacking.of(terms, rows),
        terms.scheme().plaintextBits(terms.keyBits()),
        rowsPerPlaintext);
  }

  /** How many rows fit a plaintext. */
  static int most(TreeTerms terms, int rows) {
    return most(GradientPacking.of(terms, rows), terms.scheme().plaintextBits(terms.keyBits()));
  }

  static int most(GradientPacking packing, int plaintextBits) {
    int slots = (plaintextBits - 3) / (packing.candidateBits() + HIDING_BITS);
    return Math.max(1, (slots + 1) / 2);
  }

  /** Bits from a row to the next. */
  int slotBits() {
    return packing.candidateBits() + HIDING_BITS;
  }

  private boolean isApart() {
    return rowsPerPlaintext == 1;
  }

  /** How many plaintexts the first ranks stand in, the last one perhaps with others. */
  int plaintexts(int ranks) {
    return (int) (((long) ranks + rowsPerPlaintext - 1) / rowsPerPlaintext);
  }

  /** Consecutive plaintexts of a sample's rows. */
  PlaintextBlock rows(Gradients gradients, int from, int to) {
    int bits = rowsPerPlaintext * slotBits();
    long[] words = new long[(bits + Long.SIZE - 1) / Long.SIZE];
    ByteBuffer bytes = ByteBuffer.allocate(words.length * Long.BYTES);
    List<BigInteger> values = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      Arrays.fill(words, 0);
      int first = i * rowsPerPlaintext;
      int end = Math.min(rowsPerPlaintext, gradients.sample().size() - first);
      for (int t = 0; t < end; t++) {
        packing.put(gradients, first + t, words, t * slotBits());
      }
      bytes.clear();
      for (int w = words.length - 1; w >= 0; w--) {
        bytes.putLong(words[w]);
      }
      values.add(new BigInteger(1, bytes.array()));
    }
    return PlaintextBlock.of(from, values);
  }

  /** No sum of plaintexts over rows of one slot is larger, whatever rows these are. */
  BigInteger bound() {
    return inAllSlots(packing.bound());
  }

  /** No sum over so many rows is larger. */
  BigInteger bound(int rows) {
    return inAllSlots(packing.bound(rows));
  }

  private BigInteger inAllSlots(BigInteger value) {
    BigInteger all = BigInteger.ZERO;
    for (int t = 0; t < rowsPerPlaintext; t++) {
      all = all.shiftLeft(slotBits()).add(value);
    }
    return all;
  }

  /** In how many plaintexts the sums of so many candidates are. */
  int answers(int candidates) {
    return isApart() ? packing.plaintexts(candidates) : candidates;
  }

  /** Bytes of a message with sums of so many candidates, each with a name and a byte of bits. */
  long sumsBytes(int candidates, int ciphertextBytes) {
    return candidates * (Integer.BYTES + 1L) + (long) answers(candidates) * ciphertextBytes;
  }

  /**
   * Sums as they are sent, but for what {@link #added} adds to them.
   *
   * @param left sums of all candidates over the rows of the first slot, then of the second, and so
   *     on; bounded as {@link #bound} says
   */
  CiphertextBlock together(CiphertextSpace space, CiphertextBlock left) {
    return isApart()
        ? BinSums.pack(space, left, packing.candidateBits(), packing.perPlaintext())
        : BinSums.fold(space, left, slotBits(), rowsPerPlaintext);
  }

  /**
   * What hides the sums of other rows, and how many shifts there are on the left.
   *
   * @param missingShifts per candidate, rows of the node that are not on the left
   * @param randomness used for nothing else
   */
  PlaintextBlock added(int[] missingShifts, Randomness randomness) {
    if (isApart()) {
      return packing.shifts(missingShifts);
    }
    List<BigInteger> values = new ArrayList<>(missingShifts.length);
    for (int i = 0; i < missingShifts.length; i++) {
      BigInteger shift = packing.shift(missingShifts[i]).shiftLeft(bitsBelow());
      values.add(mask(i, randomness).add(shift));
    }
    return PlaintextBlock.of(0, values);
  }

  /** Zero in the middle; each part drawn again until it is below its end. */
  private BigInteger mask(int index, Randomness randomness) {
    BigInteger end = BigInteger.ONE.shiftLeft(bitsBelow());
    end = end.subtract(end.shiftRight(HIDING_BITS));
    int bytesBelow = bytes(bitsBelow());
    byte[] drawn = new byte[bytesBelow + bytes(maskBitsAbove())];
    for (long attempt = 0; attempt < 16; attempt++) {
      randomness.fill(attempt << Integer.SIZE | index, drawn);
      BigInteger below = number(drawn, 0, bytesBelow, bitsBelow());
      if (below.compareTo(end) < 0) {
        BigInteger above = number(drawn, bytesBelow, drawn.length, maskBitsAbove());
        return above.shiftLeft(rowsPerPlaintext * slotBits()).add(below);
      }
    }
    throw new AssertionError("16 draws in a row began with 40 set bits");
  }

  private static int bytes(int bits) {
    return (bits + Byte.SIZE - 1) / Byte.SIZE;
  }

  private static BigInteger number(byte[] from, int start, int end, int bits) {
    BigInteger all = new BigInteger(1, Arrays.copyOfRange(from, start, end));
    return all.shiftRight(Byte.SIZE * (end - start) - bits);
  }

  private int bitsBelow() {
    return (rowsPerPlaintext - 1) * slotBits();
  }

  private int maskBitsAbove() {
    return plaintextBits - 3 - rowsPerPlaintext * slotBits();
  }

  /**
   * Takes sums apart, and what hides others away unseen.
   *
   * @param rows per candidate, of its node
   * @return candidate after candidate
   * @throws ProtocolException if a sum is beyond what so many rows can have
   */
  Sums unpack(PlaintextBlock plaintexts, int[] rows) {
    if (isApart()) {
      return packing.unpack(plaintexts, rows);
    }
    BigInteger slot = BigInteger.ONE.shiftLeft(slotBits()).subtract(BigInteger.ONE);
    List<BigInteger> middles = new ArrayList<>(plaintexts.size());
    for (int i = 0; i < plaintexts.size(); i++) {
      middles.add(plaintexts.get(i).shiftRight(bitsBelow()).and(slot));
    }
    GradientPacking alone =
        new GradientPacking(packing.lowBits(), packing.slotBits(), packing.outputs(), 1);
    return alone.unpack(PlaintextBlock.of(0, middles), rows);
  }
}
