// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.Randomness;
import io.heddle.error.EncodingException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FixedPointTest {
  private static final Randomness NOISE = Randomness.derive(new byte[32], "rounding test");

  @ParameterizedTest
  @ValueSource(ints = {-3, 0, 1, 20, 40})
  void nearest_manyValues_agreesWithDecimalArithmetic(int bits) {
    Random random = new Random(bits);
    double[] values = random.doubles(1000, -1e4, 1e4).toArray();
    long[] rounded = FixedPoint.nearest(values, bits);
    BigDecimal scale = BigDecimal.valueOf(2).pow(Math.abs(bits));
    for (int i = 0; i < values.length; i++) {
      BigDecimal exact = new BigDecimal(values[i]);
      exact = bits >= 0 ? exact.multiply(scale) : exact.divide(scale);
      assertThat(rounded[i]).isEqualTo(exact.setScale(0, RoundingMode.HALF_EVEN).longValueExact());
    }
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0", "1.5, 2", "-0.5, 0", "-1.5, -2", "-0.0, 0", "4.9e-324, 0"})
  void nearest_half_goesToEven(double value, long expected) {
    assertThat(FixedPoint.nearest(new double[] {value}, 0)).containsExactly(expected);
  }

  @Test
  void nearest_largestThatFit_areExact() {
    double largest = Math.nextDown(0x1p62);
    assertThat(FixedPoint.nearest(new double[] {largest, -largest}, 0))
        .containsExactly((long) largest, (long) -largest);
    assertThat(FixedPoint.toDoubles(new long[] {(long) largest}, 0)).containsExactly(largest);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e308, 0x1p62})
  void rounding_numberThatDoesNotFit_namesItsIndexOnly(double value) {
    double[] values = {0, 0, value};
    String message =
        "The value at index 2 is not finite or too large for 0 fractional bits: must stay below"
            + " 2^62 after scaling";
    assertThatThrownBy(() -> FixedPoint.nearest(values, 0))
        .isInstanceOf(EncodingException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> FixedPoint.stochastic(values, 0, NOISE))
        .isInstanceOf(EncodingException.class)
        .hasMessage(message);
  }

  @Test
  void stochastic_manyEqualValues_isUnbiased() {
    for (double value : new double[] {0.3, -0.3, 7.01, -7.99, 0.5}) {
      double[] values = new double[100_000];
      Arrays.fill(values, value);
      long[] rounded = FixedPoint.stochastic(values, 0, NOISE);
      assertThat(Arrays.stream(rounded).distinct().sorted().toArray())
          .containsExactly((long) Math.floor(value), (long) Math.ceil(value));
      // The standard deviation of the mean is at most 0.5 / sqrt(100,000) = 0.0016.
      assertThat(LongStream.of(rounded).average().orElseThrow())
          .isBetween(value - 0.008, value + 0.008);
    }
  }

  @Test
  void stochastic_wholeNumbers_areKept() {
    double[] values = {0, -0.0, 1, -1, 1L << 40, -(1L << 40)};
    assertThat(FixedPoint.stochastic(values, 3, NOISE))
        .containsExactly(0, 0, 8, -8, 1L << 43, -(1L << 43));
  }

  @Test
  void stochastic_sameRowsInPieces_givesTheSameNumbers() {
    double[] values = new Random(1).doubles(3000, -1, 1).toArray();
    long[] whole = FixedPoint.stochastic(values, 20, NOISE, 100);
    for (int cut : new int[] {0, 1, 411, 412, 413, 1024, 2999, 3000}) {
      long[] head = FixedPoint.stochastic(Arrays.copyOf(values, cut), 20, NOISE, 100);
      long[] tail =
          FixedPoint.stochastic(Arrays.copyOfRange(values, cut, 3000), 20, NOISE, 100 + cut);
      assertThat(LongStream.concat(Arrays.stream(head), Arrays.stream(tail)))
          .containsExactly(box(whole));
    }
  }

  @Test
  void stochastic_otherNoise_givesOtherNumbers() {
    double[] values = new Random(1).doubles(100, -1, 1).toArray();
    assertThat(FixedPoint.stochastic(values, 20, NOISE))
        .isNotEqualTo(
            FixedPoint.stochastic(values, 20, Randomness.derive(new byte[32], "another")));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1001, 1001})
  void rounding_impossibleScale_isRefused(int bits) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FixedPoint.nearest(new double[1], bits))
        .withMessage("Invalid scale of " + bits + " bits: must be -1000 to 1000");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1L << 48})
  void stochastic_impossibleFirstRow_isRefused(long firstRow) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FixedPoint.stochastic(new double[1], 20, NOISE, firstRow))
        .withMessage("Invalid first row " + firstRow + ": must be below 2^48");
  }

  @Test
  void rounding_largestAndSmallestScale_areExact() {
    assertThat(FixedPoint.nearest(new double[] {3 * 0x1p-1000}, 1000)).containsExactly(3);
    assertThat(FixedPoint.nearest(new double[] {3 * 0x1p1000}, -1000)).containsExactly(3);
    assertThat(FixedPoint.toDoubles(new long[] {3}, 1000)).containsExactly(3 * 0x1p-1000);
    assertThat(FixedPoint.toDoubles(new long[] {3}, -1000)).containsExactly(3 * 0x1p1000);
  }

  /** The bytes are 8 for each row, 512 rows to an index, under the top byte 3: 53 bits count. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 511, 512, 513, 70_000, (1L << 48) - 1})
  void stochastic_fractionAtItsThreshold_isRoundedUpOnlyAbove(long row) {
    byte[] bytes = new byte[4096];
    NOISE.fill((0x03L << 56) + row / 512, bytes);
    long drawn = ByteBuffer.wrap(bytes).getLong((int) (row % 512) * 8);
    double threshold = (drawn >>> 11) * 0x1p-53;
    assertThat(FixedPoint.stochastic(new double[] {threshold}, 0, NOISE, row)).containsExactly(0);
    double above = threshold + 0x1p-53;
    assertThat(FixedPoint.stochastic(new double[] {above}, 0, NOISE, row)).containsExactly(1);
  }

  @Test
  void toDoubles_roundedValues_comeBackWithinHalfAUnit() {
    double[] values = new Random(2).doubles(1000, -100, 100).toArray();
    double[] back = FixedPoint.toDoubles(FixedPoint.nearest(values, 20), 20);
    for (int i = 0; i < values.length; i++) {
      assertThat(Math.abs(back[i] - values[i])).isLessThanOrEqualTo(0x1p-21);
    }
  }

  private static Long[] box(long[] numbers) {
    return LongStream.of(numbers).boxed().toArray(Long[]::new);
  }
}
