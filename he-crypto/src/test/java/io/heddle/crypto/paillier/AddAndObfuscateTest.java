// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.TestKeys.KEY;
import static io.heddle.crypto.paillier.TestKeys.N;
import static io.heddle.crypto.paillier.TestKeys.PUBLIC;
import static io.heddle.crypto.paillier.TestKeys.encrypted;
import static io.heddle.crypto.paillier.TestKeys.plaintexts;
import static io.heddle.crypto.paillier.TestKeys.randomness;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddAndObfuscateTest {
  private static final BigInteger SMALL = BigInteger.valueOf(1000);

  private static CiphertextBlock small(long... values) {
    return PUBLIC.space().block(PUBLIC.space().residues(encrypted(values)), SMALL);
  }

  @Test
  void sums_areRight() {
    CiphertextBlock sums =
        PUBLIC.addAndObfuscate(small(1, 2, 0, 999), plaintexts(0, 40, 0, 1), randomness("a"));
    for (int i = 0; i < 4; i++) {
      assertThat(TestKeys.textbookDecrypt(TestKeys.residue(sums, i)))
          .isEqualTo(BigInteger.valueOf(new long[] {1, 42, 0, 1000}[i]));
    }
  }

  @Test
  void ciphertexts_areNoneThatWentIn_norAlike_norThatTimesTheKnownNumber() {
    CiphertextBlock in = small(5, 5, 5, 5);
    PlaintextBlock zeros = plaintexts(0, 0, 0, 0);
    List<BigInteger> all = new ArrayList<>(Arrays.asList(TestKeys.residues(in)));
    all.addAll(Arrays.asList(TestKeys.residues(PUBLIC.addAndObfuscate(in, zeros, noise("b")))));
    all.addAll(Arrays.asList(TestKeys.residues(PUBLIC.addAndObfuscate(in, zeros, noise("c")))));
    CiphertextBlock seven = PUBLIC.addAndObfuscate(in, plaintexts(7, 7, 7, 7), noise("d"));
    // Without noise it would be the ciphertext times (1 + 7n).
    BigInteger known = BigInteger.valueOf(7).multiply(N).add(BigInteger.ONE);
    for (BigInteger residue : TestKeys.residues(seven)) {
      all.add(residue.multiply(known.modInverse(TestKeys.N_SQUARED)).mod(TestKeys.N_SQUARED));
    }
    assertThat(all).hasSize(16).doesNotHaveDuplicates();
  }

  private static Randomness noise(String purpose) {
    return randomness("add and obfuscate " + purpose);
  }

  @Test
  void sums_againWithTheSameRandomness_areTheSame() {
    CiphertextBlock in = small(1, 2);
    assertThat(PUBLIC.addAndObfuscate(in, plaintexts(3, 4), noise("e")).toBytes())
        .isEqualTo(PUBLIC.addAndObfuscate(in, plaintexts(3, 4), noise("e")).toBytes());
  }

  @Test
  void sums_thatMayWrapAround_areRefused() {
    // Of sums up to 1000 the known number may be at most the largest below n / 2 less 1000.
    BigInteger most = N.shiftRight(1).subtract(SMALL);
    PlaintextBlock largest = PlaintextBlock.of(0, List.of(BigInteger.ONE, most));
    PlaintextBlock tooLarge =
        PlaintextBlock.of(0, List.of(BigInteger.ONE, most.add(BigInteger.ONE)));
    CiphertextBlock sums = PUBLIC.addAndObfuscate(small(7, 1000), largest, noise("f"));
    assertThat(KEY.decrypt(sums).get(1)).isEqualTo(N.shiftRight(1));
    assertThatThrownBy(() -> PUBLIC.addAndObfuscate(small(7, 1000), tooLarge, noise("f")))
        .isInstanceOf(EncodingException.class)
        .hasMessage("A sum with a known number may wrap around");
  }

  @Test
  void blocks_ofOtherSizes_areRefused() {
    for (long[] numbers : new long[][] {{}, {1}, {1, 2, 3}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PUBLIC.addAndObfuscate(small(1, 2), plaintexts(numbers), noise("g")))
          .withMessage("Invalid block size " + numbers.length + ": must be 2");
    }
  }

  @Test
  void blocks_underAnotherKey_areRefused() {
    assertThatThrownBy(() -> TestKeys.OTHER.addAndObfuscate(small(1), plaintexts(1), noise("h")))
        .isInstanceOf(KeyMismatchException.class);
  }
}
