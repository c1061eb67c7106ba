// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.RowPacking;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies columns of small whole numbers with encrypted, packed residuals: the sum of x times d
 * over the rows, without a power per cell.
 *
 * <p>Values are cut into signed digits. For each slot, digit and sign, ciphertexts whose rows have
 * the same digit are multiplied into one bucket; running products fold the buckets with their
 * digits as exponents; one inversion for all of them turns the negative ones; Horner's rule joins
 * digits and slots. One modular multiplication per non-zero digit, and the folds. (Bucket method of
 * Pippenger, 1976, and Yao, 1976, for products of powers.)
 *
 * <p>Reads nothing secret: it runs wherever the column is.
 */
public final class BucketProduct {
  private final Modulus arithmetic;
  private final int slots;
  private final int slotBits;
  private final int firstRow;
  private final int firstCiphertext;
  private final BigInteger[] ciphertexts;

  /** The parts of the pass that hold this partition's rows. */
  BucketProduct(
      Modulus arithmetic, RowPacking packing, BigInteger[] rowCiphertexts, int firstRow, int rows) {
    this.arithmetic = arithmetic;
    this.slots = packing.rowsPerPlaintext();
    this.slotBits = packing.slotBits();
    this.firstRow = firstRow;
    this.firstCiphertext = rows == 0 ? 0 : firstRow / slots;
    int end = rows == 0 ? 0 : (firstRow + rows - 1) / slots + 1;
    this.ciphertexts = Arrays.copyOfRange(rowCiphertexts, firstCiphertext, end);
  }

  /**
   * One ciphertext per column, with the sum over this partition's rows in the middle slot. Parts of
   * a pass add up to the whole in any cut, even inside a ciphertext. The result shows what went in
   * and has no randomness of its own: add it up and {@link PaillierPublicKey#addMasks mask} it
   * before it leaves the party. A column without a non-zero value gives the ciphertext 1.
   *
   * @param rowCiphertexts the residuals of all rows of the pass, as {@link RowPacking#pack} has
   *     laid them out
   * @param firstRow the first row of this partition among all rows
   * @param rows how many rows this partition has
   * @param columns {@code columns[j][i]} is the value of column j in row {@code firstRow + i}
   * @throws EncodingException if a value exceeds the packing's column size
   * @throws KeyMismatchException if the ciphertexts are under another key
   */
  public static CiphertextBlock compute(
      PaillierPublicKey key,
      RowPacking packing,
      CiphertextBlock rowCiphertexts,
      int firstRow,
      int rows,
      short[][] columns) {
    check(key, packing, rowCiphertexts, firstRow, rows, columns);
    BigInteger[] products =
        new BucketProduct(
                new Modulus(key.arithmetic().value()),
                packing,
                key.arithmetic().toIntegers(key.space().residues(rowCiphertexts)),
                firstRow,
                rows)
            .multiply(columns);
    return key.space().block(key.arithmetic().residues(products), bound(packing, rows));
  }

  /** The products for all columns, spread over the cores by column and slot. */
  BigInteger[] multiply(short[][] columns) {
    DigitPlan[] plans = new DigitPlan[columns.length];
    Arrays.setAll(plans, j -> DigitPlan.cheapest(columns[j], slots));
    @Nullable BigInteger[][][] folds = new BigInteger[columns.length * slots][][];
    IntStream.range(0, folds.length)
        .parallel()
        .forEach(
            task ->
                folds[task] = foldSlot(columns[task / slots], task % slots, plans[task / slots]));
    BigInteger[] products = new BigInteger[columns.length];
    IntStream.range(0, products.length)
        .parallel()
        .forEach(
            j ->
                products[j] =
                    joinSlots(Arrays.copyOfRange(folds, j * slots, (j + 1) * slots), plans[j]));
    return products;
  }

  /**
   * For each digit of one slot: the product of {@code c^digit} over the rows in which the digit is
   * positive, then the same for the absolute values of the negative ones. Null stands for 1.
   */
  private @Nullable BigInteger[][] foldSlot(short[] column, int slot, DigitPlan plan) {
    @Nullable BigInteger[][] positive = new BigInteger[plan.digits()][plan.largest() + 1];
    @Nullable BigInteger[][] negative = new BigInteger[plan.digits()][plan.largest() + 1];
    for (int k = 0; k < ciphertexts.length; k++) {
      long row = (long) (firstCiphertext + k) * slots + slot - firstRow;
      if (row < 0 || row >= column.length) {
        continue;
      }
      int rest = column[(int) row];
      for (int digit = 0; rest != 0; digit++) {
        int value = plan.lowDigit(rest, digit);
        rest = plan.withoutLowDigit(rest, value);
        if (value != 0) {
          @Nullable BigInteger[] buckets = value > 0 ? positive[digit] : negative[digit];
          int bucket = Math.abs(value);
          buckets[bucket] = times(buckets[bucket], ciphertexts[k]);
        }
      }
    }
    @Nullable BigInteger[][] folded = new BigInteger[2][plan.digits()];
    for (int digit = 0; digit < plan.digits(); digit++) {
      folded[0][digit] = fold(positive[digit]);
      folded[1][digit] = fold(negative[digit]);
    }
    return folded;
  }

  /** The product of {@code bucket[b]^b}, by running products from the largest b down. */
  private @Nullable BigInteger fold(@Nullable BigInteger[] buckets) {
    BigInteger running = null;
    BigInteger total = null;
    for (int b = buckets.length - 1; b > 0; b--) {
      running = times(running, buckets[b]);
      total = times(total, running);
    }
    return total;
  }

  /** Horner's rule over slots, the first highest, and within a slot over digits. */
  private BigInteger joinSlots(@Nullable BigInteger[][][] folds, DigitPlan plan) {
    divideByNegatives(folds);
    int digitsBits = plan.width() * (plan.digits() - 1);
    BigInteger product = null;
    for (@Nullable BigInteger[][] slot : folds) {
      product = shift(product, slotBits - digitsBits);
      for (int digit = plan.digits() - 1; digit >= 0; digit--) {
        product = times(product, slot[0][digit]);
        product = shift(product, digit > 0 ? plan.width() : 0);
      }
    }
    return product == null ? BigInteger.ONE : product;
  }

  /** Multiplies the positive part of every slot and digit by the inverse of the negative one. */
  private void divideByNegatives(@Nullable BigInteger[][][] folds) {
    BigInteger[] inverses =
        Arrays.stream(folds)
            .flatMap(slot -> Arrays.stream(slot[1]))
            .filter(Objects::nonNull)
            .toArray(BigInteger[]::new);
    if (inverses.length == 0) {
      return;
    }
    arithmetic.invertAll(inverses);
    int next = 0;
    for (@Nullable BigInteger[][] slot : folds) {
      for (int digit = 0; digit < slot[1].length; digit++) {
        if (slot[1][digit] != null) {
          slot[0][digit] = times(slot[0][digit], inverses[next++]);
        }
      }
    }
  }

  private @Nullable BigInteger shift(@Nullable BigInteger residue, int bits) {
    return residue == null ? null : arithmetic.squareRepeatedly(residue, bits);
  }

  private @Nullable BigInteger times(@Nullable BigInteger left, @Nullable BigInteger right) {
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    return arithmetic.multiply(left, right);
  }

  /** Above every answer over this many rows: L - 2 bits for all of them. */
  private static BigInteger bound(RowPacking packing, int rows) {
    int product = packing.productBits();
    int highestSlot = packing.answerBits() - packing.slotBits();
    return BigInteger.valueOf(rows).shiftLeft(product + highestSlot + 1);
  }

  private static void check(
      PaillierPublicKey key,
      RowPacking packing,
      CiphertextBlock rowCiphertexts,
      int firstRow,
      int rows,
      short[][] columns) {
    if (key.keyBits() != packing.keyBits()) {
      throw new IllegalArgumentException(
          "Invalid key of " + key.keyBits() + " bits: must be " + packing.keyBits());
    }
    if (rowCiphertexts.size() != packing.ciphertexts()) {
      throw new IllegalArgumentException(
          "Invalid number of row ciphertexts "
              + rowCiphertexts.size()
              + ": must be "
              + packing.ciphertexts());
    }
    if (firstRow < 0 || rows < 0 || (long) firstRow + rows > packing.rows()) {
      throw new IllegalArgumentException(
          "Invalid partition of "
              + rows
              + " rows from "
              + firstRow
              + ": must lie in 0 to "
              + packing.rows());
    }
    int largest = 1 << (packing.columnBits() - 1);
    for (int j = 0; j < columns.length; j++) {
      if (columns[j].length != rows) {
        throw new IllegalArgumentException(
            "Invalid column " + j + " of " + columns[j].length + " rows: must be " + rows);
      }
      for (short value : columns[j]) {
        if (Math.abs(value) > largest) {
          throw new EncodingException(
              "A value of column " + j + " does not fit: must be at most " + largest);
        }
      }
    }
  }
}
