// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.heddle.crypto.kernel.Modulus;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every product against BigInteger, and the number of multiplications against the formula. */
class HistogramTest {
  private static final BigInteger N =
      BigInteger.TWO
          .pow(127)
          .subtract(BigInteger.ONE)
          .multiply(new BigInteger("2").pow(129).add(BigInteger.ONE));
  private static final Modulus MODULUS = Modulus.of(N);

  private final Random random = new Random(31);

  private BigInteger[] ciphertexts(int rows) {
    BigInteger[] numbers = new BigInteger[rows];
    for (int i = 0; i < rows; i++) {
      do {
        numbers[i] = new BigInteger(N.bitLength() - 1, random);
      } while (!numbers[i].gcd(N).equals(BigInteger.ONE));
    }
    return numbers;
  }

  private byte[] uniform(int rows, int bins) {
    byte[] column = new byte[rows];
    for (int i = 0; i < rows; i++) {
      column[i] = (byte) random.nextInt(bins);
    }
    return column;
  }

  private static byte[] constant(int rows, int bin) {
    byte[] column = new byte[rows];
    Arrays.fill(column, (byte) bin);
    return column;
  }

  private static byte[] counting(int rows, int bins) {
    byte[] column = new byte[rows];
    for (int i = 0; i < rows; i++) {
      column[i] = (byte) (i % bins);
    }
    return column;
  }

  /** One bin with nearly all rows. */
  private byte[] skewed(int rows, int bins, int bin, int exceptions) {
    byte[] column = constant(rows, bin);
    for (int k = 0; k < exceptions && rows > 0; k++) {
      column[random.nextInt(rows)] = (byte) random.nextInt(bins);
    }
    return column;
  }

  private static BigInteger[] expected(
      BigInteger[] ciphertexts, byte[][] bins, int[] sizes, int[] rows) {
    BigInteger[] products = new BigInteger[Arrays.stream(sizes).sum()];
    Arrays.fill(products, BigInteger.ONE);
    int start = 0;
    for (int j = 0; j < sizes.length; j++) {
      for (int i : rows) {
        int at = start + (bins[j][i] & 0xff);
        products[at] = products[at].multiply(ciphertexts[i]).mod(N);
      }
      start += sizes[j];
    }
    return products;
  }

  private Histogram check(byte[][] bins, int[] sizes, int[] rows) {
    BigInteger[] numbers = ciphertexts(bins[0].length);
    Histogram plan = Histogram.plan(bins, sizes, rows);
    BlockArithmetic arithmetic = new BlockArithmetic(MODULUS);
    BigInteger[] products = MODULUS.toIntegers(plan.compute(arithmetic, MODULUS.residues(numbers)));
    assertThat(products).isEqualTo(expected(numbers, bins, sizes, rows));
    assertThat(arithmetic.multiplications()).isEqualTo(plan.multiplications());
    assertThat(arithmetic.inversions()).isEqualTo(plan.divided() > 0 ? 1 : 0);
    return plan;
  }

  private Histogram check(byte[][] bins, int[] sizes) {
    return check(bins, sizes, IntStream.range(0, bins[0].length).toArray());
  }

  private static long tuples(byte[][] bins, int... columns) {
    Set<List<Byte>> tuples = new HashSet<>();
    for (int i = 0; i < bins[0].length; i++) {
      int row = i;
      tuples.add(Arrays.stream(columns).mapToObj(j -> bins[j][row]).toList());
    }
    return tuples.size();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 17, 400, 5000})
  void compute_anyBins_isTheProductOfEachBinsRows(int rows) {
    byte[][] bins = {
      uniform(rows, 32),
      uniform(rows, 2),
      uniform(rows, 255),
      constant(rows, 254),
      constant(rows, 0),
      counting(rows, 255),
      uniform(rows, 7),
      skewed(rows, 16, 3, rows / 50),
      uniform(rows, 32),
      skewed(rows, 255, 200, rows / 30),
      counting(rows, 2),
      uniform(rows, 16)
    };
    int[] sizes = {32, 2, 255, 255, 1, 255, 9, 16, 40, 255, 2, 16};
    check(bins, sizes);
  }

  /** Every column for itself, over enough rows for them to be taken a tile at a time. */
  @ParameterizedTest
  @CsvSource({"9000, 12", "9000, 2", "9001, 255", "700, 2"})
  void compute_withoutGroups_isTheSame(int rows, int size) {
    byte[][] bins = new byte[6][];
    int[] sizes = new int[6];
    for (int j = 0; j < 6; j++) {
      bins[j] = j == 3 ? constant(rows, 1) : j == 4 ? counting(rows, size) : uniform(rows, size);
      sizes[j] = size;
    }
    BigInteger[] numbers = ciphertexts(rows);
    Histogram plain = new HistogramPlanner(bins, sizes, null).plan(false);
    BlockArithmetic arithmetic = new BlockArithmetic(MODULUS);
    BigInteger[] products =
        MODULUS.toIntegers(plain.compute(arithmetic, MODULUS.residues(numbers)));
    assertThat(products)
        .isEqualTo(expected(numbers, bins, sizes, IntStream.range(0, rows).toArray()));
    assertThat(arithmetic.multiplications()).isEqualTo(plain.multiplications());
  }

  @Test
  void compute_rowsChosen_leavesTheOthersOut() {
    int rows = 3000;
    byte[][] bins = {
      uniform(rows, 12), uniform(rows, 5), counting(rows, 255), skewed(rows, 30, 29, 60)
    };
    int[] sizes = {12, 5, 255, 30};
    int[] chosen = IntStream.range(0, rows).filter(i -> random.nextInt(3) == 0).toArray();
    check(bins, sizes, chosen);
    check(bins, sizes, new int[] {2999});
    check(bins, sizes, new int[0]);
  }

  @Test
  void compute_noColumns_isEmpty() {
    Histogram plan = Histogram.plan(new byte[0][], new int[0]);
    assertThat(plan.compute(MODULUS, MODULUS.residues()).size()).isZero();
  }

  /** n + M - B - B' for a pair with M different pairs of bins. */
  @Test
  void plan_pairsOfThirtyTwo_costsRowsAndPairsOnce() {
    int rows = 30_000;
    byte[][] bins = {uniform(rows, 32), uniform(rows, 32), uniform(rows, 32), uniform(rows, 32)};
    Histogram plan = Histogram.plan(bins, new int[] {32, 32, 32, 32});
    assertThat(plan.groups()).hasSize(2).allMatch(group -> group.size() == 2);
    assertThat(plan.multiplications())
        .isEqualTo(
            plan.groups().stream()
                .mapToLong(pair -> rows + tuples(bins, pair.get(0), pair.get(1)) - 64)
                .sum());
  }

  @Test
  void plan_triplesOfSixteen_sharePartialProducts() {
    int rows = 60_000;
    byte[][] bins = {uniform(rows, 14), uniform(rows, 15), uniform(rows, 16)};
    Histogram plan = check(bins, new int[] {14, 15, 16});
    assertThat(plan.groups()).containsExactly(List.of(2, 0, 1));
    long whole = tuples(bins, 0, 1, 2);
    long pair = tuples(bins, 0, 1);
    assertThat(plan.multiplications())
        .isEqualTo(rows - whole + (whole - 16) + (whole - pair) + (pair - 14) + (pair - 15));
    Histogram plain = new HistogramPlanner(bins, new int[] {14, 15, 16}, null).plan(false);
    assertThat(plain.multiplications()).isEqualTo(3L * rows - 45);
    assertThat((double) plain.multiplications() / plan.multiplications()).isGreaterThan(2.7);
  }

  @Test
  void plan_manyBinsAndFewRows_groupsNothing() {
    int rows = 2000;
    byte[][] bins = {uniform(rows, 255), uniform(rows, 255), uniform(rows, 255)};
    Histogram plan = check(bins, new int[] {255, 255, 255});
    assertThat(plan.groups()).hasSize(3);
    assertThat(plan.divided()).isZero();
    assertThat(plan.multiplications())
        .isEqualTo(3L * rows - tuples(bins, 0) - tuples(bins, 1) - tuples(bins, 2));
  }

  @Test
  void plan_wideAndNarrowColumns_groupsTheNarrowOnes() {
    int rows = 1500;
    byte[][] bins = new byte[10][];
    int[] sizes = new int[10];
    for (int j = 0; j < 10; j++) {
      sizes[j] = j < 2 ? 255 : 2;
      bins[j] = uniform(rows, sizes[j]);
    }
    Histogram plan = check(bins, sizes);
    assertThat(plan.groups()).hasSizeBetween(2, 3);
    assertThat(plan.multiplications()).isLessThan(4L * rows);
  }

  /** The rows outside the largest bin once, the total from another column, and the division. */
  @Test
  void plan_columnsWithOneLargeBin_dividesTheTotal() {
    int rows = 20_000;
    byte[][] bins = new byte[5][];
    int[] sizes = new int[5];
    for (int j = 0; j < 5; j++) {
      sizes[j] = 255;
      bins[j] = j == 0 ? uniform(rows, 255) : skewed(rows, 255, 7 + j, rows / 10);
    }
    Histogram plan = check(bins, sizes);
    assertThat(plan.divided()).isEqualTo(4);
    long others = 0;
    for (int j = 1; j < 5; j++) {
      int bin = 7 + j;
      byte[] column = bins[j];
      others += IntStream.range(0, rows).filter(i -> column[i] != bin).count();
    }
    // One for the others' product less, one for the total more; three for each inverse but one.
    assertThat(plan.multiplications()).isEqualTo(rows - 255 + 254 + others - 4 + 4 + 3 * 3 + 0L);
  }

  @Test
  void plan_onlyColumnsWithOneLargeBin_keepsOneForTheTotal() {
    int rows = 20_000;
    byte[][] bins = new byte[4][];
    int[] sizes = new int[4];
    for (int j = 0; j < 4; j++) {
      sizes[j] = 255;
      bins[j] = skewed(rows, 255, j, rows / 10);
    }
    Histogram plan = check(bins, sizes);
    assertThat(plan.divided()).isEqualTo(3);
    assertThat(plan.multiplications()).isLessThan(2L * rows);
  }

  @Test
  void compute_anyNumberOfThreads_givesTheSameProducts() throws Exception {
    int rows = 9000;
    byte[][] bins = {uniform(rows, 2), uniform(rows, 3), skewed(rows, 255, 0, 100)};
    int[] sizes = {2, 3, 255};
    BigInteger[] numbers = ciphertexts(rows);
    Histogram plan = Histogram.plan(bins, sizes);
    for (int threads : new int[] {1, 3}) {
      ForkJoinPool pool = new ForkJoinPool(threads);
      try {
        BigInteger[] products =
            pool.submit(() -> MODULUS.toIntegers(plan.compute(MODULUS, MODULUS.residues(numbers))))
                .get();
        assertThat(products)
            .isEqualTo(expected(numbers, bins, sizes, IntStream.range(0, rows).toArray()));
      } finally {
        pool.shutdown();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 5, Invalid number of bins 0 of column 1: must be 1 to 256",
    "257, 5, Invalid number of bins 257 of column 1: must be 1 to 256",
    "3, 5, Invalid bin 3 in column 1: must be below 3",
    "4, 4, Invalid column 1 of 4 rows: must be 5"
  })
  void plan_wrongColumn_namesIt(int size, int rows, String message) {
    byte[][] bins = {new byte[5], counting(rows, 4)};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Histogram.plan(bins, new int[] {1, size}))
        .withMessage(message);
  }

  @Test
  void planAndCompute_wrongSizes_areRefused() {
    byte[][] bins = {new byte[5]};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Histogram.plan(bins, new int[] {1, 2}))
        .withMessage("Invalid number of sizes 2: must be 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Histogram.plan(bins, new int[] {1}, new int[] {5}))
        .withMessage("Invalid row 5: must be 0 to 4");
    Histogram plan = Histogram.plan(bins, new int[] {1});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan.compute(MODULUS, MODULUS.ones(4)))
        .withMessage("Invalid number of ciphertexts 4: must be 5");
  }
}
