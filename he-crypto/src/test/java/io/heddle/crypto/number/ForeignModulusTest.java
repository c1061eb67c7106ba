// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Most refusals are tested with the keys of each scheme. */
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

  /** A root of 127th degree has 17 bits: one more degree, and it would have a factor of 16. */
  @Test
  void check_powerOfTheHighestDegree_isRefused() {
    BigInteger power = BigInteger.valueOf(71129).pow(127);
    assertThat(power.bitLength()).isEqualTo(2048);
    assertThatThrownBy(() -> ForeignModulus.check(power, 2048))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid modulus: must not be a perfect power");
  }

  /** The first prime that has more than 16 bits is no reason to refuse, the last below is. */
  @Test
  void check_smallestFactorAroundTheLimit_isRefusedBelowOnly() {
    BigInteger above = withFactor(65537);
    assertThatCode(() -> ForeignModulus.check(above, 2048)).doesNotThrowAnyException();
    BigInteger below = withFactor(65521);
    assertThatThrownBy(() -> ForeignModulus.check(below, 2048))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid modulus: must have no factor below 2^16");
  }

  private static BigInteger withFactor(int factor) {
    BigInteger rest =
        BigInteger.valueOf(65539).pow(125).multiply(BigInteger.valueOf((1L << 31) - 1));
    return rest.multiply(BigInteger.valueOf(factor));
  }
}
