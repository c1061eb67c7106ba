// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.TestKeys.N;
import static io.heddle.crypto.paillier.TestKeys.N_SQUARED;
import static io.heddle.crypto.paillier.TestKeys.PUBLIC;
import static io.heddle.crypto.paillier.TestKeys.encrypted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CiphertextBlockTest {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final int WIDTH = 512;

  static Stream<Arguments> hostileCiphertexts() {
    BigInteger good = TestKeys.residue(encrypted(4711), 0);
    BigInteger below = ONE.shiftLeft(4096).subtract(ONE);
    return Stream.of(
        Arguments.of("0", BigInteger.ZERO, "out of range: must be above 0 and below n²"),
        Arguments.of("n²", N_SQUARED, "out of range: must be above 0 and below n²"),
        Arguments.of("largest number", below, "out of range: must be above 0 and below n²"),
        Arguments.of("1", ONE, "carries no randomness"),
        Arguments.of("n + 1", N.add(ONE), "carries no randomness"),
        Arguments.of("n - 1", N.subtract(ONE), "carries no randomness"),
        Arguments.of("n² - 1", N_SQUARED.subtract(ONE), "carries no randomness"),
        Arguments.of("n", N, "has a factor in common with n"),
        Arguments.of("kn", N.multiply(good.mod(N)), "has a factor in common with n"),
        Arguments.of("P", TestKeys.P, "has a factor in common with n"),
        Arguments.of("kP", TestKeys.P.multiply(good.mod(N)), "has a factor in common with n"),
        Arguments.of("Q", TestKeys.Q, "has a factor in common with n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileCiphertexts")
  void fromBytes_hostileCiphertext_isRefusedWithItsIndex(
      String name, BigInteger hostile, String reason) {
    byte[] bytes = encrypted(1, 2, 3, 4).toBytes();
    FixedWidth.put(hostile, bytes, 2 * WIDTH, WIDTH);
    assertThatThrownBy(() -> CiphertextBlock.fromBytes(PUBLIC, bytes, 4))
        .as(name)
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Ciphertext 2 " + (reason.startsWith("out") ? "is " : "") + reason);
  }

  @Test
  void fromBytes_ciphertextPlusModulusSquared_isRefusedWhereItStillFits() {
    BigInteger small = ONE.shiftLeft(4096).subtract(N_SQUARED).shiftRight(1);
    byte[] bytes = new byte[WIDTH];
    FixedWidth.put(small.add(N_SQUARED), bytes, 0, WIDTH);
    assertThatThrownBy(() -> CiphertextBlock.fromBytes(PUBLIC, bytes, 1))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("out of range");
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "511, 1", "513, 1", "512, 0", "512, 2", "1024, 1", "512, -1", "0, -1"})
  void fromBytes_otherLength_isRefused(int length, int expectedCount) {
    byte[] bytes = Arrays.copyOf(encrypted(1, 2, 3).toBytes(), length);
    assertThatThrownBy(() -> CiphertextBlock.fromBytes(PUBLIC, bytes, expectedCount))
        .isInstanceOf(ProtocolException.class)
        .hasMessage(
            "Invalid ciphertext block of "
                + length
                + " bytes: must be "
                + expectedCount
                + " ciphertexts of 512 bytes");
  }

  @Test
  void fromBytes_countWhoseBytesOverflowAnInt_isRefused() {
    assertThatThrownBy(() -> CiphertextBlock.fromBytes(PUBLIC, new byte[0], 1 << 23))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void fromBytes_ownBytes_giveTheSameCiphertextsAndAreCopied() {
    CiphertextBlock block = encrypted(1, -2, 3);
    byte[] bytes = block.toBytes();
    CiphertextBlock back = CiphertextBlock.fromBytes(PUBLIC, bytes, 3);
    Arrays.fill(bytes, (byte) 0);
    back.toBytes()[0] ^= 1;
    assertThat(back.toBytes()).isEqualTo(block.toBytes());
    assertThat(TestKeys.KEY.decrypt(back).get(2)).isEqualTo(3);
  }

  @Test
  void slice_andConcat_undoEachOther() {
    CiphertextBlock block = encrypted(1, 2, 3, 4);
    CiphertextBlock joined =
        CiphertextBlock.concat(List.of(block.slice(0, 1), block.slice(1, 1), block.slice(1, 4)));
    assertThat(joined.toBytes()).isEqualTo(block.toBytes());
    assertThat(TestKeys.KEY.decrypt(block.slice(2, 3)).get(0)).isEqualTo(3);
    assertThat(block.slice(2, 2).size()).isZero();
  }

  @Test
  void concat_blocksOfDifferentSizesOfNumbers_keepsTheLargerBound() {
    CiphertextBlock joined = CiphertextBlock.concat(List.of(encrypted(1), encrypted(-1000)));
    assertThat(joined.bound()).isEqualTo(1000);
  }

  @Test
  void concat_nothing_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> CiphertextBlock.concat(List.of()));
  }

  @ParameterizedTest
  @CsvSource({"-1, 1", "0, 3", "2, 1"})
  void slice_outside_isRefused(int from, int to) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encrypted(1, 2).slice(from, to))
        .withMessage("Invalid slice " + from + " to " + to + ": must lie in 0 to 2");
  }

  @Test
  void toString_block_showsCountAndKeyOnly() {
    assertThat(encrypted(1, 2).toString()).matches("CiphertextBlock\\[2 under key [0-9a-f]{16}\\]");
  }
}
