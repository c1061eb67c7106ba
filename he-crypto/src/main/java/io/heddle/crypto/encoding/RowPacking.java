// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.encoding;

import io.heddle.crypto.Randomness;
import io.heddle.error.EncodingException;
import io.heddle.error.ProtocolException;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Carries the residuals of several rows in one plaintext, so that a column's product with all of
 * them costs one ciphertext for many rows.
 *
 * <p>Row t of a plaintext stands in slot t: {@code M = sum_t d_t 2^(s t)}. Multiplying by the
 * column's values in reversed order, {@code E = sum_t x_t 2^(s (T-1-t))}, puts {@code sum_t x_t
 * d_t} into the middle slot T - 1; the other slots hold cross products that nobody may see. A slot
 * has {@code s = residualBits + columnBits + ceil(log2 rows) + 2} bits, so the sum over all rows
 * keeps its sign with two bits to spare; an answer occupies {@code L = (2T - 1) s} bits, and T is
 * the largest number that leaves 42 bits of the modulus above them for the mask. (A polynomial
 * product by one product of integers: Kronecker substitution.)
 *
 * @param keyBits the size of the modulus
 * @param residualBits |residual| is at most {@code 2^residualBits}; 1 to 40
 * @param columnBits |column value| is at most {@code 2^(columnBits - 1)}; 2 to 16
 * @param rows over how many rows one pass sums
 */
public record RowPacking(int keyBits, int residualBits, int columnBits, int rows)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long MASK = 0x04L << 56;
  private static final int MASK_SLACK_BITS = 42;

  /** Take up the carry of the slots below the middle one. */
  private static final int CARRY_BITS = 2;

  /**
   * Checks the four sizes.
   *
   * @throws EncodingException if a slot would need more than 62 bits
   */
  public RowPacking {
    check("key size", keyBits, 2048, 4096);
    check("residual size", residualBits, 1, 40);
    check("column size", columnBits, 2, 16);
    check("number of rows", rows, 1, Integer.MAX_VALUE);
    int slot = slotBits(residualBits, columnBits, rows);
    if (slot > 62) {
      throw new EncodingException(
          "A slot for "
              + rows
              + " rows of "
              + residualBits
              + " by "
              + columnBits
              + " bits needs "
              + slot
              + " bits: must be at most 62");
    }
  }

  /** s: bits per slot, 7 to 62. */
  public int slotBits() {
    return slotBits(residualBits, columnBits, rows);
  }

  /** T: rows per plaintext. */
  public int rowsPerPlaintext() {
    return ((keyBits - MASK_SLACK_BITS) / slotBits() + 1) / 2;
  }

  /** Which plaintext, from 0, carries a row. */
  public int plaintextOf(int row) {
    return row / rowsPerPlaintext();
  }

  /** How many plaintexts carry all rows. */
  public int ciphertexts() {
    return (int) (((long) rows + rowsPerPlaintext() - 1) / rowsPerPlaintext());
  }

  /** L: bits of an answer before it is masked; its magnitude stays below {@code 2^(L - 2)}. */
  public int answerBits() {
    return (2 * rowsPerPlaintext() - 1) * slotBits();
  }

  /** Bits of the largest magnitude of one row's part of a slot. */
  public int productBits() {
    return residualBits + CARRY_BITS + columnBits - 1;
  }

  /**
   * Packs consecutive rows.
   *
   * @param residuals of all rows
   * @param fromRow a multiple of {@link #rowsPerPlaintext}
   * @param toRow exclusive; a multiple of {@link #rowsPerPlaintext} or the number of rows
   * @throws EncodingException if a residual is larger than {@code 2^residualBits}
   */
  public PlaintextBlock pack(PlaintextSpace space, long[] residuals, int fromRow, int toRow) {
    if (residuals.length != rows) {
      throw new IllegalArgumentException(
          "Invalid number of residuals " + residuals.length + ": must be " + rows);
    }
    if (fromRow < 0 || fromRow > toRow || toRow > rows) {
      throw invalidRows(fromRow, toRow);
    }
    return packSlice(space, Arrays.copyOfRange(residuals, fromRow, toRow), fromRow);
  }

  /**
   * The same where only these rows are at hand.
   *
   * @param residuals of the rows from {@code fromRow} on; as many as a multiple of {@link
   *     #rowsPerPlaintext}, or to the last row
   * @throws EncodingException if a residual is larger than {@code 2^residualBits}
   */
  public PlaintextBlock packSlice(PlaintextSpace space, long[] residuals, int fromRow) {
    requireKey(space);
    int perPlaintext = rowsPerPlaintext();
    int count = residuals.length;
    long toRow = (long) fromRow + count;
    if (fromRow < 0
        || toRow > rows
        || fromRow % perPlaintext != 0
        || (toRow % perPlaintext != 0 && toRow != rows)) {
      throw invalidRows(fromRow, toRow);
    }
    long bound = 1L << residualBits;
    int slotBits = slotBits();
    List<BigInteger> values = new ArrayList<>();
    for (int first = 0; first < count; first += perPlaintext) {
      BigInteger sum = BigInteger.ZERO;
      for (int i = Math.min(first + perPlaintext, count) - 1; i >= first; i--) {
        if (residuals[i] > bound || residuals[i] < -bound) {
          throw new EncodingException(
              "The residual of row "
                  + (fromRow + i)
                  + " does not fit: must be at most 2^"
                  + residualBits);
        }
        sum = sum.shiftLeft(slotBits).add(BigInteger.valueOf(residuals[i] << CARRY_BITS));
      }
      values.add(sum.signum() < 0 ? sum.add(space.modulus()) : sum);
    }
    return PlaintextBlock.of(fromRow / perPlaintext, values);
  }

  private IllegalArgumentException invalidRows(int fromRow, long toRow) {
    return new IllegalArgumentException(
        "Invalid rows "
            + fromRow
            + " to "
            + toRow
            + ": must lie in 0 to "
            + rows
            + " and be multiples of "
            + rowsPerPlaintext());
  }

  /**
   * Draws masks {@code 2^(L-1) + r} with r uniform from 0 to {@code N - 2^L - 2^(L-1) - 1}: an
   * answer plus its mask neither wraps around nor tells the answer apart by more than 2^-40.
   *
   * @param count how many, one per answer
   * @param randomness used for nothing else but these masks
   */
  public PlaintextBlock masks(PlaintextSpace space, int count, Randomness randomness) {
    requireKey(space);
    BigInteger offset = BigInteger.ONE.shiftLeft(answerBits() - 1);
    BigInteger range = space.modulus().subtract(offset.shiftLeft(1)).subtract(offset);
    List<BigInteger> masks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      masks.add(offset.add(uniform(range, i, randomness)));
    }
    return PlaintextBlock.of(0, masks);
  }

  private static BigInteger uniform(BigInteger range, int index, Randomness randomness) {
    int bits = range.bitLength();
    byte[] bytes = new byte[(bits + 7) / 8];
    for (long attempt = 0; attempt < 256; attempt++) {
      randomness.fill(MASK | attempt << 32 | index, bytes);
      bytes[0] &= (byte) (0xff >>> (8 * bytes.length - bits));
      BigInteger drawn = new BigInteger(1, bytes);
      if (drawn.compareTo(range) < 0) {
        return drawn;
      }
    }
    throw new AssertionError("256 draws in a row missed a range of more than half their size");
  }

  /**
   * The middle slot of each masked answer, as unsigned numbers below {@code 2^slotBits}. All that
   * the key holder may send back.
   */
  public long[] middleSlots(PlaintextBlock decrypted) {
    long[] slots = new long[decrypted.size()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = middleSlot(decrypted.get(i));
    }
    return slots;
  }

  /**
   * Takes the masks off: the signed sums, exactly.
   *
   * @param middleSlots as {@link #middleSlots} gave them
   * @param masks the very masks that were added
   * @throws ProtocolException if a slot cannot have held a sum under its mask
   */
  public long[] unmask(long[] middleSlots, PlaintextBlock masks) {
    if (middleSlots.length != masks.size()) {
      throw new IllegalArgumentException(
          "Invalid number of slots " + middleSlots.length + ": must be " + masks.size());
    }
    int unused = Long.SIZE - slotBits();
    long[] sums = new long[middleSlots.length];
    for (int i = 0; i < sums.length; i++) {
      long carried = (middleSlots[i] - middleSlot(masks.get(i))) << unused >> unused;
      sums[i] = (carried + 1) >> CARRY_BITS;
      if (carried - (sums[i] << CARRY_BITS) > 1) {
        throw new ProtocolException("Answer " + i + " is not the sum that was asked for");
      }
    }
    return sums;
  }

  private long middleSlot(BigInteger plaintext) {
    long low = plaintext.shiftRight(slotBits() * (rowsPerPlaintext() - 1)).longValue();
    return low & ((1L << slotBits()) - 1);
  }

  private void requireKey(PlaintextSpace space) {
    if (space.modulus().bitLength() != keyBits) {
      throw new IllegalArgumentException(
          "Invalid key of " + space.modulus().bitLength() + " bits: must be " + keyBits);
    }
  }

  private static int slotBits(int residualBits, int columnBits, int rows) {
    return residualBits
        + CARRY_BITS
        + columnBits
        + (Integer.SIZE - Integer.numberOfLeadingZeros(rows - 1))
        + 2;
  }

  private static void check(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "Invalid " + what + " " + value + ": must be " + least + " to " + most);
    }
  }
}
