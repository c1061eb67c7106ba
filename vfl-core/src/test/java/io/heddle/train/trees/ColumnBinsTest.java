// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.DataException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnBinsTest {
  private static ColumnBins of(int maxBins, double... values) {
    boolean missing = Arrays.stream(values).anyMatch(Double::isNaN);
    return ColumnBins.of(values.clone(), missing, maxBins);
  }

  private static int[] counts(ColumnBins bins, double... values) {
    int[] counts = new int[bins.size()];
    for (double value : values) {
      counts[bins.bin(value)]++;
    }
    return counts;
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 200, 255})
  void columns_ofFewDistinctValues_haveABinForEach(int maxBins) {
    double[] values = {-7, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 1e9};
    ColumnBins bins = of(maxBins, values);
    assertThat(bins.valueBins()).isEqualTo(3);
    assertThat(counts(bins, values)).containsExactly(1, 11, 1);
    assertThat(bins.cuts()).containsExactly(-1, (5 + 1e9) / 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 10, 32, 255})
  void bins_ofManyValues_haveAboutEquallyMany(int maxBins) {
    double[] values = new SplittableRandom(1).doubles(10_000).map(x -> Math.exp(9 * x)).toArray();
    int[] counts = counts(of(maxBins, values), values);
    assertThat(counts).hasSize(maxBins);
    assertThat(Arrays.stream(counts).max().orElse(0) - Arrays.stream(counts).min().orElse(0))
        .isLessThanOrEqualTo(1);
  }

  @Test
  void bins_besideAValueOfHalfTheRows_areThoseOfTheQuantiles() {
    double[] values = IntStream.range(0, 2000).mapToDouble(i -> i < 1000 ? 0 : i).toArray();
    int[] counts = counts(of(10, values), values);
    assertThat(counts).containsExactly(1000, 200, 200, 200, 200, 200);
  }

  /** By the definition: a value begins a bin if it stands at a rank that is a multiple of n / B. */
  @Test
  void bins_ofTiedValues_beginAtTheValuesOfTheQuantiles() {
    SplittableRandom random = new SplittableRandom(4);
    for (int round = 0; round < 200; round++) {
      int maxBins = 2 + random.nextInt(20);
      double[] values =
          random.doubles(50 + random.nextInt(300)).map(x -> Math.floor(90 * x * x)).toArray();
      double[] sorted = Arrays.stream(values).sorted().toArray();
      double[] distinct = Arrays.stream(sorted).distinct().toArray();
      if (distinct.length <= maxBins) {
        continue;
      }
      double[] begin =
          IntStream.range(1, maxBins)
              .mapToDouble(i -> sorted[i * sorted.length / maxBins])
              .filter(value -> value > sorted[0])
              .distinct()
              .toArray();
      ColumnBins bins = of(maxBins, values);
      assertThat(bins.valueBins()).isEqualTo(begin.length + 1);
      for (double value : distinct) {
        int expected = (int) Arrays.stream(begin).filter(first -> first <= value).count();
        assertThat(bins.bin(value)).isEqualTo(expected);
      }
    }
  }

  @Test
  void values_areNeverInTwoBins_andBinsAscend() {
    SplittableRandom random = new SplittableRandom(2);
    for (int round = 0; round < 300; round++) {
      int distinct = 1 + random.nextInt(60);
      double[] values =
          random.doubles(1 + random.nextInt(400)).map(x -> Math.floor(x * x * distinct)).toArray();
      int maxBins = 2 + random.nextInt(30);
      ColumnBins bins = of(maxBins, values);
      assertThat(bins.valueBins()).isBetween(1, maxBins);
      assertThat(counts(bins, values)).as("no bin is empty").doesNotContain(0);
      double[] cuts = bins.cuts();
      for (int c = 1; c < cuts.length; c++) {
        assertThat(cuts[c]).isGreaterThan(cuts[c - 1]);
      }
      for (double value : values) {
        int expected = (int) Arrays.stream(cuts).filter(cut -> cut < value).count();
        assertThat(bins.bin(value)).isEqualTo(expected);
      }
    }
  }

  @Test
  void values_equalToACut_goLeft() {
    // Nothing lies between neighbours, so the cut is the lower one.
    double above = Math.nextUp(1.0);
    ColumnBins bins = of(8, 1, above);
    assertThat(bins.cuts()).containsExactly(1);
    assertThat(bins.bin(1)).isZero();
    assertThat(bins.bin(above)).isEqualTo(1);
    assertThat(new Threshold(0, 1, false).goesLeft(1)).isTrue();
    assertThat(new Threshold(0, 1, false).goesLeft(above)).isFalse();
  }

  @Test
  void values_atTheEndsOfDoubles_areCutBetween() {
    double[] values = {-Double.MAX_VALUE, -Double.MIN_VALUE, 0, Double.MAX_VALUE};
    ColumnBins bins = of(8, values);
    assertThat(counts(bins, values)).containsExactly(1, 1, 1, 1);
    assertThat(bins.cuts()).doesNotContain(Double.POSITIVE_INFINITY, Double.NaN);
  }

  @Test
  void zeros_ofBothSigns_areOneValue() {
    ColumnBins bins = of(8, -0.0, 0.0, -0.0, 1);
    assertThat(bins.valueBins()).isEqualTo(2);
    assertThat(bins.bin(-0.0)).isEqualTo(bins.bin(0.0));
  }

  @Test
  void missingValues_haveABinAfterTheOthers() {
    ColumnBins bins = of(8, Double.NaN, 3, 1, Double.NaN);
    assertThat(bins.size()).isEqualTo(3);
    assertThat(bins.valueBins()).isEqualTo(2);
    assertThat(bins.bin(Double.NaN)).isEqualTo(2);
    assertThat(bins.bin(3)).isEqualTo(1);
  }

  @Test
  void columns_ofMissingValuesOnly_haveOneBinForThem() {
    ColumnBins bins = of(8, Double.NaN, Double.NaN);
    assertThat(bins.cuts()).isEmpty();
    assertThat(bins.bin(Double.NaN)).isEqualTo(bins.size() - 1);
  }

  @Test
  void columns_ofOneValue_haveOneBin() {
    assertThat(of(8, 4, 4, 4).size()).isEqualTo(1);
    assertThat(of(8, 4).size()).isEqualTo(1);
    assertThat(of(8).size()).isEqualTo(1);
  }

  @Test
  void columns_cutInPartitions_areCutAlike() {
    double[] values = new SplittableRandom(3).doubles(700).toArray();
    for (int i = 0; i < 700; i += 9) {
      values[i] = Double.NaN;
    }
    ColumnBins whole = of(20, values);
    for (int partitions : new int[] {1, 3, 7}) {
      try (BinnedColumns columns =
          BinnedColumns.of(Forests.table(new double[][] {values}, 700, partitions), 20)) {
        assertThat(columns.columns()[0].cuts()).isEqualTo(whole.cuts());
        assertThat(columns.columns()[0].missing()).isTrue();
        byte[] bins = columns.collect()[0];
        for (int i = 0; i < 700; i++) {
          assertThat(bins[i] & 0xff).isEqualTo(whole.bin(values[i]));
        }
      }
    }
  }

  @Test
  void columns_withInfiniteValues_areRefusedByName() {
    double[] fine = {1, 2, 3};
    double[] infinite = {1, Double.NEGATIVE_INFINITY, 3};
    assertThatThrownBy(
            () -> BinnedColumns.of(Forests.table(new double[][] {fine, infinite}, 3, 2), 8))
        .isInstanceOf(DataException.class)
        .hasMessage("Column x1 has infinite values: must be finite or missing");
  }

  @Test
  void constantColumns_areNamed() {
    double[] holes = {Double.NaN, Double.NaN, Double.NaN};
    double[] half = {Double.NaN, 5, 5};
    double[][] table = {{1, 2, 3}, {4, 4, 4}, holes, half};
    try (BinnedColumns columns = BinnedColumns.of(Forests.table(table, 3, 1), 8)) {
      assertThat(columns.constantColumns()).isEqualTo(List.of("x1", "x2"));
    }
  }
}
