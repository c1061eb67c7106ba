// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.additive.CiphertextSpace;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.error.EncodingException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decrypted sums against those of BigInteger. */
class BinSumsTest {
  private static final PaillierPrivateKey KEY =
      PaillierPrivateKey.generate(2048, new SecureRandom());
  private static final CiphertextSpace SPACE = KEY.publicKey().space();
  private static final int VALUE_BITS = 40;

  private final Random random = new Random(77);

  private List<BigInteger> values(int count) {
    return Stream.generate(() -> new BigInteger(VALUE_BITS, random)).limit(count).toList();
  }

  private static CiphertextBlock encrypt(List<BigInteger> values) {
    return KEY.encrypt(PlaintextBlock.of(0, values), Randomness.derive(new byte[32], "bin sums"));
  }

  /** Whose sums are declared to stay below a power of two. */
  private static CiphertextBlock below(CiphertextBlock block, int bits) {
    return SPACE.block(
        SPACE.residues(block), BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE));
  }

  private static List<BigInteger> decrypt(CiphertextBlock block) {
    PlaintextBlock plaintexts = KEY.decrypt(block);
    return IntStream.range(0, plaintexts.size()).mapToObj(plaintexts::get).toList();
  }

  private byte[][] columns(int rows, int... sizes) {
    byte[][] columns = new byte[sizes.length][rows];
    for (int j = 0; j < sizes.length; j++) {
      for (int i = 0; i < rows; i++) {
        columns[j][i] = (byte) random.nextInt(sizes[j]);
      }
    }
    return columns;
  }

  private static List<BigInteger> sums(
      byte[][] columns, int[] sizes, int[] rows, List<BigInteger> values) {
    List<BigInteger> sums = new ArrayList<>();
    for (int j = 0; j < sizes.length; j++) {
      for (int bin = 0; bin < sizes[j]; bin++) {
        BigInteger sum = BigInteger.ZERO;
        for (int row : rows) {
          sum = (columns[j][row] & 0xff) == bin ? sum.add(values.get(row)) : sum;
        }
        sums.add(sum);
      }
    }
    return sums;
  }

  @Test
  void histogram_ofSomeRows_hasTheSumOfEachBin() {
    int[] sizes = {1, 5, 2, 200, 9};
    byte[][] columns = columns(90, sizes);
    int[] rows = IntStream.range(0, 90).filter(i -> i % 3 != 1).toArray();
    List<BigInteger> values = values(90);
    BigInteger bound = BigInteger.ONE.shiftLeft(VALUE_BITS + 7);
    CiphertextBlock bins =
        BinSums.histogram(SPACE, Histogram.plan(columns, sizes, rows), encrypt(values), bound);
    assertThat(decrypt(bins)).isEqualTo(sums(columns, sizes, rows, values));
    assertThat(bins.bound()).isEqualTo(bound);
  }

  @Test
  void histogram_ofNoRows_isZeroEverywhere() {
    int[] sizes = {3, 1};
    CiphertextBlock bins =
        BinSums.histogram(
            SPACE,
            Histogram.plan(columns(4, sizes), sizes, new int[0]),
            encrypt(values(4)),
            BigInteger.ONE);
    assertThat(decrypt(bins)).hasSize(4).allMatch(sum -> sum.signum() == 0);
  }

  @Test
  void left_ofRandomCuts_hasTheBinsUpToEachAndOneMore() {
    int[] sizes = {1, 6, 1, 3, 11};
    int[] starts = {0, 1, 7, 8, 11, 22};
    List<BigInteger> bins = values(22);
    int[] cuts = new int[60];
    int[] more = new int[60];
    List<BigInteger> expected = new ArrayList<>();
    for (int i = 0; i < cuts.length; i++) {
      int column = random.nextInt(sizes.length);
      cuts[i] = starts[column] + random.nextInt(sizes[column]);
      boolean missing = cuts[i] + 1 < starts[column + 1] && random.nextBoolean();
      more[i] = missing ? starts[column + 1] - 1 : -1;
      BigInteger sum = missing ? bins.get(more[i]) : BigInteger.ZERO;
      for (int bin = starts[column]; bin <= cuts[i]; bin++) {
        sum = sum.add(bins.get(bin));
      }
      expected.add(sum);
    }
    assertThat(more).contains(-1);
    assertThat(Arrays.stream(more).filter(bin -> bin >= 0).count()).isGreaterThan(5);
    CiphertextBlock sums = below(encrypt(bins), VALUE_BITS + 5);
    CiphertextBlock left = BinSums.left(SPACE, sums, starts, cuts, more);
    assertThat(decrypt(left)).isEqualTo(expected);
    assertThat(left.bound()).isEqualTo(sums.bound());
    assertThat(decrypt(sums)).as("the sums are as they were").isEqualTo(bins);
  }

  @Test
  void left_ofNoCuts_isEmpty() {
    CiphertextBlock sums = below(encrypt(values(2)), VALUE_BITS + 1);
    assertThat(BinSums.left(SPACE, sums, new int[] {0, 2}, new int[0], new int[0]).size()).isZero();
  }

  private static List<BigInteger> packed(List<BigInteger> sums, int slotBits, int perCiphertext) {
    List<BigInteger> packed = new ArrayList<>();
    for (int from = 0; from < sums.size(); from += perCiphertext) {
      BigInteger value = BigInteger.ZERO;
      for (int k = 0; k < perCiphertext && from + k < sums.size(); k++) {
        value = value.add(sums.get(from + k).shiftLeft(k * slotBits));
      }
      packed.add(value);
    }
    return packed;
  }

  @ParameterizedTest
  @CsvSource({"1, 7", "7, 7", "8, 7", "13, 7", "14, 7", "29, 7", "3, 1", "40, 51", "51, 51"})
  void pack_anyNumberOfSums_standSideBySide(int count, int perCiphertext) {
    List<BigInteger> sums = values(count);
    CiphertextBlock packed =
        BinSums.pack(SPACE, below(encrypt(sums), VALUE_BITS), VALUE_BITS, perCiphertext);
    assertThat(decrypt(packed)).isEqualTo(packed(sums, VALUE_BITS, perCiphertext));
  }

  @Test
  void pack_noSums_isEmpty() {
    CiphertextBlock none = below(encrypt(values(1)), VALUE_BITS).slice(0, 0);
    assertThat(BinSums.pack(SPACE, none, VALUE_BITS, 7).size()).isZero();
  }

  /** n = 2^k rows of the largest value, in one bin: the sums fill their slots to the last bit. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 7})
  void sums_allRowsAtTheLargestValue_fit(int k) {
    int rows = 1 << k;
    BigInteger largest = BigInteger.ONE.shiftLeft(VALUE_BITS).subtract(BigInteger.ONE);
    BigInteger total = largest.shiftLeft(k);
    int slotBits = total.bitLength();
    int perCiphertext = 2046 / slotBits;
    int[] sizes = new int[perCiphertext + 1];
    Arrays.fill(sizes, 1);
    int[] starts = IntStream.rangeClosed(0, sizes.length).toArray();
    CiphertextBlock bins =
        BinSums.histogram(
            SPACE,
            Histogram.plan(new byte[sizes.length][rows], sizes, IntStream.range(0, rows).toArray()),
            encrypt(Stream.generate(() -> largest).limit(rows).toList()),
            total);
    int[] none = new int[sizes.length];
    Arrays.fill(none, -1);
    CiphertextBlock left =
        BinSums.left(SPACE, bins, starts, IntStream.range(0, sizes.length).toArray(), none);
    List<BigInteger> expected = Stream.generate(() -> total).limit(sizes.length).toList();
    assertThat(decrypt(left)).isEqualTo(expected);
    assertThat(decrypt(BinSums.pack(SPACE, left, slotBits, perCiphertext)))
        .isEqualTo(packed(expected, slotBits, perCiphertext));
  }

  @Test
  void pack_sumsTooLargeForASlot_isRefused() {
    CiphertextBlock sums = below(encrypt(values(2)), VALUE_BITS + 1);
    assertThatThrownBy(() -> BinSums.pack(SPACE, sums, VALUE_BITS, 2))
        .isInstanceOf(EncodingException.class)
        .hasMessage("A sum of 41 bits does not fit a slot of 40 bits");
    assertThat(BinSums.pack(SPACE, sums, VALUE_BITS + 1, 2).size()).isEqualTo(1);
  }

  @Test
  void pack_moreSlotsThanAPlaintextHolds_isRefused() {
    CiphertextBlock sums = below(encrypt(values(2)), VALUE_BITS);
    assertThatThrownBy(() -> BinSums.pack(SPACE, sums, 2047, 1))
        .isInstanceOf(EncodingException.class)
        .hasMessage("1 slots of 2047 bits do not fit a modulus of 2048 bits");
    assertThatThrownBy(() -> BinSums.pack(SPACE, sums, 64, 32))
        .isInstanceOf(EncodingException.class)
        .hasMessage("32 slots of 64 bits do not fit a modulus of 2048 bits");
    assertThat(BinSums.pack(SPACE, sums, 66, 31).size()).isEqualTo(1);
  }

  /** A number of the first block stands highest, that of the last one lowest. */
  @ParameterizedTest
  @CsvSource({"1, 4", "5, 1", "9, 3", "17, 2", "0, 3"})
  void fold_blocksOfSums_standAboveEachOther(int size, int blocks) {
    List<BigInteger> sums = values(size * blocks);
    CiphertextBlock one = below(encrypt(values(1)), VALUE_BITS);
    CiphertextBlock all = size == 0 ? one.slice(0, 0) : below(encrypt(sums), VALUE_BITS);
    CiphertextBlock folded = BinSums.fold(SPACE, all, 100, blocks);
    List<BigInteger> expected = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      BigInteger value = BigInteger.ZERO;
      for (int t = 0; t < blocks; t++) {
        value = value.add(sums.get(t * size + i).shiftLeft(100 * (blocks - 1 - t)));
      }
      expected.add(value);
      assertThat(value).isLessThanOrEqualTo(folded.bound());
    }
    assertThat(decrypt(folded)).isEqualTo(expected);
  }

  @Test
  void fold_whatDoesNotFit_isRefused() {
    CiphertextBlock sums = below(encrypt(values(6)), VALUE_BITS);
    assertThatThrownBy(() -> BinSums.fold(SPACE, sums, 1010, 3))
        .isInstanceOf(EncodingException.class)
        .hasMessage("3 blocks of sums 1010 bits apart do not fit a modulus of 2048 bits");
    assertThat(BinSums.fold(SPACE, sums, 1000, 3).size()).isEqualTo(2);
    for (int blocks : new int[] {0, -1, 4}) {
      assertThatThrownBy(() -> BinSums.fold(SPACE, sums, 100, blocks))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Invalid number of blocks " + blocks + " of 6 sums");
    }
  }
}
