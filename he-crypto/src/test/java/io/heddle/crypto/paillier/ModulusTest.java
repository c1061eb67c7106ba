// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModulusTest {
  private static final BigInteger ONE = BigInteger.ONE;

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 17, 64, 65, 2048, 4096, 8192})
  void multiply_randomAndExtremeResidues_agreesWithDivision(int bits) {
    Random random = new Random(bits);
    for (int round = 0; round < 20; round++) {
      BigInteger number = new BigInteger(bits, random).setBit(bits - 1).setBit(0);
      Modulus modulus = new Modulus(number);
      BigInteger largest = number.subtract(ONE);
      BigInteger a = new BigInteger(bits, random).mod(number);
      BigInteger b = new BigInteger(bits, random).mod(number);
      for (BigInteger left : new BigInteger[] {a, largest, BigInteger.ZERO, ONE}) {
        for (BigInteger right : new BigInteger[] {b, largest, BigInteger.ZERO, ONE}) {
          assertThat(modulus.multiply(left, right)).isEqualTo(left.multiply(right).mod(number));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 49})
  void squareRepeatedly_anyTimes_isAPowerOfTwo(int times) {
    BigInteger number = BigInteger.TWO.pow(521).subtract(ONE);
    BigInteger base = BigInteger.valueOf(12345);
    assertThat(new Modulus(number).squareRepeatedly(base, times))
        .isEqualTo(base.modPow(ONE.shiftLeft(times), number));
  }

  @Test
  void invertAll_severalResidues_areEachInverted() {
    BigInteger number = BigInteger.TWO.pow(521).subtract(ONE);
    Random random = new Random(5);
    BigInteger[] residues = new BigInteger[9];
    BigInteger[] expected = new BigInteger[9];
    for (int i = 0; i < residues.length; i++) {
      residues[i] = new BigInteger(500, random).setBit(0);
      expected[i] = residues[i].modInverse(number);
    }
    new Modulus(number).invertAll(residues);
    assertThat(residues).containsExactly(expected);
  }

  @Test
  void invertAll_oneWithoutInverse_throws() {
    BigInteger[] residues = {BigInteger.valueOf(2), BigInteger.valueOf(5)};
    assertThatThrownBy(() -> new Modulus(BigInteger.valueOf(35)).invertAll(residues))
        .isInstanceOf(ArithmeticException.class);
  }

  /** The tiny case of the public Paillier vectors: n = 293 * 433. */
  @ParameterizedTest
  @CsvSource({"10100, 74384, 935906717", "1, 1, 126870"})
  void multiply_tinyPublishedCase_givesItsCiphertext(long m, long r, long c) {
    BigInteger n = BigInteger.valueOf(126869);
    BigInteger square = n.multiply(n);
    BigInteger noise = BigInteger.valueOf(r).modPow(n, square);
    BigInteger message = BigInteger.valueOf(m).multiply(n).add(ONE);
    assertThat(new Modulus(square).multiply(message, noise)).isEqualTo(BigInteger.valueOf(c));
  }
}
