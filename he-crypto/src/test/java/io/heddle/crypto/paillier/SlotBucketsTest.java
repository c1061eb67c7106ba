// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.crypto.bucket.BlockArithmetic;
import io.heddle.crypto.bucket.BucketTree;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import io.heddle.crypto.paillier.SlotBuckets.Chain;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Buckets and folds of one slot against a power per ciphertext. */
class SlotBucketsTest {
  private static final BigInteger N = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger MODULUS = N.multiply(BigInteger.valueOf(3));

  private final Random random = new Random(5);

  private BigInteger[] ciphertexts(int count) {
    BigInteger[] numbers = new BigInteger[count];
    Arrays.setAll(
        numbers,
        i -> new BigInteger(250, random).multiply(BigInteger.valueOf(3)).add(BigInteger.ONE));
    return numbers;
  }

  private static BigInteger powers(BigInteger[] ciphertexts, int[] values) {
    BigInteger product = BigInteger.ONE;
    for (int i = 0; i < values.length; i++) {
      product =
          product
              .multiply(ciphertexts[i].modPow(BigInteger.valueOf(values[i]), MODULUS))
              .mod(MODULUS);
    }
    return product;
  }

  private static BigInteger folded(BigInteger[] ciphertexts, DigitPlan plan, SlotBuckets buckets) {
    BlockArithmetic arithmetic = new BlockArithmetic(Modulus.of(MODULUS));
    Residues results =
        BucketTree.compute(
            arithmetic,
            arithmetic.modulus().residues(ciphertexts),
            buckets.trees(2),
            2 + buckets.size());
    List<Chain> chains = new ArrayList<>();
    for (int digit = 0; digit < plan.digits(); digit++) {
      chains.add(buckets.chain(digit, false, 2));
      chains.add(buckets.chain(digit, true, 2));
    }
    long before = arithmetic.multiplications();
    Fold fold = new Fold(arithmetic, results);
    fold.of(chains);
    assertThat(arithmetic.multiplications() - before)
        .isEqualTo(chains.stream().mapToLong(Fold::cost).sum());
    BigInteger[] digits = arithmetic.modulus().toIntegers(fold.ofPairs(chains));
    assertThat(digits).hasSize(plan.digits());
    BigInteger product = BigInteger.ONE;
    for (int digit = 0; digit < digits.length; digit++) {
      BigInteger weight = BigInteger.ONE.shiftLeft(plan.width() * digit);
      product = product.multiply(digits[digit].modPow(weight, MODULUS)).mod(MODULUS);
    }
    return product;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 6, 8, 12, 17})
  void buckets_anyValues_foldToTheProductOfPowers(int width) {
    int count = 150;
    BigInteger[] ciphertexts = ciphertexts(count);
    int[][] columns = {
      new int[count],
      IntStream.range(0, count).map(i -> 2048).toArray(),
      IntStream.range(0, count).map(i -> -2048).toArray(),
      IntStream.range(0, count).map(i -> i == 70 ? -1 : 0).toArray(),
      IntStream.range(0, count).map(i -> i % 7 - 3).toArray(),
      IntStream.range(0, count).map(i -> i % 2 == 0 ? 2047 : -2047).toArray(),
      random.ints(count, -2048, 2049).toArray(),
      random.ints(count, -32768, 32768).toArray()
    };
    for (int[] values : columns) {
      int largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
      DigitPlan plan = DigitPlan.forBits(width, largest);
      BigInteger expected = powers(ciphertexts, values);
      assertThat(folded(ciphertexts, plan, SlotBuckets.apart(plan, values))).isEqualTo(expected);
      assertThat(folded(ciphertexts, plan, SlotBuckets.joint(plan, values))).isEqualTo(expected);
    }
  }

  @Test
  void joint_fewDifferentValues_costsAMultiplicationPerRow() {
    DigitPlan plan = DigitPlan.forBits(6, 2048);
    int[] values = IntStream.range(0, 5000).map(i -> i % 50 * 40 - 1000).toArray();
    assertThat(SlotBuckets.joint(plan, values).cost()).isLessThan(5300);
    assertThat(SlotBuckets.apart(plan, values).cost()).isGreaterThan(9000);
  }

  @Test
  void choice_manyRows_joinsDigits() {
    int[] values = random.ints(100_000, -2048, 2049).toArray();
    short[] column = new short[values.length];
    for (int i = 0; i < column.length; i++) {
      column[i] = (short) values[i];
    }
    DigitChoice choice =
        DigitChoice.cheapest(
            column,
            19,
            slot ->
                IntStream.range(0, column.length / 19).map(k -> column[19 * k + slot]).toArray());
    assertThat(choice.joint()).isTrue();
    assertThat(choice.plan()).isEqualTo(new DigitPlan(6, 2));
  }

  @Test
  void choice_zeros_needsNoDigits() {
    DigitChoice choice = DigitChoice.cheapest(new short[40], 19, slot -> new int[3]);
    assertThat(choice.plan().digits()).isZero();
    assertThat(choice.buckets(new int[3]).size()).isZero();
  }
}
