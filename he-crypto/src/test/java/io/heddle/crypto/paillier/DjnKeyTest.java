// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.Test;

/** What differs for keys as Damgard, Jurik and Nielsen have them. */
class DjnKeyTest {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final PaillierPrivateKey KEY = TestKeys.DJN;
  private static final PaillierPublicKey PUBLIC = KEY.publicKey();
  private static final BigInteger N = PUBLIC.modulus();
  private static final BigInteger N_SQUARED = N.multiply(N);

  private static PlaintextBlock plaintexts(long... values) {
    return PlaintextBlock.of(
        0,
        java.util.Arrays.stream(values)
            .mapToObj(value -> BigInteger.valueOf(value).mod(N))
            .toList());
  }

  private static CiphertextBlock encrypted(long... values) {
    return KEY.encrypt(plaintexts(values), TestKeys.randomness("djn " + values[0]));
  }

  private static BigInteger[] residues(CiphertextBlock block) {
    return PUBLIC.arithmetic().toIntegers(PUBLIC.space().residues(block));
  }

  private static BigInteger exponent(Randomness randomness, long index, int bits) {
    byte[] exponent = new byte[bits / 8];
    randomness.fill(index, exponent);
    return new BigInteger(1, exponent);
  }

  @Test
  void generate_key_hasTheStructureOfThePaper() {
    PrivateNumbers numbers = KEY.numbers();
    BigInteger minusH = N.subtract(numbers.h());
    assertThat(PUBLIC.type()).isEqualTo(PaillierKeyType.DJN);
    assertThat(N.bitLength()).isEqualTo(2048);
    assertThat(numbers.p().subtract(ONE).gcd(numbers.q().subtract(ONE))).isEqualTo(2);
    for (BigInteger prime : List.of(numbers.p(), numbers.q())) {
      assertThat(prime.bitLength()).isEqualTo(1024);
      assertThat(prime.isProbablePrime(50)).isTrue();
      assertThat(prime.intValue() & 3).isEqualTo(3);
      // -h = x² and not h: h itself is no square modulo either prime.
      assertThat(minusH.modPow(prime.shiftRight(1), prime)).isEqualTo(ONE);
      assertThat(numbers.h().modPow(prime.shiftRight(1), prime)).isEqualTo(prime.subtract(ONE));
    }
    assertThat(ModulusChecks.jacobi(numbers.h(), N)).isEqualTo(1);
    assertThat(PUBLIC.hs()).isEqualTo(numbers.h().modPow(N, N_SQUARED));
    assertThat(PrivateNumbersCheck.areSound(numbers, 2048)).isTrue();
  }

  @Test
  void toBytes_key_saysItsType() {
    assertThat(PUBLIC.toBytes()).startsWith(2, 8, 0);
    PaillierPublicKey back = PaillierPublicKey.fromBytes(PUBLIC.toBytes());
    assertThat(back).isEqualTo(PUBLIC).isNotEqualTo(TestKeys.PUBLIC);
    assertThat(back.type()).isEqualTo(PaillierKeyType.DJN);
    byte[] asOptimised = PUBLIC.toBytes();
    asOptimised[0] = 1;
    // Another fingerprint: the exponents would be shorter.
    assertThat(PaillierPublicKey.fromBytes(asOptimised)).isNotEqualTo(PUBLIC);
  }

  @Test
  void encrypt_publicAndOwner_areTheFormulaToTheByte() {
    Randomness randomness = TestKeys.randomness("formula");
    PlaintextBlock block = plaintexts(0, 1, -1, Long.MAX_VALUE, 77);
    CiphertextBlock encrypted = PUBLIC.encrypt(block, randomness);
    PlaintextBlock decrypted = KEY.decrypt(encrypted);
    PrivateNumbers numbers = KEY.numbers();
    for (int i = 0; i < block.size(); i++) {
      BigInteger c = residues(encrypted)[i];
      BigInteger r = exponent(randomness, 1L << 56 | i, 1024);
      BigInteger message = N.multiply(block.get(i)).add(ONE);
      assertThat(c).isEqualTo(message.multiply(PUBLIC.hs().modPow(r, N_SQUARED)).mod(N_SQUARED));
      assertThat(decrypted.get(i))
          .isEqualTo(block.get(i))
          .isEqualTo(textbookDecrypt(numbers.p(), numbers.q(), c));
    }
    assertThat(KEY.encrypt(block, randomness).toBytes()).isEqualTo(encrypted.toBytes());
  }

  private static BigInteger textbookDecrypt(BigInteger p, BigInteger q, BigInteger ciphertext) {
    BigInteger lambda = p.subtract(ONE).multiply(q.subtract(ONE));
    BigInteger power = ciphertext.modPow(lambda, N_SQUARED).subtract(ONE);
    return power.divide(N).multiply(lambda.modInverse(N)).mod(N);
  }

  @Test
  void sum_signedNumbers_decryptsToTheSum() {
    PlaintextBlock sum = KEY.decrypt(PUBLIC.sum(List.of(encrypted(1, -2), encrypted(10, -20))));
    assertThat(sum.get(0)).isEqualTo(11);
    assertThat(sum.get(1)).isEqualTo(N.subtract(BigInteger.valueOf(22)));
  }

  @Test
  void addMasks_answers_carryTheSum() {
    Randomness randomness = TestKeys.randomness("answers");
    CiphertextBlock answers = encrypted(-7, 7);
    CiphertextBlock masked = PUBLIC.addMasks(answers, plaintexts(1000, 2000), randomness);
    assertThat(KEY.decrypt(masked).get(0)).isEqualTo(993);
    assertThat(KEY.decrypt(masked).get(1)).isEqualTo(2007);
    for (int i = 0; i < 2; i++) {
      BigInteger r = exponent(randomness, 2L << 56 | i, 2176);
      BigInteger mask = N.multiply(BigInteger.valueOf(1000L * (i + 1))).add(ONE);
      assertThat(residues(masked)[i])
          .isEqualTo(
              residues(answers)[i]
                  .multiply(mask)
                  .multiply(PUBLIC.hs().modPow(r, N_SQUARED))
                  .mod(N_SQUARED));
    }
  }

  @Test
  void randomness_ofEncryptionsAndAnswers_isHalfOfNAndBeyondIt() {
    ConcurrentSkipListMap<Long, Integer> asked = new ConcurrentSkipListMap<>();
    Randomness randomness = TestKeys.randomness("lengths");
    Randomness watched =
        (index, into) -> {
          asked.put(index, 8 * into.length);
          randomness.fill(index, into);
        };
    PUBLIC.encrypt(plaintexts(1, 2), watched);
    assertThat(asked).hasSize(2).allSatisfy((index, bits) -> assertThat(bits).isEqualTo(1024));
    asked.clear();
    KEY.encrypt(plaintexts(1, 2), watched);
    assertThat(asked).hasSize(2).allSatisfy((index, bits) -> assertThat(bits).isEqualTo(1024));
    asked.clear();
    CiphertextBlock block = encrypted(5, 6);
    PUBLIC.addMasks(block, plaintexts(10, 10), watched);
    assertThat(asked).hasSize(2).allSatisfy((index, bits) -> assertThat(bits).isEqualTo(2176));
    asked.clear();
    PUBLIC.obfuscate(block, watched);
    assertThat(asked).hasSize(2).allSatisfy((index, bits) -> assertThat(bits).isEqualTo(2176));
  }
}
