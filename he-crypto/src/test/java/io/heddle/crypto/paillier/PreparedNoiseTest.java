// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.TestKeys.KEY;
import static io.heddle.crypto.paillier.TestKeys.N_SQUARED;
import static io.heddle.crypto.paillier.TestKeys.OTHER;
import static io.heddle.crypto.paillier.TestKeys.PUBLIC;
import static io.heddle.crypto.paillier.TestKeys.plaintexts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreparedNoiseTest {
  private static PreparedNoise noise(int capacity) {
    return new PreparedNoise(PUBLIC, new SecureRandom(), capacity);
  }

  /** Zeroes: their ciphertexts are the noise itself. */
  private static PlaintextBlock zeroes(int count) {
    return plaintexts(new long[count]);
  }

  private static List<BigInteger> taken(PreparedNoise noise, int count) {
    return List.of(TestKeys.residues(PUBLIC.encrypt(zeroes(count), noise)));
  }

  @Test
  void encrypt_withPreparedNoise_decryptsRight() {
    PreparedNoise noise = noise(10);
    noise.topUp();
    CiphertextBlock block = PUBLIC.encrypt(plaintexts(1, -2, 4711), noise);
    PlaintextBlock decrypted = KEY.decrypt(block);
    assertThat(TestKeys.signed(decrypted.get(1))).isEqualTo(-2);
    assertThat(decrypted.get(2)).isEqualTo(4711);
    assertThat(block.bound()).isEqualTo(4711);
    assertThat(PUBLIC.encrypt(plaintexts(), noise).size()).isZero();
  }

  @Test
  void encrypt_equalPlaintextsTwice_differs() {
    PreparedNoise noise = noise(10);
    noise.topUp();
    CiphertextBlock one = PUBLIC.encrypt(plaintexts(5, 5), noise);
    CiphertextBlock two = PUBLIC.encrypt(plaintexts(5, 5), noise);
    Set<BigInteger> all = new HashSet<>(List.of(TestKeys.residues(one)));
    all.addAll(List.of(TestKeys.residues(two)));
    assertThat(all).hasSize(4);
  }

  @Test
  void topUp_untilTheCapacity_stops() {
    PreparedNoise noise = noise(100);
    assertThat(noise.available()).isZero();
    assertThat(noise.topUp()).isTrue();
    assertThat(noise.available()).isEqualTo(64);
    assertThat(noise.topUp()).isFalse();
    assertThat(noise.available()).isEqualTo(100);
    assertThat(noise.topUp()).isFalse();
    assertThat(noise.available()).isEqualTo(100);
    assertThat(noise.toString()).startsWith("PreparedNoise[100 of 100 under key ");
  }

  @Test
  void topUp_bySeveralThreads_staysWithinTheCapacity() throws Exception {
    PreparedNoise noise = noise(150);
    inThreads(
        4,
        thread -> {
          while (noise.topUp()) {
            assertThat(noise.available()).isLessThanOrEqualTo(150);
          }
          return List.of();
        });
    noise.topUp();
    assertThat(noise.available()).isEqualTo(150);
  }

  @Test
  void take_acrossBatches_countsDownAndMakesTheRest() {
    PreparedNoise noise = noise(100);
    noise.topUp();
    noise.topUp();
    Set<BigInteger> all = new HashSet<>(taken(noise, 70));
    assertThat(noise.available()).isEqualTo(30);
    all.addAll(taken(noise, 50));
    assertThat(noise.available()).isZero();
    all.addAll(taken(noise, 3));
    assertThat(all).hasSize(123);
  }

  @Test
  void take_bySeveralThreads_neverHandsOutTheSameNoise() throws Exception {
    PreparedNoise noise = noise(200);
    noise.topUp();
    noise.topUp();
    List<BigInteger> all =
        inThreads(
            4,
            thread -> {
              List<BigInteger> mine = new ArrayList<>();
              for (int i = 0; i < 12; i++) {
                mine.addAll(taken(noise, 1 + (thread + i) % 7));
                if (thread == 0 && i % 4 == 0) {
                  noise.topUp();
                }
              }
              return mine;
            });
    assertThat(all).hasSizeGreaterThan(150).doesNotHaveDuplicates();
  }

  /** What one thread of a test does. */
  private interface Work {
    List<BigInteger> run(int thread);
  }

  private static List<BigInteger> inThreads(int threads, Work work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<List<BigInteger>>> running = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int number = thread;
        running.add(pool.submit(() -> work.run(number)));
      }
      List<BigInteger> all = new ArrayList<>();
      for (Future<List<BigInteger>> each : running) {
        all.addAll(each.get());
      }
      return all;
    } finally {
      pool.shutdownNow();
    }
  }

  /** The exponent's length, seen through a source that gives known bytes. */
  @Test
  void noise_ofKnownExponents_isThePowerOfHs() {
    SecureRandom known =
        new SecureRandom() {
          private static final long serialVersionUID = 1L;

          @Override
          public void nextBytes(byte[] bytes) {
            for (int i = 0; i < bytes.length; i++) {
              bytes[i] = (byte) (i * 7 + 1);
            }
          }
        };
    List<BigInteger> noise = taken(new PreparedNoise(PUBLIC, known, 3), 3);
    byte[] bytes = new byte[3 * 56];
    known.nextBytes(bytes);
    for (int i = 0; i < 3; i++) {
      BigInteger r = new BigInteger(1, Arrays.copyOfRange(bytes, i * 56, (i + 1) * 56));
      assertThat(noise.get(i)).isEqualTo(PUBLIC.hs().modPow(r, N_SQUARED));
    }
  }

  @Test
  void encrypt_noiseOfAnotherKey_isRefused() {
    PreparedNoise noise = noise(10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OTHER.encrypt(zeroes(1), noise))
        .withMessageContaining("used with key");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void new_withoutCapacity_isRefused(int capacity) {
    assertThatIllegalArgumentException().isThrownBy(() -> noise(capacity));
  }
}
