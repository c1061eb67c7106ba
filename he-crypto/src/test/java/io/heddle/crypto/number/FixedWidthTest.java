// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FixedWidthTest {
  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "ff", "100", "8000", "ffffffffffffffff"})
  void put_anyNumber_isBigEndianAndPadded(String hex) {
    BigInteger value = new BigInteger(hex, 16);
    byte[] bytes = new byte[12];
    Arrays.fill(bytes, (byte) 0x55);
    FixedWidth.put(value, bytes, 2, 8);
    assertThat(bytes).startsWith(0x55, 0x55).endsWith(0x55, 0x55);
    assertThat(new BigInteger(1, Arrays.copyOfRange(bytes, 2, 10))).isEqualTo(value);
    assertThat(FixedWidth.get(bytes, 2, 8)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"10000000000000000, 65", "-1, 0", "-80, 7"})
  void put_numberTooLongOrNegative_isRefused(String hex, int bits) {
    byte[] bytes = new byte[8];
    assertThatThrownBy(() -> FixedWidth.put(new BigInteger(hex, 16), bytes, 0, 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A number of " + bits + " bits does not fit 8 bytes");
    assertThat(bytes).containsOnly(0);
  }
}
