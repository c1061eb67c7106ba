// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.ProtocolException;
import io.heddle.table.LocalAlignedRows;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that share plaintexts, against BigInteger. */
class RowSlotsTest {
  private static final long UNIT = 1L << Gradients.BITS;

  /** A draw of zeros: the smallest mask. */
  private static final Randomness ZEROS = (index, into) -> Arrays.fill(into, (byte) 0);

  /** The largest mask: of the first forty bits the last is not set, or it would be drawn again. */
  private static final Randomness LARGEST =
      (index, into) -> {
        Arrays.fill(into, (byte) 0xff);
        into[4] = (byte) 0xfe;
      };

  private static RowSlots slots(int plaintextBits, int rows, int outputs, int rowsPerPlaintext) {
    return new RowSlots(
        GradientPacking.of(plaintextBits, rows, outputs), plaintextBits, rowsPerPlaintext);
  }

  /** The most that an own formula allows: 2T - 1 places, and three bits above them. */
  private static int most(int plaintextBits, int rows, int outputs) {
    int slot = GradientPacking.of(plaintextBits, rows, outputs).candidateBits() + 40;
    int most = 1;
    while ((2 * most + 1) * slot + 3 <= plaintextBits) {
      most++;
    }
    return most;
  }

  /** What comes together of sums that are as large as they can be, in all places alike. */
  private static BigInteger full(RowSlots slots, BigInteger middle) {
    BigInteger all = BigInteger.ZERO;
    for (int place = 0; place < 2 * slots.rowsPerPlaintext() - 1; place++) {
      BigInteger sum = place == slots.rowsPerPlaintext() - 1 ? middle : slots.packing().bound();
      all = all.add(sum.shiftLeft(place * slots.slotBits()));
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 1 << 10, (1 << 17) - 1, 1 << 17, 1 << 20, Integer.MAX_VALUE})
  void sums_ofAllRowsAtTheLargestValues_comeBackUnderTheSmallestAndTheLargestMask(int rows) {
    for (int outputs : new int[] {1, 3}) {
      // Paillier of three lengths, then Okamoto-Uchiyama.
      for (int bits : new int[] {2048, 3072, 4096, 512, 768, 1024}) {
        for (int count = 2; count <= most(bits, rows, outputs); count++) {
          RowSlots slots = slots(bits, rows, outputs, count);
          BigInteger middle = slots.packing().bound(rows);
          for (Randomness randomness : List.of(ZEROS, LARGEST)) {
            BigInteger masked =
                full(slots, middle).add(slots.added(new int[] {0}, randomness).get(0));
            assertThat(masked.bitLength()).isLessThanOrEqualTo(bits - 2);
            Sums sums = slots.unpack(PlaintextBlock.of(0, List.of(masked)), new int[] {rows});
            assertThat(sums.g()).hasSize(outputs).containsOnly(rows * UNIT);
            assertThat(sums.h()).hasSize(outputs).containsOnly(rows * UNIT);
            // All rows on the right: only their shifts are left.
            BigInteger none =
                full(slots, BigInteger.ZERO).add(slots.added(new int[] {rows}, randomness).get(0));
            assertThat(none.bitLength()).isLessThanOrEqualTo(bits - 2);
            assertThat(slots.unpack(PlaintextBlock.of(0, List.of(none)), new int[] {rows}).g())
                .containsOnly(0);
          }
        }
      }
    }
  }

  /** What the proof rests on, in numbers: nothing carries, nothing wraps, both parts are hidden. */
  @Test
  void places_besideTheMiddle_areFortyBitsShorterThanTheirMasks() {
    for (int bits : new int[] {2048, 3072, 4096, 512, 768, 1024}) {
      for (int k = 0; k < 31; k++) {
        int count = most(bits, 1 << k, 1);
        assertThat(RowSlots.most(GradientPacking.of(bits, 1 << k, 1), bits)).isEqualTo(count);
        if (count == 1) {
          continue;
        }
        RowSlots slots = slots(bits, 1 << k, 1, count);
        int below = (count - 1) * slots.slotBits();
        int above = count * slots.slotBits();
        BigInteger garbage = full(slots, BigInteger.ZERO);
        BigInteger garbageBelow = garbage.mod(BigInteger.ONE.shiftLeft(below));
        BigInteger garbageAbove = garbage.shiftRight(above);
        BigInteger largest = slots.added(new int[] {0}, LARGEST).get(0);
        BigInteger largestBelow = largest.mod(BigInteger.ONE.shiftLeft(below));
        assertThat(largest.shiftRight(below).mod(BigInteger.ONE.shiftLeft(slots.slotBits())))
            .isZero();
        assertThat(largestBelow.add(garbageBelow)).isLessThan(BigInteger.ONE.shiftLeft(below));
        assertThat(garbageBelow.shiftLeft(40)).isLessThan(BigInteger.ONE.shiftLeft(below));
        // As many masks as one more than the largest.
        assertThat(garbageAbove.shiftLeft(40))
            .isLessThanOrEqualTo(largest.shiftRight(above).add(BigInteger.ONE));
      }
    }
  }

  @Test
  void most_rows_areAsManyAsFit() {
    assertThat(RowSlots.most(TreeTerms.builder().build(), 300_000)).isEqualTo(9);
    assertThat(RowSlots.most(TreeTerms.builder().build(), 100_000)).isEqualTo(10);
    TreeTerms.Builder okamoto = TreeTerms.builder().scheme(TreeScheme.OKAMOTO_UCHIYAMA);
    assertThat(RowSlots.most(okamoto.build(), 1_000_000)).isEqualTo(2);
    TreeTerms.Builder classes = okamoto.objective(TreeObjective.MULTI_CLASS).classes(3);
    assertThat(RowSlots.most(classes.build(), 1_000_000)).isEqualTo(1);
    TreeTerms many = TreeTerms.builder().objective(TreeObjective.MULTI_CLASS).classes(27).build();
    assertThat(RowSlots.most(many, 1_000_000)).isEqualTo(1);
    for (int wrong : new int[] {0, -1, 11}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> slots(2048, 100_000, 1, wrong))
          .withMessage("Invalid number of rows per plaintext " + wrong + ": must be 1 to 10");
    }
  }

  /** Whatever is beside the middle, what is seen of it is spread evenly. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bits_besideTheMiddle_areSpreadEvenly(boolean large) {
    RowSlots slots = slots(2048, 1000, 1, 4);
    BigInteger garbage = large ? full(slots, BigInteger.ZERO) : BigInteger.ZERO;
    int below = 3 * slots.slotBits();
    Randomness randomness = Randomness.derive(new byte[32], "mask test");
    PlaintextBlock masks = slots.added(new int[4000], randomness);
    // The first and the last four bits of both parts.
    int[][] counts = new int[4][16];
    for (int i = 0; i < masks.size(); i++) {
      BigInteger seen = garbage.add(masks.get(i));
      int[] starts = {0, below - 4, 4 * slots.slotBits(), 2048 - 3 - 4};
      for (int part = 0; part < starts.length; part++) {
        counts[part][seen.shiftRight(starts[part]).intValue() & 15]++;
      }
      assertThat(seen.shiftRight(below).mod(BigInteger.ONE.shiftLeft(slots.slotBits()))).isZero();
    }
    for (int[] part : counts) {
      double chiSquare = Arrays.stream(part).mapToDouble(c -> (c - 250.0) * (c - 250) / 250).sum();
      // Fifteen degrees of freedom: above it once in 300,000 runs.
      assertThat(chiSquare).isLessThan(53.6);
    }
  }

  @Test
  void masks_ofTheSameRandomness_areTheSameAndOthersAreOthers() {
    RowSlots slots = slots(2048, 1000, 1, 3);
    PlaintextBlock masks = slots.added(new int[3], Randomness.derive(new byte[32], "one"));
    PlaintextBlock again = slots.added(new int[5], Randomness.derive(new byte[32], "one"));
    PlaintextBlock others = slots.added(new int[3], Randomness.derive(new byte[32], "other"));
    for (int i = 0; i < 3; i++) {
      assertThat(again.get(i)).isEqualTo(masks.get(i));
      assertThat(others.get(i)).isNotEqualTo(masks.get(i));
    }
    assertThat(masks.get(0)).isNotEqualTo(masks.get(1));
  }

  /** A draw that would let something be carried into the middle is drawn again. */
  @Test
  void masks_drawnBeyondTheirEnd_areDrawnAgain() {
    RowSlots slots = slots(2048, 1000, 1, 3);
    Randomness second =
        (index, into) -> {
          Arrays.fill(into, (byte) (index >>> 32 == 0 ? 0xff : 0));
          into[into.length - 1] = 3;
        };
    assertThat(slots.added(new int[1], second).get(0)).isLessThan(BigInteger.ONE.shiftLeft(2040));
    assertThatThrownBy(
            () -> slots.added(new int[1], (index, into) -> Arrays.fill(into, (byte) 0xff)))
        .isInstanceOf(AssertionError.class);
  }

  private static void assertRefused(RowSlots slots, BigInteger plaintext, int rows) {
    assertThatThrownBy(
            () -> slots.unpack(PlaintextBlock.of(0, List.of(plaintext)), new int[] {rows}))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("A sum of a candidate is beyond what its node's rows can sum to");
  }

  @Test
  void sums_thatCannotBe_areRefusedWhateverStandsBesideThem() {
    RowSlots slots = slots(2048, 1000, 1, 5);
    GradientPacking packing = slots.packing();
    int start = 4 * slots.slotBits();
    for (Randomness randomness : List.of(ZEROS, LARGEST)) {
      BigInteger mask = slots.added(new int[1], randomness).get(0);
      BigInteger most = packing.bound(20);
      BigInteger good = mask.add(most.shiftLeft(start));
      assertThat(slots.unpack(PlaintextBlock.of(0, List.of(good)), new int[] {20}).h())
          .containsExactly(20 * UNIT);
      assertRefused(slots, good, 19);
      assertRefused(slots, good.add(BigInteger.ONE.shiftLeft(start)), 20);
      for (int bit = packing.candidateBits(); bit < slots.slotBits(); bit++) {
        assertRefused(slots, good.setBit(start + bit), 20);
      }
      // Beside the middle everything is taken.
      for (int bit : new int[] {0, start - 1, start + slots.slotBits(), 2046}) {
        slots.unpack(PlaintextBlock.of(0, List.of(good.flipBit(bit))), new int[] {20});
      }
    }
  }

  private static Gradients gradients(int rows, TreeTerms terms) {
    SplittableRandom random = new SplittableRandom(rows);
    double[] labels = IntStream.range(0, rows).mapToDouble(row -> row % 2).toArray();
    double[][] scores = {random.doubles(rows, -3, 3).toArray()};
    return Gradients.of(
        TrainingRows.of(TreeObjective.LOGISTIC, 0, labels, null, null),
        scores,
        terms,
        Forests.seed(),
        1);
  }

  private static BigInteger row(GradientPacking packing, Gradients gradients, int rank) {
    int row = gradients.sample().row(rank);
    BigInteger all = BigInteger.ZERO;
    for (int c = packing.outputs() - 1; c >= 0; c--) {
      all =
          all.shiftLeft(packing.slotBits())
              .add(BigInteger.valueOf(gradients.g(c, row) + (1 << 16)).shiftLeft(packing.lowBits()))
              .add(BigInteger.valueOf(gradients.h(c, row)));
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "3, 4", "4, 4", "5, 4", "9, 2", "7, 1"})
  void rows_ofASample_standInOrderAndTheLastPlaintextIsNotFull(int rows, int count) {
    // A quarter of all rows.
    Gradients gradients = gradients(4 * rows, TreeTerms.builder().subsamplingRate(0.25).build());
    assertThat(gradients.sample().size()).isEqualTo(rows);
    RowSlots slots = slots(2048, rows, 1, count);
    int plaintexts = slots.plaintexts(rows);
    assertThat(plaintexts).isEqualTo((int) Math.ceil(rows / (double) count));
    PlaintextBlock block = slots.rows(gradients, 0, plaintexts);
    for (int i = 0; i < plaintexts; i++) {
      BigInteger expected = BigInteger.ZERO;
      for (int t = 0; t < count && i * count + t < rows; t++) {
        BigInteger row = row(slots.packing(), gradients, i * count + t);
        assertThat(row).isLessThanOrEqualTo(slots.packing().bound(1));
        expected = expected.add(row.shiftLeft(t * (slots.packing().candidateBits() + 40)));
      }
      assertThat(block.get(i)).isEqualTo(expected).isLessThanOrEqualTo(slots.bound(1));
    }
    PlaintextBlock end = slots.rows(gradients, plaintexts - 1, plaintexts);
    assertThat(end.firstIndex()).isEqualTo(plaintexts - 1);
    assertThat(end.get(0)).isEqualTo(block.get(plaintexts - 1));
  }

  /** All classes of a row, at the largest derivatives there are, and for many rows. */
  @ParameterizedTest
  @CsvSource({"1, 1", "4, 1", "3, 2", "5, 2"})
  void rows_ofSeveralClasses_areThoseOfEach(int classes, int count) {
    int rows = 50;
    double[] labels =
        IntStream.range(0, rows).mapToDouble(row -> row % Math.max(2, classes)).toArray();
    double[][] scores = new double[classes][rows];
    for (int c = 0; c < classes; c++) {
      for (int row = 0; row < rows; row++) {
        // Nearly certain, be it rightly or wrongly: first derivatives round to -2^16, 0 and 2^16.
        scores[c][row] = row / classes % Math.max(2, classes) == c ? 16 : -16;
      }
    }
    TreeObjective objective = classes == 1 ? TreeObjective.LOGISTIC : TreeObjective.MULTI_CLASS;
    Gradients gradients =
        Gradients.of(
            TrainingRows.of(objective, classes == 1 ? 0 : classes, labels, null, null),
            scores,
            TreeTerms.builder().build(),
            Forests.seed(),
            1);
    assertThat(IntStream.range(0, rows).mapToLong(row -> gradients.g(0, row)).max())
        .hasValue(1 << 16);
    RowSlots slots = slots(2048, 1 << 20, classes, count);
    PlaintextBlock block = slots.rows(gradients, 0, slots.plaintexts(rows));
    for (int i = 0; i < block.size(); i++) {
      BigInteger expected = BigInteger.ZERO;
      for (int t = 0; t < count && i * count + t < rows; t++) {
        expected =
            expected.add(
                row(slots.packing(), gradients, i * count + t).shiftLeft(t * slots.slotBits()));
      }
      assertThat(block.get(i)).isEqualTo(expected);
    }
  }

  private static final int ROWS = 157;
  private static final int[] SIZES = {5, 3, 7};

  private static byte[][] columns() {
    SplittableRandom random = new SplittableRandom(5);
    byte[][] columns = new byte[SIZES.length][ROWS];
    for (int j = 0; j < SIZES.length; j++) {
      for (int i = 0; i < ROWS; i++) {
        columns[j][i] = (byte) random.nextInt(SIZES[j]);
      }
    }
    return columns;
  }

  /**
   * Rows lie in parts that begin and end within ciphertexts, one of them empty of sampled rows;
   * sums by bin, cuts and masks are those of BigInteger.
   */
  @ParameterizedTest
  @CsvSource({"1, false", "2, true", "3, false", "5, true", "10, true", "11, false"})
  void sumsOfNodes_ofRowsInSeveralParts_areThoseOfTheRows(int count, boolean sampled) {
    TreeTerms.Builder terms = TreeTerms.builder();
    Gradients gradients = gradients(ROWS, (sampled ? terms.subsamplingRate(0.7) : terms).build());
    SampledRows sample = gradients.sample();
    RowSlots slots = slots(2048, ROWS, 1, count);
    CiphertextBlock encrypted =
        Forests.KEY.encrypt(
            slots.rows(gradients, 0, slots.plaintexts(sample.size())),
            Randomness.derive(new byte[32], "rows"));
    int[][] nodes = {
      IntStream.range(0, sample.size()).filter(rank -> rank % 7 < 4).toArray(),
      IntStream.range(0, sample.size()).filter(rank -> rank % 7 > 4).toArray()
    };
    GradientSlices slices =
        new GradientSlices(
            Forests.KEY.publicKey(),
            sample.rows(),
            new int[] {0, 2},
            slots,
            new GradientSlices.Handed(
                List.of(LocalAlignedRows.of(1, new double[0][], 1).share(encrypted.toBytes()))));
    Accumulation what =
        new Accumulation(
            Forests.KEY.publicKey(), nodes, new int[] {5, 7}, slots, /* jointly= */ true);
    List<CiphertextBlock> parts = new ArrayList<>();
    int[] cuts = {0, 31, 31, 32, 100, ROWS};
    for (int k = 0; k + 1 < cuts.length; k++) {
      GradientBlock part = GradientSlices.of(block(cuts[k], cuts[k + 1]), slices);
      parts.add(Accumulation.sum(part, what).bins());
    }
    assertThat(parts).allMatch(part -> part.size() == nodes.length * count * 12);
    CiphertextBlock byBin = Forests.KEY.publicKey().sum(parts);
    assertThat(byBin.bound()).isLessThanOrEqualTo(slots.bound());
    // In each node: the first column up to its second bin, the third one up to its fourth and with
    // its last.
    LeftOfCuts left = new LeftOfCuts(new int[] {0, 5, 5}, 12, nodes.length, count);
    for (int node = 0; node < nodes.length; node++) {
      left.add(node, 1, -1);
      left.add(node, 5 + 3, 5 + 6);
    }
    CiphertextBlock together =
        slots.together(
            Forests.KEY.publicKey().space(), left.sums(Forests.KEY.publicKey().space(), byBin));
    assertThat(together.size()).isEqualTo(slots.answers(4)).isEqualTo(count == 1 ? 1 : 4);
    int[] missing = {0, 2, 1, 0};
    CiphertextBlock sent =
        Forests.KEY
            .publicKey()
            .addAndObfuscate(
                together,
                slots.added(missing, Randomness.derive(new byte[32], "masks")),
                Randomness.derive(new byte[32], "sums"));
    int[] rows = {ROWS, ROWS, ROWS, ROWS};
    Sums sums = slots.unpack(Forests.KEY.decrypt(sent), rows);
    byte[][] columns = columns();
    for (int i = 0; i < 4; i++) {
      int column = i % 2 == 0 ? 0 : 2;
      boolean second = i % 2 == 1;
      long g = (long) (missing[i] - ROWS) * UNIT;
      long h = 0;
      for (int rank : nodes[i / 2]) {
        int row = sample.row(rank);
        int bin = columns[column][row];
        if (second ? bin <= 3 || bin == 6 : bin <= 1) {
          g += gradients.g(0, row) + UNIT;
          h += gradients.h(0, row);
        }
      }
      assertThat(sums.g()[i]).isEqualTo(g);
      assertThat(sums.h()[i]).isEqualTo(h).isPositive();
    }
  }

  private static BinnedBlock block(int from, int to) {
    byte[][] part =
        Arrays.stream(columns())
            .map(column -> Arrays.copyOfRange(column, from, to))
            .toArray(byte[][]::new);
    return new BinnedBlock(from, to - from, part);
  }
}
