// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.ConfigurationException;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientPackingTest {
  private static final long UNIT = 1L << Gradients.BITS;

  /** Slots as they are laid out: h low, g + 2^16 per row above. */
  private static PlaintextBlock packed(GradientPacking packing, long[] g, long[] h, int[] rows) {
    List<BigInteger> values = new ArrayList<>();
    for (int from = 0; from < g.length; from += packing.perPlaintext()) {
      BigInteger value = BigInteger.ZERO;
      for (int k = 0; k < packing.perPlaintext() && from + k < g.length; k++) {
        BigInteger high = BigInteger.valueOf(g[from + k] + rows[from + k] * UNIT);
        value =
            value.add(
                high.shiftLeft(packing.lowBits())
                    .add(BigInteger.valueOf(h[from + k]))
                    .shiftLeft(k * packing.slotBits()));
      }
      values.add(value);
    }
    return PlaintextBlock.of(0, values);
  }

  private static int[] rows(int count, int rows) {
    int[] all = new int[count];
    Arrays.fill(all, rows);
    return all;
  }

  private static long[] all(int count, long value) {
    long[] all = new long[count];
    Arrays.fill(all, value);
    return all;
  }

  /** All values at either end: 2^k rows fill their slots, and no slot touches its neighbour. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 1 << 10, (1 << 20) - 1, 1 << 20, 1 << 30, Integer.MAX_VALUE})
  void sums_ofAllRowsAtTheLargestValues_comeBack(int rows) {
    for (int keyBits : new int[] {2048, 3072, 4096}) {
      GradientPacking packing = GradientPacking.of(keyBits, rows, 1);
      int count = 2 * packing.perPlaintext() + 1;
      assertThat(packing.plaintexts(count)).isEqualTo(3);
      for (int sign : new int[] {-1, 1}) {
        long[] g = all(count, sign * UNIT * rows);
        long[] h = all(count, rows * UNIT);
        PlaintextBlock block = packed(packing, g, h, rows(count, rows));
        Sums sums = packing.unpack(block, rows(count, rows));
        assertThat(sums.g()).isEqualTo(g);
        assertThat(sums.h()).isEqualTo(h);
      }
      BigInteger most =
          BigInteger.valueOf(2L * rows * UNIT)
              .shiftLeft(packing.lowBits())
              .add(BigInteger.valueOf(rows * UNIT));
      assertThat(most).isLessThanOrEqualTo(packing.bound());
    }
  }

  /** However many rows: the shifts of all slots fit beside the sums, their sign still told. */
  @Test
  void sumsAndShifts_ofAnyRowCount_stayBelowHalfOfTheSmallestModulus() {
    for (int keyBits : new int[] {2048, 3072, 4096}) {
      BigInteger smallestModulus = BigInteger.ONE.shiftLeft(keyBits - 1);
      for (int k = 0; k < 31; k++) {
        GradientPacking packing = GradientPacking.of(keyBits, 1 << k, 1);
        BigInteger sums = BigInteger.ONE.shiftLeft(packing.slotBits() * packing.perPlaintext());
        PlaintextBlock shifts = packing.shifts(rows(packing.perPlaintext(), 1 << k));
        assertThat(shifts.size()).isEqualTo(1);
        assertThat(sums.add(shifts.get(0)).shiftLeft(1))
            .as("2^%d rows, %d bits", k, keyBits)
            .isLessThan(smallestModulus);
      }
    }
  }

  @Test
  void rowsAndShifts_ofASubset_addUpToTheShiftOfAllRows() {
    TrainingRows labels =
        TrainingRows.of(
            TreeObjective.LOGISTIC, 0, new double[] {1, 0, 0, 1, 1, 0, 1, 0}, null, null);
    double[][] scores = {new SplittableRandom(3).doubles(8, -3, 3).toArray()};
    Gradients gradients =
        Gradients.of(labels, scores, TreeTerms.builder().build(), Forests.seed(), 1);
    GradientPacking packing = GradientPacking.of(2048, 8, 1);
    PlaintextBlock rows = new RowSlots(packing, 2048, 1).rows(gradients, 0, 8);
    // Three of the eight rows lie left.
    BigInteger left = rows.get(1).add(rows.get(4)).add(rows.get(7));
    BigInteger shifted = left.add(packing.shifts(new int[] {5}).get(0));
    Sums sums = packing.unpack(PlaintextBlock.of(0, List.of(shifted)), new int[] {8});
    assertThat(sums.g()).containsExactly(gradients.g(0, 1) + gradients.g(0, 4) + gradients.g(0, 7));
    assertThat(sums.h()).containsExactly(gradients.h(0, 1) + gradients.h(0, 4) + gradients.h(0, 7));
  }

  @Test
  void rows_inChunks_areThoseOfAll() {
    TrainingRows labels =
        TrainingRows.of(TreeObjective.SQUARED, 0, new double[] {1, 2, 7, 4}, null, null);
    Gradients gradients =
        Gradients.of(labels, new double[1][4], TreeTerms.builder().build(), Forests.seed(), 1);
    GradientPacking packing = GradientPacking.of(2048, 4, 1);
    PlaintextBlock all = new RowSlots(packing, 2048, 1).rows(gradients, 0, 4);
    PlaintextBlock end = new RowSlots(packing, 2048, 1).rows(gradients, 2, 4);
    assertThat(end.firstIndex()).isEqualTo(2);
    assertThat(end.get(0)).isEqualTo(all.get(2));
    assertThat(end.get(1)).isEqualTo(all.get(3));
  }

  private static void assertRefused(
      GradientPacking packing, PlaintextBlock plaintexts, int[] rows) {
    assertThatThrownBy(() -> packing.unpack(plaintexts, rows))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("A sum of a candidate is beyond what its node's rows can sum to");
  }

  @Test
  void sums_beyondTheirNodesRows_areRefused() {
    GradientPacking packing = GradientPacking.of(2048, 1000, 1);
    int[] rows = {20, 20, 20};
    int[] node = {20, 20, 20};
    for (int at = 0; at < 3; at++) {
      long[] zero = new long[3];
      long[] out = new long[3];
      out[at] = 20 * UNIT + 1;
      assertRefused(packing, packed(packing, out, zero, rows), node);
      assertRefused(packing, packed(packing, zero, out, rows), node);
      out[at] = 20 * UNIT;
      assertThat(packing.unpack(packed(packing, out, out, rows), node).g()).isEqualTo(out);
      // A slot cannot be negative, but a larger shift would hide in it.
      int[] more = {20, 20, 20};
      more[at] = 41;
      assertRefused(packing, packed(packing, zero, zero, more), node);
    }
  }

  @Test
  void bits_besideTheSlots_areRefused() {
    GradientPacking packing = GradientPacking.of(2048, 1000, 1);
    int[] node = {20, 20, 20};
    BigInteger good = packed(packing, new long[3], new long[3], node).get(0);
    int slots = packing.slotBits() * packing.perPlaintext();
    for (int bit : new int[] {3 * packing.slotBits(), slots - 1, slots, slots + 1, 2046}) {
      assertRefused(packing, PlaintextBlock.of(0, List.of(good.setBit(bit))), node);
    }
  }

  /** As with one score, and slots of classes and candidates side by side. */
  @ParameterizedTest
  @ValueSource(ints = {3, 7, 21})
  void sumsOfSeveralClasses_atTheLargestValues_comeBack(int classes) {
    for (int keyBits : new int[] {2048, 3072, 4096}) {
      for (int rows : new int[] {2100, 1 << 20, Integer.MAX_VALUE}) {
        GradientPacking packing = GradientPacking.of(keyBits, rows, classes);
        assertThat(packing.candidateBits() * packing.perPlaintext()).isLessThan(keyBits - 2);
        int count = packing.perPlaintext() + 1;
        GradientPacking alone =
            new GradientPacking(
                packing.lowBits(), packing.slotBits(), 1, packing.perPlaintext() * classes);
        SplittableRandom random = new SplittableRandom(classes);
        long[] g = new long[count * classes];
        long[] h = new long[count * classes];
        for (int i = 0; i < g.length; i++) {
          g[i] = (random.nextInt(3) - 1) * UNIT * rows;
          h[i] = random.nextInt(2) * UNIT * rows;
        }
        PlaintextBlock block = packed(alone, g, h, rows(g.length, rows));
        assertThat(block.size()).isEqualTo(packing.plaintexts(count)).isEqualTo(2);
        Sums sums = packing.unpack(block, rows(count, rows));
        assertThat(sums.g()).isEqualTo(g);
        assertThat(sums.h()).isEqualTo(h);
      }
    }
  }

  @Test
  void rowsAndShifts_ofSeveralClasses_addUpForEach() {
    TrainingRows labels =
        TrainingRows.of(
            TreeObjective.MULTI_CLASS, 3, new double[] {1, 0, 2, 1, 1, 0, 2, 0}, null, null);
    SplittableRandom random = new SplittableRandom(3);
    double[][] scores = new double[3][];
    Arrays.setAll(scores, c -> random.doubles(8, -3, 3).toArray());
    TreeTerms terms = TreeTerms.builder().objective(TreeObjective.MULTI_CLASS).classes(3).build();
    Gradients gradients = Gradients.of(labels, scores, terms, Forests.seed(), 1);
    GradientPacking packing = GradientPacking.of(terms, 8);
    PlaintextBlock rows = new RowSlots(packing, 2048, 1).rows(gradients, 0, 8);
    for (int i = 0; i < 8; i++) {
      assertThat(rows.get(i)).isLessThanOrEqualTo(packing.bound(1));
    }
    assertThat(packing.bound(3).add(packing.bound(5)))
        .isEqualTo(packing.bound(8))
        .isLessThanOrEqualTo(packing.bound());
    // Three of the eight rows lie left.
    BigInteger left = rows.get(1).add(rows.get(4)).add(rows.get(7));
    BigInteger shifted = left.add(packing.shifts(new int[] {5}).get(0));
    Sums sums = packing.unpack(PlaintextBlock.of(0, List.of(shifted)), new int[] {8});
    assertThat(sums.g()).hasSize(3);
    for (int c = 0; c < 3; c++) {
      assertThat(sums.g()[c]).isEqualTo(gradients.g(c, 1) + gradients.g(c, 4) + gradients.g(c, 7));
      assertThat(sums.h()[c]).isEqualTo(gradients.h(c, 1) + gradients.h(c, 4) + gradients.h(c, 7));
    }
  }

  @Test
  void classes_asManyAsFit_areTakenAndOneMoreIsNot() {
    for (int keyBits : new int[] {2048, 3072, 4096}) {
      int most = GradientPacking.of(keyBits, 1 << 20, 1).perPlaintext();
      TreeTerms.Builder terms =
          TreeTerms.builder().objective(TreeObjective.MULTI_CLASS).keyBits(keyBits);
      GradientPacking.requireFits(terms.classes(most).build(), 1 << 20);
      TreeTerms more = terms.classes(most + 1).build();
      assertThatThrownBy(() -> GradientPacking.requireFits(more, 1 << 20))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("must be at most " + most)
          .hasMessageEndingWith(keyBits == 4096 ? "has room for" : "A longer key has more");
    }
  }
}
