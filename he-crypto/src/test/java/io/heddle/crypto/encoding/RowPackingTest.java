// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.Randomness;
import io.heddle.error.EncodingException;
import io.heddle.error.ProtocolException;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowPackingTest {
  /** The smallest and the largest modulus of 2048 bits, as far as the encoding can tell. */
  private static final PlaintextSpace SMALLEST = () -> BigInteger.ONE.shiftLeft(2047).setBit(0);

  private static final PlaintextSpace LARGEST =
      () -> BigInteger.ONE.shiftLeft(2048).subtract(BigInteger.ONE);

  /** Three quarters of the largest: one draw in four lies above the range of the masks. */
  private static final PlaintextSpace BETWEEN =
      () -> BigInteger.valueOf(3).shiftLeft(2046).setBit(0);

  private static final Randomness RANDOMNESS = Randomness.derive(new byte[32], "mask test");

  static List<PlaintextSpace> spaces() {
    return List.of(SMALLEST, BETWEEN, LARGEST);
  }

  /** The formula worked out by hand, and the limits. */
  @ParameterizedTest
  @CsvSource({
    "2048, 20, 12, 1000000, 56, 18, 55556",
    "2048, 16, 8, 1000000, 48, 21, 47620",
    "2048, 16, 8, 600, 38, 26, 24",
    "2048, 20, 12, 1, 36, 28, 1",
    "2048, 20, 12, 2, 37, 27, 1",
    "2048, 20, 12, 1024, 46, 22, 47",
    "2048, 20, 12, 1025, 47, 21, 49",
    "3072, 20, 12, 1000000, 56, 27, 37038",
    "4096, 20, 12, 1000000, 56, 36, 27778",
    "2048, 1, 2, 1, 7, 143, 1",
    "2048, 15, 12, 2147483647, 62, 16, 134217728"
  })
  void sizes_ofUsualTablesAndLimits_areAsStated(
      int keyBits, int residualBits, int columnBits, int rows, int slotBits, int slots, int count) {
    RowPacking packing = new RowPacking(keyBits, residualBits, columnBits, rows);
    assertThat(packing.slotBits()).isEqualTo(slotBits);
    assertThat(packing.rowsPerPlaintext()).isEqualTo(slots);
    assertThat(packing.ciphertexts()).isEqualTo(count);
    assertThat(packing.answerBits()).isEqualTo((2 * slots - 1) * slotBits);
    // 4 times 2^residualBits for the carry, times half of 2^columnBits.
    assertThat(packing.productBits()).isEqualTo(residualBits + columnBits + 1);
    assertThat(keyBits - packing.answerBits()).isBetween(42, 42 + 2 * slotBits - 1);
  }

  @Test
  void slot_sumOverAllRowsAtTheMaximum_keepsTwoBits() {
    for (int rows : new int[] {1, 2, 3, 4, 1 << 20, (1 << 20) + 1}) {
      RowPacking packing = new RowPacking(2048, 20, 12, rows);
      BigInteger sum = BigInteger.valueOf(rows).shiftLeft(packing.productBits());
      assertThat(sum.bitLength()).isLessThanOrEqualTo(packing.slotBits() - 2);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1024, 20, 12, 10, 'Invalid key size 1024: must be 2048 to 4096'",
    "2048, 0, 12, 10, 'Invalid residual size 0: must be 1 to 40'",
    "2048, 41, 12, 10, 'Invalid residual size 41: must be 1 to 40'",
    "2048, 20, 1, 10, 'Invalid column size 1: must be 2 to 16'",
    "2048, 20, 17, 10, 'Invalid column size 17: must be 2 to 16'",
    "2048, 20, 12, 0, 'Invalid number of rows 0: must be 1 to 2147483647'"
  })
  void packing_impossibleSize_isRefused(
      int keyBits, int residualBits, int columnBits, int rows, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RowPacking(keyBits, residualBits, columnBits, rows))
        .withMessage(message);
  }

  @Test
  void packing_slotAbove62Bits_isRefused() {
    assertThatThrownBy(() -> new RowPacking(2048, 34, 16, 1 << 9))
        .isInstanceOf(EncodingException.class)
        .hasMessage("A slot for 512 rows of 34 by 16 bits needs 63 bits: must be at most 62");
    assertThat(new RowPacking(2048, 34, 16, 1 << 8).slotBits()).isEqualTo(62);
  }

  @ParameterizedTest
  @MethodSource("spaces")
  void pack_anyResiduals_isTheSumOfShiftedRows(PlaintextSpace space) {
    RowPacking packing = new RowPacking(2048, 20, 12, 60);
    long[] residuals = new Random(1).longs(60, -(1 << 20), (1 << 20) + 1).toArray();
    residuals[0] = 1 << 20;
    residuals[59] = -(1 << 20);
    PlaintextBlock block = packing.pack(space, residuals, 0, 60);
    assertThat(block.size()).isEqualTo(packing.ciphertexts());
    for (int k = 0; k < block.size(); k++) {
      BigInteger expected = BigInteger.ZERO;
      for (int t = 0; t < packing.rowsPerPlaintext(); t++) {
        int row = k * packing.rowsPerPlaintext() + t;
        if (row < 60) {
          BigInteger power = BigInteger.TWO.pow(packing.slotBits() * t);
          expected = expected.add(BigInteger.valueOf(4 * residuals[row]).multiply(power));
        }
      }
      assertThat(block.get(k)).isEqualTo(expected.mod(space.modulus()));
    }
  }

  @Test
  void pack_inPieces_givesTheSameAndKnowsItsPlace() {
    RowPacking packing = new RowPacking(2048, 20, 12, 100);
    int slots = packing.rowsPerPlaintext();
    long[] residuals = new Random(2).longs(100, -1000, 1000).toArray();
    PlaintextBlock whole = packing.pack(LARGEST, residuals, 0, 100);
    PlaintextBlock tail = packing.pack(LARGEST, residuals, 2 * slots, 100);
    PlaintextBlock none = packing.pack(LARGEST, residuals, slots, slots);
    assertThat(tail.firstIndex()).isEqualTo(2);
    assertThat(tail.size()).isEqualTo(whole.size() - 2);
    assertThat(tail.get(0)).isEqualTo(whole.get(2));
    assertThat(none.size()).isZero();
  }

  @Test
  void packSlice_ofTheseRows_givesTheSameAndKnowsItsPlace() {
    RowPacking packing = new RowPacking(2048, 20, 12, 100);
    int slots = packing.rowsPerPlaintext();
    long[] residuals = LongStream.range(0, 100).map(i -> i * 7919 - 300_000).toArray();
    PlaintextBlock whole = packing.pack(LARGEST, residuals, slots, 100);
    PlaintextBlock slice =
        packing.packSlice(LARGEST, Arrays.copyOfRange(residuals, slots, 100), slots);
    assertThat(slice.firstIndex()).isEqualTo(whole.firstIndex()).isEqualTo(1);
    assertThat(slice.size()).isEqualTo(whole.size());
    for (int i = 0; i < slice.size(); i++) {
      assertThat(slice.get(i)).isEqualTo(whole.get(i));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> packing.packSlice(LARGEST, new long[slots - 1], 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> packing.packSlice(LARGEST, new long[101], 0));
  }

  @Test
  void pack_sumsOfNothing_areZeroAndNotTheModulus() {
    RowPacking packing = new RowPacking(2048, 20, 12, 30);
    PlaintextBlock block = packing.pack(LARGEST, new long[30], 0, 30);
    assertThat(block.size()).isEqualTo(2);
    assertThat(block.get(0)).isZero();
    assertThat(block.get(1)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {(1 << 20) + 1, -(1 << 20) - 1, Long.MAX_VALUE, Long.MIN_VALUE})
  void pack_residualTooLarge_namesTheRowOnly(long residual) {
    long[] residuals = new long[100];
    residuals[57] = residual;
    assertThatThrownBy(() -> new RowPacking(2048, 20, 12, 100).pack(LARGEST, residuals, 0, 100))
        .isInstanceOf(EncodingException.class)
        .hasMessage("The residual of row 57 does not fit: must be at most 2^20");
  }

  @ParameterizedTest
  @CsvSource({"-26, 26", "0, 1", "1, 26", "26, 0", "0, 104", "26, 101"})
  void pack_rowsOffTheGrid_areRefused(int from, int to) {
    RowPacking packing = new RowPacking(2048, 20, 8, 100);
    assertThat(packing.rowsPerPlaintext()).isEqualTo(26);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> packing.pack(LARGEST, new long[100], from, to));
  }

  @Test
  void packing_keyOfAnotherSize_isRefused() {
    PlaintextSpace longer = () -> BigInteger.ONE.shiftLeft(3071);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RowPacking(2048, 20, 12, 9).pack(longer, new long[9], 0, 9))
        .withMessage("Invalid key of 3072 bits: must be 2048");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RowPacking(2048, 20, 12, 9).masks(longer, 1, RANDOMNESS))
        .withMessage("Invalid key of 3072 bits: must be 2048");
  }

  @ParameterizedTest
  @MethodSource("spaces")
  void masks_many_lieInTheirRangeAndFillIt(PlaintextSpace space) {
    RowPacking packing = new RowPacking(2048, 20, 12, 1000);
    BigInteger lowest = BigInteger.TWO.pow(packing.answerBits() - 1);
    BigInteger highest = space.modulus().subtract(BigInteger.TWO.pow(packing.answerBits()));
    PlaintextBlock masks = packing.masks(space, 4000, RANDOMNESS);
    int[] counts = new int[16];
    for (int i = 0; i < masks.size(); i++) {
      assertThat(masks.get(i)).isGreaterThanOrEqualTo(lowest).isLessThan(highest);
      BigInteger sixteenths = masks.get(i).subtract(lowest).shiftLeft(4);
      counts[sixteenths.divide(highest.subtract(lowest)).intValue()]++;
    }
    double chiSquare = Arrays.stream(counts).mapToDouble(c -> (c - 250.0) * (c - 250) / 250).sum();
    // 15 degrees of freedom: exceeded with a probability of one in a million.
    assertThat(chiSquare).isLessThan(53.6);
  }

  static Stream<PlaintextSpace> spacesOfOtherSizes() {
    PlaintextSpace odd = () -> BigInteger.ONE.shiftLeft(2100).subtract(BigInteger.ONE);
    return Stream.concat(spaces().stream(), Stream.of(odd));
  }

  /** A mask is the first draw below the range, of its bits, under the top byte 4. */
  @ParameterizedTest
  @MethodSource("spacesOfOtherSizes")
  void masks_each_isTheFirstDrawThatFitsAboveTheOffset(PlaintextSpace space) {
    RowPacking packing = new RowPacking(space.modulus().bitLength(), 20, 12, 1000);
    BigInteger offset = BigInteger.TWO.pow(packing.answerBits() - 1);
    BigInteger range = space.modulus().subtract(offset.multiply(BigInteger.valueOf(3)));
    PlaintextBlock masks = packing.masks(space, 50, RANDOMNESS);
    for (int i = 0; i < masks.size(); i++) {
      BigInteger drawn = range;
      for (int attempt = 0; drawn.compareTo(range) >= 0; attempt++) {
        byte[] bytes = new byte[(range.bitLength() + 7) / 8];
        RANDOMNESS.fill((4L << 56) + ((long) attempt << 32) + i, bytes);
        drawn = new BigInteger(1, bytes).mod(BigInteger.TWO.pow(range.bitLength()));
      }
      assertThat(masks.get(i)).isEqualTo(offset.add(drawn));
    }
  }

  @Test
  void masks_sameRandomness_areTheSame() {
    RowPacking packing = new RowPacking(2048, 20, 12, 1000);
    PlaintextBlock masks = packing.masks(LARGEST, 3, RANDOMNESS);
    PlaintextBlock again = packing.masks(LARGEST, 5, RANDOMNESS);
    PlaintextBlock other = packing.masks(LARGEST, 1, Randomness.derive(new byte[32], "other"));
    assertThat(again.get(2)).isEqualTo(masks.get(2));
    assertThat(masks.get(0)).isNotEqualTo(masks.get(1)).isNotEqualTo(other.get(0));
  }

  @ParameterizedTest
  @MethodSource("spaces")
  void unmask_answersUpToTheBound_givesMiddleSlotExactly(PlaintextSpace space) {
    RowPacking packing = new RowPacking(2048, 20, 12, 1 << 10);
    int slotBits = packing.slotBits();
    int slots = 2 * packing.rowsPerPlaintext() - 1;
    Random random = new Random(3);
    long most = 1L << (slotBits - 3);
    List<BigInteger> masked = new ArrayList<>();
    long[] expected = new long[300];
    PlaintextBlock masks = packing.masks(space, expected.length, RANDOMNESS);
    for (int i = 0; i < expected.length; i++) {
      BigInteger answer = BigInteger.ZERO;
      for (int slot = 0; slot < slots; slot++) {
        long content = i < 2 ? (i == 0 ? most : -most) : random.nextLong(-most, most + 1);
        if (slot == slots / 2) {
          content &= -4;
          expected[i] = content / 4;
        }
        answer = answer.add(BigInteger.valueOf(content).shiftLeft(slotBits * slot));
      }
      BigInteger sum = answer.add(masks.get(i));
      assertThat(sum).isNotNegative().isLessThan(space.modulus());
      masked.add(sum);
    }
    long[] opened = packing.middleSlots(PlaintextBlock.of(0, masked));
    long[] sums = packing.unmask(opened, masks);
    for (int i = 0; i < sums.length; i++) {
      assertThat(opened[i]).isBetween(0L, (1L << slotBits) - 1);
      assertThat(sums[i]).isEqualTo(expected[i]);
    }
  }

  @Test
  void unmask_slotThatHoldsNoSum_isRefused() {
    RowPacking packing = new RowPacking(2048, 20, 12, 10);
    PlaintextBlock masks = packing.masks(LARGEST, 1, RANDOMNESS);
    long zero = packing.middleSlots(masks)[0];
    long mask = (1L << packing.slotBits()) - 1;
    for (long carry : new long[] {-1, 0, 1}) {
      assertThat(packing.unmask(new long[] {(zero + carry) & mask}, masks)).containsExactly(0);
    }
    assertThatThrownBy(() -> packing.unmask(new long[] {(zero + 2) & mask}, masks))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Answer 0 is not the sum that was asked for");
  }

  @Test
  void unmask_otherCount_isRefused() {
    RowPacking packing = new RowPacking(2048, 20, 12, 10);
    PlaintextBlock masks = packing.masks(LARGEST, 2, RANDOMNESS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> packing.unmask(new long[3], masks))
        .withMessage("Invalid number of slots 3: must be 2");
  }

  @Test
  void plaintextBlock_asValue_showsAndSerialisesNothing() {
    PlaintextBlock block = PlaintextBlock.of(3, List.of(BigInteger.valueOf(987654321)));
    assertThat(block).hasToString("PlaintextBlock[1 from 3]").isNotInstanceOf(Serializable.class);
  }

  @Test
  void plaintextBlock_ofTheLastIndex_isKept() {
    PlaintextBlock block = PlaintextBlock.of((1L << 32) - 1, List.of(BigInteger.ZERO));
    assertThat(block.firstIndex()).isEqualTo((1L << 32) - 1);
    assertThat(block.get(0)).isZero();
  }

  @Test
  void plaintextBlock_impossibleContent_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PlaintextBlock.of(0, List.of(BigInteger.ONE.negate())));
    assertThatIllegalArgumentException().isThrownBy(() -> PlaintextBlock.of(-1, List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> PlaintextBlock.of(1L << 32, List.of()));
  }
}
