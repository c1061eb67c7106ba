// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.TestKeys.KEY;
import static io.heddle.crypto.paillier.TestKeys.N;
import static io.heddle.crypto.paillier.TestKeys.N_SQUARED;
import static io.heddle.crypto.paillier.TestKeys.OTHER;
import static io.heddle.crypto.paillier.TestKeys.PUBLIC;
import static io.heddle.crypto.paillier.TestKeys.encrypted;
import static io.heddle.crypto.paillier.TestKeys.plaintexts;
import static io.heddle.crypto.paillier.TestKeys.randomness;
import static io.heddle.crypto.paillier.TestKeys.signed;
import static io.heddle.crypto.paillier.TestKeys.textbookDecrypt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaillierEncryptionTest {
  private static final BigInteger ONE = BigInteger.ONE;

  private static PlaintextBlock limits() {
    Random random = new Random(1);
    return PlaintextBlock.of(
        0,
        List.of(
            BigInteger.ZERO,
            ONE,
            N.subtract(ONE),
            N.shiftRight(1),
            TestKeys.P,
            TestKeys.Q.multiply(BigInteger.TEN),
            new BigInteger(2000, random)));
  }

  private static BigInteger exponent(Randomness randomness, long index, int bytes) {
    byte[] exponent = new byte[bytes];
    randomness.fill(index, exponent);
    return new BigInteger(1, exponent);
  }

  @Test
  void encrypt_publicAndOwner_areTheFormulaToTheByte() {
    Randomness randomness = randomness("formula");
    PlaintextBlock block = limits();
    CiphertextBlock encrypted = PUBLIC.encrypt(block, randomness);
    for (int i = 0; i < block.size(); i++) {
      BigInteger r = exponent(randomness, 1L << 56 | i, 448 / 8);
      BigInteger noise = PUBLIC.hs().modPow(r, N_SQUARED);
      BigInteger message = N.add(ONE).modPow(block.get(i), N_SQUARED);
      assertThat(TestKeys.residue(encrypted, i)).isEqualTo(message.multiply(noise).mod(N_SQUARED));
    }
    assertThat(KEY.encrypt(block, randomness).toBytes()).isEqualTo(encrypted.toBytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {3072, 4096})
  void encrypt_largerKeys_ownerAndPublicAgreeAndDecrypt(int keyBits) {
    PaillierPrivateKey key = PaillierPrivateKey.generate(keyBits, new SecureRandom());
    PlaintextBlock block = limits();
    CiphertextBlock encrypted = key.encrypt(block, randomness("larger"));
    assertThat(encrypted.toBytes())
        .hasSize(block.size() * keyBits / 4)
        .isEqualTo(key.publicKey().encrypt(block, randomness("larger")).toBytes());
    PlaintextBlock decrypted = key.decrypt(encrypted);
    for (int i = 0; i < block.size(); i++) {
      assertThat(decrypted.get(i)).isEqualTo(block.get(i));
    }
  }

  /** The block is as one that came from a peer, whose bound nobody knows. */
  @Test
  void total_anyPlaces_isTheSumOfTheirPlaintexts() {
    Random random = new Random(8);
    List<BigInteger> values = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      BigInteger value = BigInteger.valueOf(random.nextLong());
      values.add(value.signum() < 0 ? value.add(N) : value);
    }
    CiphertextBlock block =
        CiphertextBlock.fromBytes(
            PUBLIC,
            KEY.encrypt(PlaintextBlock.of(0, values), randomness("total")).toBytes(),
            values.size());
    for (int count : new int[] {0, 1, 2, 3, 63, 64, 65, 150}) {
      int[] places = random.ints(0, 150).distinct().limit(count).toArray();
      BigInteger expected =
          Arrays.stream(places).mapToObj(values::get).reduce(BigInteger.ZERO, BigInteger::add);
      CiphertextBlock total = PUBLIC.total(block, places);
      CiphertextBlock answer = PUBLIC.obfuscate(total, randomness("answer " + count));
      assertThat(total.size()).isEqualTo(1);
      assertThat(KEY.decrypt(answer).get(0)).isEqualTo(expected.mod(N));
      assertThat(answer.toBytes()).isNotEqualTo(total.toBytes());
    }
    assertThatThrownBy(() -> OTHER.total(block, new int[] {0}))
        .isInstanceOf(KeyMismatchException.class);
  }

  @Test
  void decrypt_limits_agreesWithThePaper() {
    PlaintextBlock block = limits();
    CiphertextBlock encrypted = KEY.encrypt(block, randomness("decrypt"));
    PlaintextBlock decrypted = KEY.decrypt(encrypted);
    for (int i = 0; i < block.size(); i++) {
      assertThat(decrypted.get(i))
          .isEqualTo(block.get(i))
          .isEqualTo(textbookDecrypt(TestKeys.residue(encrypted, i)));
    }
  }

  @Test
  void encrypt_inPieces_givesTheSameBytes() {
    List<BigInteger> values = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      values.add(BigInteger.valueOf(i));
    }
    byte[] whole = KEY.encrypt(PlaintextBlock.of(7, values), randomness("pieces")).toBytes();
    CiphertextBlock head =
        KEY.encrypt(PlaintextBlock.of(7, values.subList(0, 3)), randomness("pieces"));
    CiphertextBlock tail =
        PUBLIC.encrypt(PlaintextBlock.of(10, values.subList(3, 10)), randomness("pieces"));
    assertThat(CiphertextBlock.concat(List.of(head, tail)).toBytes()).isEqualTo(whole);
  }

  @Test
  void encrypt_equalPlaintexts_givesNoEqualCiphertexts() {
    Set<BigInteger> seen = new HashSet<>();
    for (String purpose : List.of("one", "two")) {
      seen.addAll(
          Arrays.asList(
              TestKeys.residues(KEY.encrypt(plaintexts(new long[100]), randomness(purpose)))));
    }
    assertThat(seen).hasSize(200).doesNotContain(ONE);
  }

  @Test
  void encrypt_emptyBlock_isEmpty() {
    CiphertextBlock empty = KEY.encrypt(plaintexts(), randomness("empty"));
    assertThat(empty.size()).isZero();
    assertThat(KEY.decrypt(empty).size()).isZero();
    assertThat(CiphertextBlock.fromBytes(PUBLIC, empty.toBytes(), 0).size()).isZero();
  }

  @Test
  void encrypt_plaintextNotBelowN_isRefused() {
    PlaintextBlock block = PlaintextBlock.of(0, List.of(ONE, N));
    assertThatThrownBy(() -> PUBLIC.encrypt(block, randomness("large")))
        .isInstanceOf(EncodingException.class)
        .hasMessage("Plaintext 1 does not fit a modulus of 2048 bits");
    assertThatThrownBy(() -> KEY.encrypt(block, randomness("large")))
        .isInstanceOf(EncodingException.class);
  }

  @Test
  void sum_signedNumbers_decryptsToTheSum() {
    CiphertextBlock sum =
        PUBLIC.sum(List.of(encrypted(1, -2, 0), encrypted(10, -20, 0), encrypted(-100, 200, 0)));
    PlaintextBlock decrypted = KEY.decrypt(sum);
    assertThat(List.of(decrypted.get(0), decrypted.get(1), decrypted.get(2)))
        .containsExactly(BigInteger.valueOf(-89).mod(N), BigInteger.valueOf(178), BigInteger.ZERO);
  }

  @Test
  void sum_nothing_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> PUBLIC.sum(List.of()));
  }

  @Test
  void operations_blockUnderAnotherKey_areRefused() {
    CiphertextBlock foreign = OTHER.encrypt(plaintexts(1), randomness("foreign"));
    CiphertextBlock own = encrypted(1);
    List<Runnable> operations =
        List.of(
            () -> PUBLIC.add(own, foreign),
            () -> KEY.decrypt(foreign),
            () -> PUBLIC.addMasks(foreign, plaintexts(5), randomness("masks")),
            () -> PUBLIC.obfuscate(foreign, randomness("masks")),
            () -> CiphertextBlock.concat(List.of(own, foreign)));
    for (Runnable operation : operations) {
      assertThatThrownBy(operation::run)
          .isInstanceOf(KeyMismatchException.class)
          .hasMessageContaining("key");
    }
  }

  @Test
  void chain_200RandomAdditions_isRight() {
    Random random = new Random(9);
    BigInteger[] expected = {BigInteger.ZERO, BigInteger.ZERO};
    CiphertextBlock chained = encrypted(0, 0);
    for (int step = 0; step < 200; step++) {
      long left = random.nextLong();
      long right = random.nextLong();
      chained = PUBLIC.add(chained, encrypted(left, right));
      expected[0] = expected[0].add(BigInteger.valueOf(left));
      expected[1] = expected[1].add(BigInteger.valueOf(right));
    }
    PlaintextBlock decrypted = KEY.decrypt(chained);
    assertThat(signed(decrypted.get(0))).isEqualTo(expected[0]);
    assertThat(signed(decrypted.get(1))).isEqualTo(expected[1]);
  }

  @Test
  void chain_doublingUpToTheModulus_isRightUntilItIsRefused() {
    BigInteger value = BigInteger.ONE.shiftLeft(1900).negate();
    CiphertextBlock chained =
        KEY.encrypt(PlaintextBlock.of(0, List.of(value.mod(N))), randomness("chain"));
    int refusedAt = 0;
    for (int step = 1; step <= 200 && refusedAt == 0; step++) {
      try {
        chained = PUBLIC.add(chained, chained);
        value = value.add(value);
        assertThat(signed(KEY.decrypt(chained).get(0))).isEqualTo(value);
      } catch (EncodingException e) {
        assertThat(e)
            .hasMessage(
                "The sum may need 2049 bits with its sign: must fit a modulus of 2048 bits");
        refusedAt = step;
      }
    }
    // 2^2046 is the last power of two whose sign fits below N / 2 >= 2^2046.
    assertThat(refusedAt).isEqualTo(147);
  }

  @Test
  void add_receivedBlocks_isRefusedForWantOfABound() {
    CiphertextBlock received = CiphertextBlock.fromBytes(PUBLIC, encrypted(1, 2).toBytes(), 2);
    assertThatThrownBy(() -> PUBLIC.add(received, encrypted(1, 2)))
        .isInstanceOf(EncodingException.class);
  }

  @Test
  void addMasks_answers_carryTheSumAndLongFreshRandomness() {
    ConcurrentSkipListMap<Long, Integer> asked = new ConcurrentSkipListMap<>();
    Randomness randomness = randomness("answers");
    Randomness watched =
        (index, into) -> {
          asked.put(index, into.length);
          randomness.fill(index, into);
        };
    CiphertextBlock answers = encrypted(-7, 7, 0);
    CiphertextBlock masked = PUBLIC.addMasks(answers, plaintexts(1000, 2000, 3000), watched);
    PlaintextBlock decrypted = KEY.decrypt(masked);
    for (int i = 0; i < 3; i++) {
      assertThat(decrypted.get(i)).isEqualTo(1000 * (i + 1) + List.of(-7, 7, 0).get(i));
      BigInteger r = exponent(randomness, 2L << 56 | i, 73);
      BigInteger expected =
          TestKeys.residue(answers, i)
              .multiply(N.multiply(BigInteger.valueOf(1000L * (i + 1))).add(ONE))
              .multiply(PUBLIC.hs().modPow(r, N_SQUARED));
      assertThat(TestKeys.residue(masked, i)).isEqualTo(expected.mod(N_SQUARED));
    }
    // The order of h has at most 449 bits: 577 bits are 128 more.
    assertThat(asked).hasSize(3).allSatisfy((index, bytes) -> assertThat(bytes * 8).isEqualTo(584));
    // None of them at an index that an encryption uses.
    PUBLIC.encrypt(plaintexts(1, 2, 3), watched);
    assertThat(asked).hasSize(6);
  }

  @Test
  void obfuscate_block_decryptsAlikeWithOtherBytesAndTheSameBound() {
    ConcurrentSkipListMap<Long, Integer> asked = new ConcurrentSkipListMap<>();
    Randomness randomness = randomness("obfuscate");
    Randomness watched =
        (index, into) -> {
          asked.put(index, into.length);
          randomness.fill(index, into);
        };
    CiphertextBlock block = encrypted(-7, 7, 0);
    CiphertextBlock fresh = PUBLIC.obfuscate(block, watched);
    PlaintextBlock decrypted = KEY.decrypt(fresh);
    assertThat(fresh.bound()).isEqualTo(block.bound()).isEqualTo(7);
    for (int i = 0; i < 3; i++) {
      BigInteger r = exponent(randomness, 2L << 56 | i, 73);
      assertThat(signed(decrypted.get(i))).isEqualTo(BigInteger.valueOf(new long[] {-7, 7, 0}[i]));
      assertThat(TestKeys.residue(fresh, i))
          .isNotEqualTo(TestKeys.residue(block, i))
          .isEqualTo(
              TestKeys.residue(block, i).multiply(PUBLIC.hs().modPow(r, N_SQUARED)).mod(N_SQUARED));
    }
    assertThat(asked).hasSize(3).allSatisfy((index, bytes) -> assertThat(bytes * 8).isEqualTo(584));
  }

  @Test
  void addMasks_maskWithoutRoom_isRefused() {
    CiphertextBlock answers = encrypted(-7, 7);
    BigInteger tight = N.subtract(BigInteger.valueOf(7));
    for (BigInteger mask : List.of(BigInteger.valueOf(6), tight)) {
      PlaintextBlock masks = PlaintextBlock.of(0, List.of(BigInteger.valueOf(7), mask));
      assertThatThrownBy(() -> PUBLIC.addMasks(answers, masks, randomness("tight")))
          .isInstanceOf(EncodingException.class)
          .hasMessage("Mask 1 leaves no room for its answer");
    }
    PlaintextBlock masks =
        PlaintextBlock.of(0, List.of(BigInteger.valueOf(7), tight.subtract(ONE)));
    PlaintextBlock opened = KEY.decrypt(PUBLIC.addMasks(answers, masks, randomness("tight")));
    assertThat(opened.get(0)).isEqualTo(BigInteger.ZERO);
    assertThat(opened.get(1)).isEqualTo(N.subtract(ONE));
  }

  @Test
  void addMasks_otherCount_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PUBLIC.addMasks(encrypted(1), plaintexts(1, 2), randomness("count")))
        .withMessage("Invalid block size 2: must be 1");
  }

  @Test
  void decrypt_outsideTheSubgroup_namesTheIndex() {
    BigInteger[] residues = TestKeys.residues(encrypted(1, 2, 3));
    residues[1] = residues[1].multiply(BigInteger.valueOf(3)).mod(N_SQUARED);
    CiphertextBlock forged = TestKeys.block(residues, ONE);
    assertThatThrownBy(() -> KEY.decrypt(forged))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Ciphertext 1 lies outside the subgroup of its key");
  }

  /** Right modulo one prime only: each half must be checked. */
  @Test
  void decrypt_outsideTheSubgroupModuloOnePrime_isRefused() {
    for (BigInteger prime : List.of(TestKeys.P, TestKeys.Q)) {
      BigInteger other = N.divide(prime);
      BigInteger oneModPrime =
          prime.pow(2).multiply(prime.pow(2).modInverse(other.pow(2))).mod(N_SQUARED);
      // 1 modulo prime², 3 modulo the other one's square.
      BigInteger factor = ONE.add(oneModPrime.multiply(BigInteger.TWO)).mod(N_SQUARED);
      BigInteger forged = TestKeys.residue(encrypted(5), 0).multiply(factor).mod(N_SQUARED);
      CiphertextBlock block = TestKeys.block(new BigInteger[] {forged}, ONE);
      assertThatThrownBy(() -> KEY.decrypt(block)).isInstanceOf(ProtocolException.class);
    }
  }
}
