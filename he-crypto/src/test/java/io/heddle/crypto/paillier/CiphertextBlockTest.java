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
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.error.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
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

  @Test
  void serialisation_betweenOwnProcesses_keepsBytesBoundAndKey() throws Exception {
    CiphertextBlock block = encrypted(1, -2000, 3);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(block);
      out.writeObject(block.slice(1, 1));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      CiphertextBlock back = (CiphertextBlock) in.readObject();
      assertThat(back.toBytes()).isEqualTo(block.toBytes());
      assertThat(back.bound()).isEqualTo(2000);
      assertThat(back).hasToString(block.toString());
      CiphertextBlock sum = PUBLIC.add(back, block);
      assertThat(TestKeys.signed(TestKeys.KEY.decrypt(sum).get(1))).isEqualTo(-4000);
      assertThat(((CiphertextBlock) in.readObject()).size()).isZero();
    }
  }

  /** A block of the size in which they come: out of range at every place in turn. */
  @Test
  void fromBytes_oneOutOfRangeAmongThousand_isNamedWhereverItIs() {
    byte[] bytes = thousand();
    byte[] zero = new byte[WIDTH];
    byte[] beyond = new byte[WIDTH];
    FixedWidth.put(N_SQUARED, beyond, 0, WIDTH);
    for (int i = 0; i < 1000; i++) {
      assertRefusedAt(bytes, i, i % 2 == 0 ? zero : beyond, "is out of range");
    }
    assertThat(CiphertextBlock.fromBytes(PUBLIC, bytes, 1000).toBytes()).isEqualTo(bytes);
  }

  /**
   * The kinds that only the product over the block shows, at places where lanes, pieces and the
   * block begin and end: finding the place takes a divisor for each ciphertext before it.
   */
  @Test
  void fromBytes_oneBadAmongThousand_isNamedAtTheBordersOfPieces() {
    byte[] bytes = thousand();
    BigInteger good = TestKeys.residue(encrypted(4711), 0);
    byte[][] bad = new byte[4][WIDTH];
    FixedWidth.put(TestKeys.P.multiply(good.mod(N)), bad[0], 0, WIDTH);
    FixedWidth.put(TestKeys.Q.multiply(good.mod(N)), bad[1], 0, WIDTH);
    FixedWidth.put(N.multiply(good.mod(N)).add(ONE), bad[2], 0, WIDTH);
    FixedWidth.put(N.multiply(good.mod(N)).subtract(ONE), bad[3], 0, WIDTH);
    int[] places = {0, 1, 6, 7, 8, 9, 63, 64, 127, 128, 255, 256, 500, 511, 512, 767, 992, 999};
    for (int k = 0; k < places.length; k++) {
      for (int kind = k % 2; kind < 4; kind += 2) {
        String reason = kind < 2 ? "has a factor in common with n" : "carries no randomness";
        assertRefusedAt(bytes, places[k], bad[kind], reason);
      }
    }
  }

  private static byte[] thousand() {
    List<BigInteger> values = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      values.add(BigInteger.valueOf(i));
    }
    return TestKeys.KEY
        .encrypt(PlaintextBlock.of(0, values), TestKeys.randomness("thousand"))
        .toBytes();
  }

  private static void assertRefusedAt(byte[] bytes, int index, byte[] bad, String reason) {
    byte[] good = Arrays.copyOfRange(bytes, index * WIDTH, (index + 1) * WIDTH);
    System.arraycopy(bad, 0, bytes, index * WIDTH, WIDTH);
    assertThatThrownBy(() -> CiphertextBlock.fromBytes(PUBLIC, bytes, 1000))
        .isInstanceOf(ProtocolException.class)
        .hasMessageStartingWith("Ciphertext " + index + " " + reason);
    System.arraycopy(good, 0, bytes, index * WIDTH, WIDTH);
  }
}
