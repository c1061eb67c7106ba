// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.error.DataException;
import io.heddle.table.LocalAlignedRows;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreparedColumnsTest {
  private static final LogisticTerms TERMS = LogisticTerms.builder().build();

  private static PreparedColumns prepare(LogisticTerms terms, int partitions, double[]... columns) {
    List<String> names = IntStream.range(0, columns.length).mapToObj(j -> "x" + j).toList();
    return PreparedColumns.of(
        LocalAlignedRows.of(columns[0].length, columns, partitions), names, terms, 50);
  }

  private static short[] integers(PreparedColumns columns, int column) {
    List<QuantisedBlock> blocks = columns.rows().map(0, (block, none) -> block);
    int rows = blocks.stream().mapToInt(QuantisedBlock::rows).sum();
    short[] all = new short[rows];
    for (QuantisedBlock block : blocks) {
      System.arraycopy(block.columns()[column], 0, all, block.firstRow(), block.rows());
    }
    return all;
  }

  private static double[] normal(int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return IntStream.range(0, rows).mapToDouble(i -> 3 + 2 * Fits.gaussian(random)).toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 500})
  void columns_cutAnyWay_standardiseToMeanZeroAndSampleDeviationOne(int partitions) {
    double[] column = normal(500, 1);
    double mean = Arrays.stream(column).sum() / 500;
    double deviation =
        Math.sqrt(Arrays.stream(column).map(v -> (v - mean) * (v - mean)).sum() / 499);
    PreparedColumns prepared = prepare(TERMS, partitions, column);
    short[] integers = integers(prepared, 0);
    double unit = prepared.units()[0];
    for (int i = 0; i < 500; i++) {
      assertThat(integers[i] * unit)
          .isCloseTo((column[i] - mean) / deviation, within(0.5001 * unit));
    }
    assertThat(IntStream.range(0, 500).map(i -> Math.abs(integers[i])).max()).hasValue(2047);
  }

  @Test
  void columns_withoutIntercept_areNotCentred() {
    double[] column = {1, 2, 3, 4};
    LogisticTerms bare = LogisticTerms.builder().fitIntercept(false).standardization(false).build();
    PreparedColumns prepared = prepare(bare, 2, column);
    assertThat(prepared.units()[0]).isCloseTo(4.0 / 2047, within(1e-15));
    assertThat(integers(prepared, 0))
        .containsExactly((short) 512, (short) 1024, (short) 1535, (short) 2047);
  }

  @Test
  void columns_constant_areNamedAndGetCoefficientZero() {
    PreparedColumns prepared =
        prepare(TERMS, 3, new double[] {5, 5, 5, 5}, new double[] {1, 2, 3, 5});
    assertThat(prepared.count()).isEqualTo(1);
    assertThat(prepared.constantColumns()).containsExactly("x0");
    LogisticModelPart part = prepared.modelPart("0".repeat(32), new double[] {2}, 1);
    assertThat(part.coefficients()[0]).isZero();
    double deviation = Math.sqrt(35 / 12.0);
    assertThat(part.coefficients()[1]).isCloseTo(2 / deviation, within(1e-12));
    assertThat(part.intercept()).isCloseTo(1 - 2.75 * 2 / deviation, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, -1e308})
  void columns_withUnusableValues_areNamedWithTheirCount(double value) {
    double[] column = normal(50, 2);
    column[3] = value;
    column[49] = value;
    assertThatThrownBy(() -> prepare(TERMS, 4, normal(50, 3), column))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Column x1 has 2 of 50 values");
  }

  @Test
  void columns_twoValued_areNotClipped() {
    double[] rare = new double[1000];
    rare[7] = 1;
    assertThat(integers(prepare(TERMS, 3, rare), 0)[7]).isEqualTo((short) 2047);
    assertThat(prepare(TERMS, 3, rare).modelPart("0".repeat(32), new double[1], 0).upper()[0])
        .isEqualTo(ColumnMoments.LARGEST);
  }

  @Test
  void columns_withOutliers_areClippedToTheBound() {
    double[] column = normal(1000, 4);
    column[0] = 1e6;
    LogisticModelPart part = prepare(TERMS, 3, column).modelPart("0".repeat(32), new double[1], 0);
    assertThat(part.upper()[0]).isBetween(10.0, 20.0);
    assertThat(part.lower()[0]).isEqualTo(-ColumnMoments.LARGEST);
  }

  @ParameterizedTest
  @CsvSource({"100,50,5", "1000,50,5", "2000,50,7.0710678", "100000,50,50", "2000000,50,50"})
  void clipping_anyNumberOfRows_isFrom5To50Deviations(int rows, int rowsPerColumn, double most) {
    assertThat(PreparedColumns.clipDeviations(rows, rowsPerColumn)).isCloseTo(most, within(1e-6));
  }

  @Test
  void columns_almostConstant_doNotOverflow() {
    double[] tiny = normal(100, 5);
    for (int i = 0; i < tiny.length; i++) {
      tiny[i] *= 1e-300;
    }
    PreparedColumns prepared = prepare(TERMS, 2, tiny, normal(100, 6));
    assertThat(Arrays.stream(prepared.units())).allMatch(Double::isFinite);
  }

  @Test
  void moments_twoValuesInEveryPartButThreeInAll_areManyValued() {
    double[] column = {0, 0, 1, 1, 0, 2};
    List<ColumnMoments> parts =
        LocalAlignedRows.of(6, new double[][] {column}, 3)
            .map(ColumnMoments.Bounds.none(1), ColumnMoments::of);
    assertThat(ColumnMoments.combine(parts, 1).atMostTwoValues(0)).isFalse();
    assertThat(ColumnMoments.combine(parts.subList(0, 2), 1).atMostTwoValues(0)).isTrue();
  }

  @Test
  void forwardAndGradient_ofAnyCut_areTheSameIntegers() {
    double[][] columns = {normal(97, 7), normal(97, 8)};
    long[] residuals = new SplittableRandom(9).longs(97, -1 << 20, 1 << 20).toArray();
    PreparedColumns whole = prepare(TERMS, 1, columns);
    long[] expected = new long[2];
    for (int j = 0; j < 2; j++) {
      short[] integers = integers(whole, j);
      for (int i = 0; i < 97; i++) {
        expected[j] += integers[i] * residuals[i];
      }
    }
    long[] sums = new long[2];
    for (long[] part : whole.rows().map(residuals, QuantisedBlock::gradient)) {
      sums[0] += part[0];
      sums[1] += part[1];
    }
    assertThat(sums).isEqualTo(expected);
    long[] forward = LinearPredictor.of(whole.rows(), new double[] {0.5, -0.25});
    for (int i = 0; i < 97; i++) {
      double exact = 0.5 * integers(whole, 0)[i] - 0.25 * integers(whole, 1)[i];
      assertThat(forward[i]).isEqualTo(Math.round(exact * (1 << 24)));
    }
  }
}
