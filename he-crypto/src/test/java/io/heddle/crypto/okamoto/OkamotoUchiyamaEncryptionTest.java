// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.okamoto;

import static io.heddle.crypto.okamoto.TestKeys.G;
import static io.heddle.crypto.okamoto.TestKeys.KEY;
import static io.heddle.crypto.okamoto.TestKeys.LIMIT;
import static io.heddle.crypto.okamoto.TestKeys.N;
import static io.heddle.crypto.okamoto.TestKeys.OTHER;
import static io.heddle.crypto.okamoto.TestKeys.P;
import static io.heddle.crypto.okamoto.TestKeys.PUBLIC;
import static io.heddle.crypto.okamoto.TestKeys.encrypted;
import static io.heddle.crypto.okamoto.TestKeys.plaintexts;
import static io.heddle.crypto.okamoto.TestKeys.randomness;
import static io.heddle.crypto.okamoto.TestKeys.textbookDecrypt;
import static org.assertj.core.api.Assertions.assertThat;
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
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OkamotoUchiyamaEncryptionTest {
  private static final BigInteger ONE = BigInteger.ONE;

  private static PlaintextBlock limits() {
    Random random = new Random(1);
    return PlaintextBlock.of(
        3,
        List.of(
            BigInteger.ZERO,
            ONE,
            LIMIT.subtract(ONE),
            LIMIT.shiftRight(1),
            ONE.shiftLeft(64),
            new BigInteger(500, random)));
  }

  private static PlaintextBlock pairs() {
    return plaintexts(0, 1, 65_535, 0xffff_ffffL, Long.MAX_VALUE, 12_345_678, 7, 8, 9, 10);
  }

  private static BigInteger exponent(Randomness randomness, long index, int bits) {
    byte[] exponent = new byte[bits / 8];
    randomness.fill(index, exponent);
    return new BigInteger(1, exponent);
  }

  @Test
  void encrypt_publicAndOwner_areTheFormulaToTheByte() {
    Randomness randomness = randomness("formula");
    BigInteger h = G.modPow(N, N);
    for (PlaintextBlock block : List.of(limits(), pairs())) {
      CiphertextBlock encrypted = PUBLIC.encrypt(block, randomness);
      for (int i = 0; i < block.size(); i++) {
        BigInteger r = exponent(randomness, 1L << 56 | (block.firstIndex() + i), 2048);
        BigInteger expected = G.modPow(block.get(i), N).multiply(h.modPow(r, N)).mod(N);
        assertThat(TestKeys.residue(encrypted, i)).isEqualTo(expected);
      }
      assertThat(KEY.encrypt(block, randomness).toBytes()).isEqualTo(encrypted.toBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3072, 4096})
  void encrypt_largerKeys_ownerAndPublicAgreeAndDecrypt(int keyBits) {
    OkamotoUchiyamaPrivateKey key = OkamotoUchiyamaPrivateKey.generate(keyBits, new SecureRandom());
    BigInteger largest = ONE.shiftLeft(keyBits / 4 - 1).subtract(ONE);
    PlaintextBlock block = PlaintextBlock.of(0, List.of(largest, ONE, BigInteger.ZERO));
    CiphertextBlock encrypted = key.encrypt(block, randomness("larger"));
    assertThat(encrypted.toBytes())
        .hasSize(block.size() * keyBits / 8)
        .isEqualTo(key.publicKey().encrypt(block, randomness("larger")).toBytes());
    PlaintextBlock decrypted = key.decrypt(encrypted);
    for (int i = 0; i < block.size(); i++) {
      assertThat(decrypted.get(i)).isEqualTo(block.get(i));
    }
    assertThat(OkamotoUchiyamaPublicKey.fromBytes(key.publicKey().toBytes()))
        .isEqualTo(key.publicKey());
  }

  @Test
  void decrypt_limits_agreesWithThePaper() {
    PlaintextBlock block = limits();
    CiphertextBlock encrypted = KEY.encrypt(block, randomness("decrypt"));
    PlaintextBlock decrypted = KEY.decrypt(encrypted);
    for (int i = 0; i < block.size(); i++) {
      assertThat(decrypted.get(i))
          .isEqualTo(block.get(i))
          .isEqualTo(textbookDecrypt(KEY.numbers(), TestKeys.residue(encrypted, i)));
    }
  }

  /** The worked example of many textbooks: p = 3, q = 5, g = 22, h = 37, m = 2, r = 13, c = 43. */
  @Test
  void textbookDecrypt_smallNumbers_isTheKnownAnswer() {
    SecretNumbers small =
        new SecretNumbers(BigInteger.valueOf(3), BigInteger.valueOf(5), BigInteger.valueOf(22));
    assertThat(small.g().modPow(small.n(), small.n())).isEqualTo(37);
    assertThat(textbookDecrypt(small, BigInteger.valueOf(43))).isEqualTo(2);
  }

  @Test
  void encrypt_inPieces_givesTheSameBytes() {
    List<BigInteger> values = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      values.add(BigInteger.valueOf(i));
    }
    Randomness randomness = randomness("pieces");
    byte[] whole = KEY.encrypt(PlaintextBlock.of(7, values), randomness).toBytes();
    CiphertextBlock head = KEY.encrypt(PlaintextBlock.of(7, values.subList(0, 3)), randomness);
    CiphertextBlock tail = PUBLIC.encrypt(PlaintextBlock.of(10, values.subList(3, 20)), randomness);
    assertThat(CiphertextBlock.concat(List.of(head, tail)).toBytes()).isEqualTo(whole);
  }

  @Test
  void encrypt_equalPlaintexts_differ() {
    CiphertextBlock encrypted = encrypted(5, 5);
    assertThat(TestKeys.residue(encrypted, 0)).isNotEqualTo(TestKeys.residue(encrypted, 1));
  }

  @Test
  void encrypt_nothing_isEmpty() {
    CiphertextBlock empty = KEY.encrypt(plaintexts(), randomness("empty"));
    assertThat(empty.size()).isZero();
    assertThat(KEY.decrypt(PUBLIC.encrypt(plaintexts(), randomness("empty"))).size()).isZero();
    assertThat(PUBLIC.obfuscate(empty, randomness("empty")).size()).isZero();
  }

  @Test
  void encrypt_plaintextBeyondTheLimit_isRefused() {
    PlaintextBlock block = PlaintextBlock.of(0, List.of(ONE, LIMIT));
    assertThatThrownBy(() -> PUBLIC.encrypt(block, randomness("large")))
        .isInstanceOf(EncodingException.class)
        .hasMessageStartingWith("Plaintext 1 does not fit");
    assertThatThrownBy(() -> KEY.encrypt(block, randomness("large")))
        .isInstanceOf(EncodingException.class);
  }

  @Test
  void randomness_ofEncryptionAndObfuscation_isLongAndApart() {
    ConcurrentSkipListMap<Long, Integer> asked = new ConcurrentSkipListMap<>();
    Randomness randomness = randomness("lengths");
    Randomness watched =
        (index, into) -> {
          asked.merge(index, 8 * into.length, Integer::sum);
          randomness.fill(index, into);
        };
    CiphertextBlock encrypted = PUBLIC.encrypt(plaintexts(1, 2, 3), watched);
    assertThat(asked).hasSize(3).allSatisfy((index, bits) -> assertThat(bits).isEqualTo(2048));
    KEY.encrypt(plaintexts(1, 2, 3), watched);
    assertThat(asked).hasSize(3).allSatisfy((index, bits) -> assertThat(bits).isEqualTo(2 * 2048));
    asked.clear();
    PUBLIC.obfuscate(encrypted, watched);
    assertThat(asked)
        .hasSize(3)
        .allSatisfy((index, bits) -> assertThat(bits).isEqualTo(2048 + 64))
        .doesNotContainKeys(1L << 56, 1L << 56 | 1, 1L << 56 | 2);
  }

  @Test
  void obfuscate_block_decryptsAlikeWithOtherBytesAndTheSameBound() {
    Randomness randomness = randomness("obfuscate");
    CiphertextBlock block = encrypted(1, 1000, 3);
    CiphertextBlock fresh = PUBLIC.obfuscate(block, randomness);
    PlaintextBlock decrypted = KEY.decrypt(fresh);
    assertThat(fresh.bound()).isEqualTo(block.bound()).isEqualTo(1000);
    for (int i = 0; i < 3; i++) {
      BigInteger r = exponent(randomness, 2L << 56 | i, 2112);
      assertThat(decrypted.get(i)).isEqualTo(BigInteger.valueOf(new long[] {1, 1000, 3}[i]));
      assertThat(TestKeys.residue(fresh, i))
          .isNotEqualTo(TestKeys.residue(block, i))
          .isEqualTo(TestKeys.residue(block, i).multiply(PUBLIC.h().modPow(r, N)).mod(N));
    }
  }

  @Test
  void sum_blocks_decryptsToTheSum() {
    CiphertextBlock sum =
        PUBLIC.sum(List.of(encrypted(1, 2, 0), encrypted(10, 20, 0), encrypted(100, 200, 0)));
    PlaintextBlock decrypted = KEY.decrypt(sum);
    assertThat(List.of(decrypted.get(0), decrypted.get(1), decrypted.get(2)))
        .containsExactly(BigInteger.valueOf(111), BigInteger.valueOf(222), BigInteger.ZERO);
    assertThat(sum.bound()).isEqualTo(2 + 20 + 200);
  }

  @Test
  void chain_200RandomAdditions_isRight() {
    Random random = new Random(9);
    BigInteger[] expected = {BigInteger.ZERO, BigInteger.ZERO};
    CiphertextBlock chained = encrypted(0, 0);
    for (int step = 0; step < 200; step++) {
      long left = random.nextLong() >>> 1;
      long right = random.nextLong() >>> 1;
      chained = PUBLIC.add(chained, encrypted(left, right));
      expected[0] = expected[0].add(BigInteger.valueOf(left));
      expected[1] = expected[1].add(BigInteger.valueOf(right));
    }
    PlaintextBlock decrypted = KEY.decrypt(chained);
    assertThat(decrypted.get(0)).isEqualTo(expected[0]);
    assertThat(decrypted.get(1)).isEqualTo(expected[1]);
  }

  @Test
  void chain_doublingUpToTheLimit_isRightUntilItIsRefused() {
    BigInteger value = ONE.shiftLeft(400);
    CiphertextBlock chained = KEY.encrypt(PlaintextBlock.of(0, List.of(value)), randomness("up"));
    int refusedAt = 0;
    for (int step = 1; step <= 200 && refusedAt == 0; step++) {
      try {
        chained = PUBLIC.add(chained, chained);
        value = value.add(value);
        assertThat(KEY.decrypt(chained).get(0)).isEqualTo(value);
      } catch (EncodingException e) {
        refusedAt = step;
      }
    }
    // Twice the sum stays below 2^511.
    assertThat(refusedAt).isEqualTo(510 - 400);
  }

  @Test
  void add_receivedBlocks_isRefusedForWantOfABound() {
    CiphertextBlock received = PUBLIC.read(encrypted(1, 2).toBytes(), 2);
    assertThatThrownBy(() -> PUBLIC.add(received, encrypted(1, 2)))
        .isInstanceOf(EncodingException.class);
  }

  @Test
  void operations_blockUnderAnotherKey_areRefused() {
    CiphertextBlock foreign = OTHER.encrypt(plaintexts(1), randomness("foreign"));
    CiphertextBlock own = encrypted(1);
    List<Runnable> operations =
        List.of(
            () -> PUBLIC.add(own, foreign),
            () -> KEY.decrypt(foreign),
            () -> PUBLIC.obfuscate(foreign, randomness("foreign")),
            () -> CiphertextBlock.concat(List.of(own, foreign)));
    for (Runnable operation : operations) {
      assertThatThrownBy(operation::run)
          .isInstanceOf(KeyMismatchException.class)
          .hasMessageContaining("key");
    }
  }

  /**
   * Why nothing decrypted may go back: g^x decrypts to x mod p, so x minus the answer is a multiple
   * of p. The ciphertext looks like any other.
   */
  @Test
  void decrypt_chosenCiphertextThatIsAnswered_givesTheKeyAway() {
    Random attacker = new Random(7);
    BigInteger found = ONE;
    while (found.equals(ONE)) {
      BigInteger x = new BigInteger(600, attacker);
      BigInteger noise = PUBLIC.h().modPow(new BigInteger(2048, attacker), N);
      byte[] sent = new byte[256];
      byte[] number = G.modPow(x, N).multiply(noise).mod(N).toByteArray();
      int length = Math.min(256, number.length);
      System.arraycopy(number, number.length - length, sent, 256 - length, length);
      try {
        BigInteger answer = KEY.decrypt(PUBLIC.read(sent, 1)).get(0);
        found = x.subtract(answer).gcd(N);
      } catch (ProtocolException beyondTheLimit) {
        assertThat(beyondTheLimit).hasMessageContaining("beyond the key's limit");
      }
    }
    assertThat(found).isEqualTo(P);
  }

  /** A refusal tells less, and still a bit each: x is accepted from p on. */
  @Test
  void decrypt_chosenCiphertextThatIsRefused_tellsABitOfTheKey() {
    BigInteger below = LIMIT;
    BigInteger above = LIMIT.shiftLeft(1);
    for (int guess = 0; guess < 30; guess++) {
      BigInteger x = below.add(above).shiftRight(1);
      boolean accepted;
      try {
        KEY.decrypt(TestKeys.block(G.modPow(x, N)));
        accepted = true;
      } catch (ProtocolException refused) {
        accepted = false;
      }
      below = accepted ? below : x;
      above = accepted ? x : above;
    }
    assertThat(P).isBetween(below, above);
    assertThat(above.subtract(below).bitLength()).isLessThan(485);
  }

  @Test
  void decrypt_numberBeyondTheLimit_namesTheIndex() {
    CiphertextBlock forged = TestKeys.block(G, G, G.modPow(LIMIT, N));
    assertThatThrownBy(() -> KEY.decrypt(forged))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Ciphertext 2 carries a number beyond the key's limit");
  }

  @Test
  void types_ofTheScheme_offerNoWayToAnswer() {
    for (Class<?> type : List.of(OkamotoUchiyamaPublicKey.class, OkamotoUchiyamaPrivateKey.class)) {
      assertThat(type.getInterfaces())
          .allSatisfy(
              parent -> assertThat(parent.getName()).doesNotContain("paillier", "PlaintextSpace"));
      assertThat(type.getSuperclass()).isEqualTo(Object.class);
      assertThat(Arrays.stream(type.getDeclaredMethods()).map(method -> method.getName()))
          .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).contains("mask"));
    }
  }

  private static CiphertextBlock bounded(long bound, long... values) {
    return PUBLIC
        .space()
        .block(PUBLIC.space().residues(encrypted(values)), BigInteger.valueOf(bound));
  }

  @Test
  void addAndObfuscate_isTheFormulaToTheByte_andDecryptsToTheSums() {
    CiphertextBlock in = bounded(1000, 5, 5, 999);
    BigInteger large = ONE.shiftLeft(500);
    Randomness randomness = randomness("add and obfuscate");
    for (PlaintextBlock known :
        List.of(plaintexts(7, 0, 1), PlaintextBlock.of(0, List.of(large, ONE, BigInteger.ZERO)))) {
      CiphertextBlock sums = PUBLIC.addAndObfuscate(in, known, randomness);
      BigInteger h = G.modPow(N, N);
      for (int i = 0; i < 3; i++) {
        BigInteger r = exponent(randomness, 2L << 56 | i, 2048 + 64);
        assertThat(TestKeys.residue(sums, i))
            .isEqualTo(
                TestKeys.residue(in, i)
                    .multiply(G.modPow(known.get(i), N))
                    .multiply(h.modPow(r, N))
                    .mod(N));
        assertThat(KEY.decrypt(sums).get(i))
            .isEqualTo(known.get(i).add(BigInteger.valueOf(i == 2 ? 999 : 5)));
      }
    }
  }

  @Test
  void addAndObfuscate_sumsThatMayWrapAround_areRefused() {
    BigInteger most = LIMIT.shiftRight(1).subtract(ONE).subtract(BigInteger.valueOf(1000));
    CiphertextBlock in = bounded(1000, 1000);
    assertThat(
            KEY.decrypt(
                    PUBLIC.addAndObfuscate(
                        in, PlaintextBlock.of(0, List.of(most)), randomness("w")))
                .get(0))
        .isEqualTo(LIMIT.shiftRight(1).subtract(ONE));
    assertThatThrownBy(
            () ->
                PUBLIC.addAndObfuscate(
                    in, PlaintextBlock.of(0, List.of(most.add(ONE))), randomness("w")))
        .isInstanceOf(EncodingException.class)
        .hasMessage("A sum with a known number may wrap around");
    assertThatThrownBy(() -> PUBLIC.addAndObfuscate(in, plaintexts(1, 2), randomness("w")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> OTHER.addAndObfuscate(in, plaintexts(1), randomness("w")))
        .isInstanceOf(KeyMismatchException.class);
  }

  @Test
  void derive_sameRandomness_isTheSameKey() {
    Randomness secret = randomness("a key");
    OkamotoUchiyamaPrivateKey key = OkamotoUchiyamaPrivateKey.derive(2048, secret);
    assertThat(OkamotoUchiyamaPrivateKey.derive(2048, secret).publicKey())
        .isEqualTo(key.publicKey());
    assertThat(OkamotoUchiyamaPrivateKey.derive(2048, randomness("another")).publicKey())
        .isNotEqualTo(key.publicKey());
  }
}
