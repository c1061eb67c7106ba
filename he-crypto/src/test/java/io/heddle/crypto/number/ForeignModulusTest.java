// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.number;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The refusals themselves are tested with the keys of each scheme. */
class ForeignModulusTest {
  private static final BigInteger ONE = BigInteger.ONE;

  @ParameterizedTest
  @CsvSource({"2", "3", "7", "61", "127"})
  void root_aroundPerfectPowers_isTheWholePart(int degree) {
    BigInteger base = new BigInteger(2048 / degree, new Random(degree)).setBit(2048 / degree - 1);
    BigInteger power = base.pow(degree);
    assertThat(ForeignModulus.root(power, degree)).isEqualTo(base);
    assertThat(ForeignModulus.root(power.add(ONE), degree)).isEqualTo(base);
    assertThat(ForeignModulus.root(power.subtract(ONE), degree)).isEqualTo(base.subtract(ONE));
  }
}
