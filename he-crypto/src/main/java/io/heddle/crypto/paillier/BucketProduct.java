// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.bucket.BlockArithmetic;
import io.heddle.crypto.bucket.BucketTree;
import io.heddle.crypto.encoding.RowPacking;
import io.heddle.crypto.kernel.Residues;
import io.heddle.crypto.paillier.SlotBuckets.Chain;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Multiplies columns of small whole numbers with encrypted, packed residuals: the sum of x times d
 * over the rows, without a power per cell.
 *
 * <p>Values are cut into signed digits. For each slot, digit and sign, ciphertexts whose rows have
 * the same digit are multiplied into one bucket, those with equal values first where that is
 * cheaper; running products fold the buckets with their digits as exponents; one inversion for all
 * of them turns the negative ones; Horner's rule joins digits and slots. At most one modular
 * multiplication per non-zero digit, and the folds. (Bucket method of Pippenger, 1976, and Yao,
 * 1976, for products of powers.)
 *
 * <p>Reads nothing secret: it runs wherever the column is.
 */
public final class BucketProduct {
  /** Values that are worked on at a time; their buckets take several times the memory. */
  private static final int MOST_VALUES = 4 << 20;

  private final BlockArithmetic arithmetic;
  private final int slots;
  private final int slotBits;
  private final int firstRow;
  private final int firstCiphertext;
  private final Residues ciphertexts;

  /**
   * The parts of the pass that hold this partition's rows.
   *
   * @param ciphertexts {@link #ciphertextsOf} these rows
   */
  BucketProduct(
      BlockArithmetic arithmetic, RowPacking packing, Residues ciphertexts, int firstRow) {
    this.arithmetic = arithmetic;
    this.slots = packing.rowsPerPlaintext();
    this.slotBits = packing.slotBits();
    this.firstRow = firstRow;
    this.firstCiphertext = packing.plaintextOf(firstRow);
    this.ciphertexts = ciphertexts;
  }

  /** The ciphertexts that hold these rows. */
  static CiphertextBlock ciphertextsOf(
      RowPacking packing, CiphertextBlock rowCiphertexts, int firstRow, int rows) {
    int from = packing.plaintextOf(firstRow);
    return rowCiphertexts.slice(from, from + ciphertexts(packing, firstRow, rows));
  }

  private static int ciphertexts(RowPacking packing, int firstRow, int rows) {
    return rows == 0
        ? 0
        : packing.plaintextOf(firstRow + rows - 1) + 1 - packing.plaintextOf(firstRow);
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
    requireCiphertexts(rowCiphertexts, packing.ciphertexts());
    requireRows(packing, firstRow, rows);
    return computeOf(
        key,
        packing,
        ciphertextsOf(packing, rowCiphertexts, firstRow, rows),
        firstRow,
        rows,
        columns);
  }

  /**
   * The same where only the ciphertexts that hold this partition's rows are at hand.
   *
   * @param ciphertexts from that of row {@code firstRow} to that of row {@code firstRow + rows - 1}
   */
  public static CiphertextBlock computeOf(
      PaillierPublicKey key,
      RowPacking packing,
      CiphertextBlock ciphertexts,
      int firstRow,
      int rows,
      short[][] columns) {
    check(key, packing, firstRow, rows, columns);
    requireCiphertexts(ciphertexts, ciphertexts(packing, firstRow, rows));
    Residues products =
        new BucketProduct(
                new BlockArithmetic(key.arithmetic()),
                packing,
                key.space().residues(ciphertexts),
                firstRow)
            .multiply(columns);
    return key.space().block(products, bound(packing, rows));
  }

  /** The products for all columns. */
  Residues multiply(short[][] columns) {
    List<Residues> products = new ArrayList<>();
    int rows = columns.length == 0 ? 0 : columns[0].length;
    // Columns share lanes, so their number is a multiple of every number of lanes.
    int most = Math.max(8, MOST_VALUES / Math.max(1, rows) / 8 * 8);
    for (int from = 0; from < columns.length; from += most) {
      products.add(
          multiplyTogether(
              Arrays.copyOfRange(columns, from, Math.min(columns.length, from + most))));
    }
    return arithmetic.modulus().concat(products);
  }

  private Residues multiplyTogether(short[][] columns) {
    DigitChoice[] choices = new DigitChoice[columns.length];
    IntStream.range(0, columns.length)
        .parallel()
        .forEach(
            j ->
                choices[j] =
                    DigitChoice.cheapest(columns[j], slots, slot -> slotValues(columns[j], slot)));
    SlotBuckets[] buckets = new SlotBuckets[columns.length * slots];
    IntStream.range(0, buckets.length)
        .parallel()
        .forEach(
            i ->
                buckets[i] = choices[i / slots].buckets(slotValues(columns[i / slots], i % slots)));
    List<BucketTree> trees = new ArrayList<>();
    List<Chain> chains = new ArrayList<>();
    int[] firstPair = new int[columns.length + 1];
    int results = 0;
    for (int i = 0; i < buckets.length; i++) {
      DigitPlan plan = choices[i / slots].plan();
      trees.addAll(buckets[i].trees(results));
      for (int digit = 0; digit < plan.digits(); digit++) {
        chains.add(buckets[i].chain(digit, false, results));
        chains.add(buckets[i].chain(digit, true, results));
      }
      results = Math.addExact(results, buckets[i].size());
      firstPair[i / slots + 1] = chains.size() / 2;
    }
    Residues products = BucketTree.compute(arithmetic, ciphertexts, trees, results);
    Residues folds = new Fold(arithmetic, products).ofPairs(chains);
    DigitPlan[] plans = Arrays.stream(choices).map(DigitChoice::plan).toArray(DigitPlan[]::new);
    return joinSlots(folds, chains, plans, firstPair);
  }

  /** The column's values by ciphertext, 0 where a slot holds none of this partition's rows. */
  private int[] slotValues(short[] column, int slot) {
    int[] values = new int[ciphertexts.size()];
    for (int k = 0; k < values.length; k++) {
      long row = (long) (firstCiphertext + k) * slots + slot - firstRow;
      values[k] = row >= 0 && row < column.length ? column[(int) row] : 0;
    }
    return values;
  }

  /** Horner's rule for all columns, those with the same digits side by side. */
  private Residues joinSlots(
      Residues folds, List<Chain> chains, DigitPlan[] plans, int[] firstPair) {
    Map<DigitPlan, List<Integer>> alike =
        IntStream.range(0, plans.length)
            .boxed()
            .collect(Collectors.groupingBy(j -> plans[j], LinkedHashMap::new, Collectors.toList()));
    int[] order = new int[plans.length];
    int done = 0;
    List<Residues> joined = new ArrayList<>();
    for (Map.Entry<DigitPlan, List<Integer>> entry : alike.entrySet()) {
      int[] first = entry.getValue().stream().mapToInt(j -> firstPair[j]).toArray();
      joined.add(
          arithmetic.inLanes(
              first.length,
              (from, to) ->
                  horner(folds, chains, entry.getKey(), Arrays.copyOfRange(first, from, to))));
      for (int j : entry.getValue()) {
        order[j] = done++;
      }
    }
    return arithmetic.modulus().gather(arithmetic.modulus().concat(joined), order);
  }

  /**
   * Horner's rule over slots, the first highest, and within a slot over digits.
   *
   * @param first for each column the place of its first slot's lowest digit
   */
  private Residues horner(Residues folds, List<Chain> chains, DigitPlan plan, int[] first) {
    int digitsBits = plan.width() * (plan.digits() - 1);
    Residues product = arithmetic.modulus().ones(first.length);
    boolean started = false;
    for (int slot = 0; slot < slots && plan.digits() > 0; slot++) {
      if (started) {
        product = arithmetic.square(product, slotBits - digitsBits);
      }
      for (int digit = plan.digits() - 1; digit >= 0; digit--) {
        int offset = slot * plan.digits() + digit;
        int[] at = Arrays.stream(first).map(pair -> pair + offset).toArray();
        boolean all = Arrays.stream(at).allMatch(pair -> isOne(chains, pair));
        if (!all) {
          Residues next = arithmetic.modulus().gather(folds, at);
          product = started ? arithmetic.multiply(product, next) : next;
          started = true;
        }
        if (started && digit > 0) {
          product = arithmetic.square(product, plan.width());
        }
      }
    }
    return product;
  }

  private static boolean isOne(List<Chain> chains, int pair) {
    return chains.get(2 * pair).length() == 0 && chains.get(2 * pair + 1).length() == 0;
  }

  /** Above every answer over this many rows: L - 2 bits for all of them. */
  private static BigInteger bound(RowPacking packing, int rows) {
    int product = packing.productBits();
    int highestSlot = packing.answerBits() - packing.slotBits();
    return BigInteger.valueOf(rows).shiftLeft(product + highestSlot + 1);
  }

  private static void requireCiphertexts(CiphertextBlock ciphertexts, int expected) {
    if (ciphertexts.size() != expected) {
      throw new IllegalArgumentException(
          "Invalid number of row ciphertexts " + ciphertexts.size() + ": must be " + expected);
    }
  }

  private static void requireRows(RowPacking packing, int firstRow, int rows) {
    if (firstRow < 0 || rows < 0 || (long) firstRow + rows > packing.rows()) {
      throw new IllegalArgumentException(
          "Invalid partition of "
              + rows
              + " rows from "
              + firstRow
              + ": must lie in 0 to "
              + packing.rows());
    }
  }

  private static void check(
      PaillierPublicKey key, RowPacking packing, int firstRow, int rows, short[][] columns) {
    if (key.keyBits() != packing.keyBits()) {
      throw new IllegalArgumentException(
          "Invalid key of " + key.keyBits() + " bits: must be " + packing.keyBits());
    }
    requireRows(packing, firstRow, rows);
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
