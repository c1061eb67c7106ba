// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DigitPlanTest {
  private static short[] column(int rows, int value) {
    short[] column = new short[rows];
    Arrays.fill(column, (short) value);
    return column;
  }

  @Test
  void lowDigit_everyValueAtEveryWidth_addsUpWithinTheBuckets() {
    for (int width = 1; width <= 17; width++) {
      for (int largest : new int[] {1, 2, 3, 127, 128, 129, 2047, 2048, 32767, 32768}) {
        DigitPlan plan = DigitPlan.forBits(width, largest);
        int step = largest > 2048 ? 37 : 1;
        for (int value = -largest; value <= largest; value += step) {
          assertDigits(plan, value);
        }
        assertDigits(plan, largest);
      }
    }
  }

  private static void assertDigits(DigitPlan plan, int value) {
    int rest = value;
    int sum = 0;
    for (int digit = 0; rest != 0; digit++) {
      assertThat(digit).isLessThan(plan.digits());
      int low = plan.lowDigit(rest, digit);
      if (Math.abs(low) > plan.largest()) {
        throw new AssertionError(value + " has digit " + low + " in " + plan);
      }
      sum += low << (digit * plan.width());
      rest = plan.withoutLowDigit(rest, low);
    }
    assertThat(sum).isEqualTo(value);
  }

  /** For 21 slots: rows, largest value, and the plan that the cost formula picks. */
  @ParameterizedTest
  @CsvSource({
    "10500, 2048, 6, 2",
    "1000000, 2048, 12, 1",
    "100, 2048, 2, 6",
    "10500, 1, 1, 1",
    "10500, 0, 1, 0"
  })
  void cheapest_rowsAndLargest_followsTheFormula(int rows, int largest, int width, int digits) {
    assertThat(DigitPlan.cheapest(column(rows, -largest), 21))
        .isEqualTo(new DigitPlan(width, digits));
  }

  @Test
  void cheapest_emptyColumn_needsNoDigits() {
    assertThat(DigitPlan.cheapest(new short[0], 21).digits()).isZero();
  }
}
