// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** List products, whichever way the number of factors and lists sends them. */
class BlockArithmeticTest {
  private final Random random = new Random(20261126);
  private final BigInteger n = new BigInteger(512, random).setBit(511).setBit(0);
  private final Modulus modulus = Modulus.of(n);

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0.5",
    "1, 1, 1",
    "5, 3, 0.5",
    "300, 1, 0.9",
    "300, 40, 0.3",
    "2049, 2, 1",
    "5000, 20, 0.25"
  })
  void products_anyShape_equalBigIntegerForOneMultiplicationPerPlace(
      int size, int lists, double share) {
    BigInteger[] factors = new BigInteger[size];
    Arrays.setAll(factors, i -> new BigInteger(511, random));
    List<int[]> places = new ArrayList<>();
    for (int list = 0; list < lists; list++) {
      places.add(IntStream.range(0, size).filter(i -> random.nextDouble() < share).toArray());
    }
    places.add(new int[0]);
    Residues block = modulus.residues(factors);
    BlockArithmetic arithmetic = new BlockArithmetic(modulus);
    BigInteger[] products = modulus.toIntegers(arithmetic.products(block, Lists.of(places)));
    long multiplications = 0;
    for (int list = 0; list <= lists; list++) {
      BigInteger expected = BigInteger.ONE;
      for (int place : places.get(list)) {
        expected = expected.multiply(factors[place]).mod(n);
      }
      assertThat(products[list]).isEqualTo(expected);
      multiplications += Math.max(0, places.get(list).length - 1);
    }
    assertThat(arithmetic.multiplications()).isEqualTo(multiplications);
  }
}
