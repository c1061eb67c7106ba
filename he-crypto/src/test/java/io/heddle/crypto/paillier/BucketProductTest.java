// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.TestKeys.KEY;
import static io.heddle.crypto.paillier.TestKeys.N_SQUARED;
import static io.heddle.crypto.paillier.TestKeys.OTHER;
import static io.heddle.crypto.paillier.TestKeys.PUBLIC;
import static io.heddle.crypto.paillier.TestKeys.randomness;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.bucket.BlockArithmetic;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.encoding.RowPacking;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BucketProductTest {
  private static final int MOST = 1 << 20;
  private static final short LARGEST = 1 << 11;

  private static RowPacking packing(int rows) {
    return new RowPacking(2048, 20, 12, rows);
  }

  private static CiphertextBlock encrypt(RowPacking packing, long[] residuals) {
    PlaintextBlock packed = packing.pack(PUBLIC, residuals, 0, packing.rows());
    return KEY.encrypt(packed, randomness("rows"));
  }

  private static CiphertextBlock compute(
      RowPacking packing, CiphertextBlock rows, short[]... columns) {
    return BucketProduct.compute(PUBLIC, packing, rows, 0, packing.rows(), columns);
  }

  /** The middle slots of unmasked answers, lower slots' borrow undone. */
  private static long[] open(RowPacking packing, CiphertextBlock answers) {
    PlaintextBlock decrypted = KEY.decrypt(answers);
    int below = packing.slotBits() * (packing.rowsPerPlaintext() - 1);
    long[] sums = new long[decrypted.size()];
    for (int i = 0; i < sums.length; i++) {
      BigInteger rounded = TestKeys.signed(decrypted.get(i));
      if (below > 0) {
        rounded = rounded.add(BigInteger.ONE.shiftLeft(below - 1)).shiftRight(below);
      }
      int unused = Long.SIZE - packing.slotBits();
      long quadruple = rounded.longValue() << unused >> unused;
      assertThat(quadruple % 4).isZero();
      sums[i] = quadruple / 4;
    }
    return sums;
  }

  private static long[] plain(long[] residuals, short[]... columns) {
    long[] sums = new long[columns.length];
    for (int j = 0; j < columns.length; j++) {
      for (int i = 0; i < residuals.length; i++) {
        sums[j] += columns[j][i] * residuals[i];
      }
    }
    return sums;
  }

  private static short[] filled(int rows, int value) {
    short[] column = new short[rows];
    Arrays.fill(column, (short) value);
    return column;
  }

  private static short[] random(int rows, long seed) {
    Random random = new Random(seed);
    short[] column = new short[rows];
    for (int i = 0; i < rows; i++) {
      column[i] = (short) random.nextInt(-LARGEST, LARGEST + 1);
    }
    return column;
  }

  private static long[] residuals(int rows) {
    return new Random(rows).longs(rows, -MOST, MOST + 1).toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 22, 23, 24, 500})
  void compute_anyColumns_isThePlainSum(int rows) {
    long[] residuals = residuals(rows);
    short[] sparse = new short[rows];
    sparse[rows / 2] = -1;
    short[] oneHot = filled(rows, 0);
    for (int i = 0; i < rows; i += 3) {
      oneHot[i] = LARGEST;
    }
    short[][] columns = {
      random(rows, 1),
      random(rows, 2),
      sparse,
      oneHot,
      filled(rows, LARGEST),
      filled(rows, -LARGEST),
      filled(rows, 1),
      filled(rows, 0)
    };
    RowPacking packing = packing(rows);
    CiphertextBlock answers = compute(packing, encrypt(packing, residuals), columns);
    assertThat(open(packing, answers)).isEqualTo(plain(residuals, columns));
    assertThat(TestKeys.residue(answers, 7)).isEqualTo(BigInteger.ONE);
  }

  /** All values at their bounds, for row counts at and beside every power of two up to 1,024. */
  @Test
  void compute_everythingAtTheMaximum_neverOverflows() {
    for (int power = 1; power <= 1024; power *= 2) {
      for (int rows : new int[] {power, power + 1}) {
        RowPacking packing = packing(rows);
        for (long residual : new long[] {MOST, -MOST}) {
          long[] residuals = new long[rows];
          Arrays.fill(residuals, residual);
          CiphertextBlock encrypted = encrypt(packing, residuals);
          short[][] columns = {filled(rows, LARGEST), filled(rows, -LARGEST)};
          CiphertextBlock answers = compute(packing, encrypted, columns);
          assertThat(masked(packing, answers)).isEqualTo(plain(residuals, columns));
        }
      }
    }
  }

  /** What the feature holder gets over the whole way. */
  private static long[] masked(RowPacking packing, CiphertextBlock answers) {
    PlaintextBlock masks = packing.masks(PUBLIC, answers.size(), randomness("masks"));
    CiphertextBlock sent = PUBLIC.addMasks(answers, masks, randomness("answers"));
    CiphertextBlock received = CiphertextBlock.fromBytes(PUBLIC, sent.toBytes(), answers.size());
    return packing.unmask(packing.middleSlots(KEY.decrypt(received)), masks);
  }

  @Test
  void compute_powerOfTwoRowsOverOneCiphertext_staysWithinTheSlot() {
    int rows = 1 << 14;
    RowPacking packing = packing(rows);
    int slots = packing.rowsPerPlaintext();
    long[] residuals = new long[rows];
    Arrays.fill(residuals, MOST);
    CiphertextBlock one = KEY.encrypt(packing.pack(PUBLIC, residuals, 0, slots), randomness("one"));
    List<CiphertextBlock> blocks = new ArrayList<>();
    for (int k = 0; k < packing.ciphertexts(); k++) {
      blocks.add(one);
    }
    short[] column = filled(rows, -LARGEST);
    CiphertextBlock answer = compute(packing, CiphertextBlock.concat(blocks), column);
    assertThat(masked(packing, answer)).containsExactly((long) rows * MOST * -LARGEST);
    assertThat(answer.bound().bitLength()).isLessThanOrEqualTo(packing.answerBits() - 1);
  }

  @Test
  void compute_anyCut_addsUpToTheWhole() {
    int rows = 150;
    RowPacking packing = packing(rows);
    int slots = packing.rowsPerPlaintext();
    long[] residuals = residuals(rows);
    CiphertextBlock encrypted = encrypt(packing, residuals);
    short[] column = random(rows, 3);
    int[][] cuts = {
      {0, rows},
      {0, 1, rows},
      {0, slots, 2 * slots, rows},
      {0, slots - 1, slots + 1, 2 * slots + 7, rows - 1, rows},
      {0, 0, 5, 5, 6, 7, rows, rows}
    };
    for (int[] cut : cuts) {
      List<CiphertextBlock> parts = new ArrayList<>();
      for (int k = 0; k + 1 < cut.length; k++) {
        short[][] part = {Arrays.copyOfRange(column, cut[k], cut[k + 1])};
        parts.add(
            BucketProduct.compute(PUBLIC, packing, encrypted, cut[k], cut[k + 1] - cut[k], part));
        CiphertextBlock ofThese =
            cut[k] == cut[k + 1]
                ? encrypted.slice(0, 0)
                : encrypted.slice(cut[k] / slots, (cut[k + 1] - 1) / slots + 1);
        CiphertextBlock same =
            BucketProduct.computeOf(PUBLIC, packing, ofThese, cut[k], cut[k + 1] - cut[k], part);
        assertThat(same.toBytes()).isEqualTo(parts.get(k).toBytes());
      }
      assertThat(masked(packing, PUBLIC.sum(parts))).isEqualTo(plain(residuals, column));
    }
  }

  /** The same group element as a power per ciphertext, from which nothing of the method is used. */
  @Test
  void compute_columns_isTheProductOfPowers() {
    int rows = 60;
    RowPacking packing = packing(rows);
    CiphertextBlock encrypted = encrypt(packing, residuals(rows));
    short[][] columns = {random(rows, 4), filled(rows, -LARGEST)};
    CiphertextBlock answers = compute(packing, encrypted, columns);
    int slots = packing.rowsPerPlaintext();
    for (int j = 0; j < columns.length; j++) {
      BigInteger product = BigInteger.ONE;
      for (int k = 0; k < encrypted.size(); k++) {
        BigInteger exponent = BigInteger.ZERO;
        for (int t = 0; t < slots && k * slots + t < rows; t++) {
          BigInteger power = BigInteger.TWO.pow(packing.slotBits() * (slots - 1 - t));
          exponent = exponent.add(BigInteger.valueOf(columns[j][k * slots + t]).multiply(power));
        }
        product =
            product
                .multiply(TestKeys.residue(encrypted, k).modPow(exponent, N_SQUARED))
                .mod(N_SQUARED);
      }
      assertThat(TestKeys.residue(answers, j)).isEqualTo(product);
    }
  }

  @Test
  void compute_noColumnsOrNoRows_isEmptyOrOne() {
    RowPacking packing = packing(5);
    CiphertextBlock encrypted = encrypt(packing, residuals(5));
    assertThat(compute(packing, encrypted).size()).isZero();
    CiphertextBlock none = BucketProduct.compute(PUBLIC, packing, encrypted, 5, 0, new short[2][0]);
    assertThat(TestKeys.residues(none)).containsExactly(BigInteger.ONE, BigInteger.ONE);
    assertThat(none.bound()).isZero();
  }

  /** The cost that the kernel design states: digits * (n + 4 T 2^w), its own w, plus 10 %. */
  @ParameterizedTest
  @CsvSource({"3000, 7", "12000, 5"})
  void compute_randomColumn_needsNoMoreMultiplicationsThanStated(int rows, long seed) {
    RowPacking packing = packing(rows);
    int slots = packing.rowsPerPlaintext();
    Modulus modulus = Modulus.of(N_SQUARED);
    BlockArithmetic counting = new BlockArithmetic(modulus);
    CiphertextBlock one = encrypt(packing(1), new long[] {1});
    List<CiphertextBlock> blocks = new ArrayList<>();
    for (int k = 0; k < packing.ciphertexts(); k++) {
      blocks.add(one);
    }
    short[] column = random(rows, seed);
    Residues ciphertexts = modulus.residues(TestKeys.residues(CiphertextBlock.concat(blocks)));
    new BucketProduct(counting, packing, ciphertexts, 0).multiply(new short[][] {column});
    long stated = Long.MAX_VALUE;
    for (int width = 1; width <= 12; width++) {
      int digits = (12 + width - 1) / width;
      stated = Math.min(stated, digits * (rows + 4L * slots * (1L << width)));
    }
    assertThat(counting.multiplications() + counting.squarings())
        .isBetween((long) rows, stated * 11 / 10);
  }

  @ParameterizedTest
  @ValueSource(shorts = {LARGEST + 1, -LARGEST - 1, Short.MAX_VALUE, Short.MIN_VALUE})
  void compute_valueTooLarge_namesTheColumnOnly(short value) {
    RowPacking packing = packing(5);
    CiphertextBlock encrypted = encrypt(packing, residuals(5));
    short[] column = {0, 0, value, 0, 0};
    assertThatThrownBy(() -> compute(packing, encrypted, filled(5, 1), column))
        .isInstanceOf(EncodingException.class)
        .hasMessage("A value of column 1 does not fit: must be at most 2048");
  }

  @Test
  void compute_sixteenBitColumns_takesTheWholeRangeOfShort() {
    RowPacking packing = new RowPacking(2048, 20, 16, 3);
    CiphertextBlock encrypted = encrypt(packing, new long[] {MOST, -MOST, 5});
    short[] column = {Short.MIN_VALUE, Short.MAX_VALUE, Short.MIN_VALUE};
    assertThat(open(packing, compute(packing, encrypted, column)))
        .containsExactly(-32768L * MOST - 32767L * MOST - 32768L * 5);
  }

  @ParameterizedTest
  @CsvSource({"-1, 2", "0, -1", "4, 2", "2147483647, 5"})
  void compute_partitionOutside_isRefused(int firstRow, int rows) {
    RowPacking packing = packing(5);
    CiphertextBlock encrypted = encrypt(packing, residuals(5));
    short[][] columns = {new short[Math.max(rows, 0)]};
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> BucketProduct.compute(PUBLIC, packing, encrypted, firstRow, rows, columns))
        .withMessageStartingWith("Invalid partition");
  }

  @Test
  void compute_argumentsThatDoNotBelongTogether_areRefused() {
    RowPacking packing = packing(5);
    CiphertextBlock encrypted = encrypt(packing, residuals(5));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compute(packing, encrypted, new short[4]))
        .withMessage("Invalid column 0 of 4 rows: must be 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compute(packing(500), encrypted, new short[500]))
        .withMessageStartingWith("Invalid number of row ciphertexts 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compute(new RowPacking(3072, 20, 12, 5), encrypted, new short[5]))
        .withMessage("Invalid key of 2048 bits: must be 3072");
    assertThatThrownBy(
            () -> BucketProduct.compute(OTHER, packing, encrypted, 0, 5, new short[1][5]))
        .isInstanceOf(KeyMismatchException.class);
  }
}
