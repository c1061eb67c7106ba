// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FixedFactorTest {
  private static final BigInteger MODULUS =
      BigInteger.ONE.shiftLeft(128).add(BigInteger.valueOf(0x87));

  static BigInteger element(long high, long low) {
    return new BigInteger(Long.toUnsignedString(high))
        .shiftLeft(64)
        .add(new BigInteger(Long.toUnsignedString(low)));
  }

  /** Bit by bit, then the remainder by long division. */
  static BigInteger product(BigInteger one, BigInteger other) {
    BigInteger product = BigInteger.ZERO;
    for (int bit = 0; bit < 128; bit++) {
      if (other.testBit(bit)) {
        product = product.xor(one.shiftLeft(bit));
      }
    }
    for (int bit = 255; bit >= 128; bit--) {
      if (product.testBit(bit)) {
        product = product.xor(MODULUS.shiftLeft(bit - 128));
      }
    }
    return product;
  }

  @Test
  void addProducts_randomElements_areThoseOfPolynomials() {
    Random random = new Random(3);
    long[] factors = random.longs(200).toArray();
    Arrays.fill(factors, 0, 2, -1);
    Arrays.fill(factors, 2, 4, 0);
    for (int round = 0; round < 20; round++) {
      long high = round == 0 ? -1 : random.nextLong();
      long low = round == 0 ? -1 : random.nextLong();
      long[] sums = random.longs(200).toArray();
      long[] before = sums.clone();

      new FixedFactor(high, low).addProducts(factors, 0, sums, 0, 100);

      for (int i = 0; i < 200; i += 2) {
        assertThat(element(sums[i] ^ before[i], sums[i + 1] ^ before[i + 1]))
            .isEqualTo(product(element(factors[i], factors[i + 1]), element(high, low)));
      }
    }
  }
}
