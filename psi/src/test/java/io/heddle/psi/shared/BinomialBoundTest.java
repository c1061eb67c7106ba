// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BinomialBoundTest {
  private static final int BITS = 40;

  /**
   * Whole numbers all the way: of all ways to deal the ids out, those that overflow a partition.
   */
  private static int exact(int ids, int partitions) {
    BigInteger allowed = BigInteger.valueOf(partitions).pow(ids);
    BigInteger ways = BigInteger.ZERO;
    BigInteger term = BigInteger.ONE;
    // From all of them in one partition downwards: choose(ids, k) (partitions - 1)^(ids - k).
    for (int k = ids; k > 0; k--) {
      ways = ways.add(term);
      if (ways.multiply(BigInteger.valueOf(partitions)).shiftLeft(BITS).compareTo(allowed) > 0) {
        return k;
      }
      term =
          term.multiply(BigInteger.valueOf(k))
              .multiply(BigInteger.valueOf(partitions - 1L))
              .divide(BigInteger.valueOf(ids - k + 1L));
    }
    return 0;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 2",
    "1, 127",
    "2, 3",
    "15, 2",
    "16, 2",
    "17, 16",
    "40, 2",
    "41, 2",
    "42, 2",
    "100, 10",
    "500, 5",
    "1000, 2",
    "1000, 127",
    "3000, 3",
    "4000, 16"
  })
  void bound_ofFewIds_isWhatCountingAllWaysGives(int ids, int partitions) {
    assertThat(BinomialBound.of(ids, partitions, BITS)).isEqualTo(exact(ids, partitions));
  }

  @Test
  void bound_ofAllSmallSets_isWhatCountingAllWaysGives() {
    for (int ids = 0; ids <= 60; ids++) {
      for (int partitions = 2; partitions <= 12; partitions++) {
        assertThat(BinomialBound.of(ids, partitions, BITS))
            .as(ids + " in " + partitions)
            .isEqualTo(exact(ids, partitions));
      }
    }
  }

  /** With 60 digits, from no id in the partition upwards. */
  private static BigDecimal tail(int ids, int partitions, int most) {
    MathContext digits = new MathContext(60);
    BigDecimal term =
        BigDecimal.valueOf(partitions - 1L)
            .divide(BigDecimal.valueOf(partitions), digits)
            .pow(ids, digits);
    BigDecimal below = BigDecimal.ZERO;
    for (int k = 0; k <= most; k++) {
      below = below.add(term, digits);
      term =
          term.multiply(BigDecimal.valueOf(ids - k), digits)
              .divide(BigDecimal.valueOf((k + 1L) * (partitions - 1L)), digits);
    }
    return BigDecimal.ONE.subtract(below, digits);
  }

  @ParameterizedTest
  @CsvSource({"100000, 3", "2097153, 3", "3000000, 16"})
  void bound_ofManyIds_isTheSmallestOneThatHolds(int ids, int partitions) {
    BigDecimal allowed =
        BigDecimal.ONE.divide(
            new BigDecimal(BigInteger.valueOf(partitions).shiftLeft(BITS)), new MathContext(60));
    int bound = BinomialBound.of(ids, partitions, BITS);
    assertThat(bound).isGreaterThan(ids / partitions);
    assertThat(tail(ids, partitions, bound)).isLessThanOrEqualTo(allowed);
    assertThat(tail(ids, partitions, bound - 1)).isGreaterThan(allowed);
  }

  @Test
  void bound_ofOnePartition_isAllIds() {
    assertThat(BinomialBound.of(12345, 1, BITS)).isEqualTo(12345);
    assertThat(BinomialBound.of(0, 7, BITS)).isZero();
  }
}
