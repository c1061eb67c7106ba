// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OkvsTest {
  private static long[] random(long seed, int elements) {
    return new Random(seed).longs(2L * elements).toArray();
  }

  private static long @Nullable [] encode(Okvs okvs, long seed, int keys) {
    return okvs.encode(random(seed, keys), random(~seed, keys));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 64, 4096, 10_000, 1 << 16})
  void decode_encodedKeys_findsTheirValues(int keys) {
    Okvs okvs = new Okvs(keys);
    long[] key = random(5, keys);
    long[] value = random(6, keys);

    long[] vector = requireNonNull(okvs.encode(key, value));

    assertThat(okvs.decode(vector, key)).isEqualTo(value);
    assertThat(okvs.decode(vector, random(7, keys))).isNotEqualTo(value);
  }

  /** Each set once in 2^40 tries, so none of a thousand. */
  @Test
  void encode_thousandSets_neverFails() {
    int failed = 0;
    Okvs okvs = new Okvs(1000);
    for (int seed = 0; seed < 1000; seed++) {
      failed += encode(okvs, seed, 1000) == null ? 1 : 0;
    }
    assertThat(failed).isZero();
  }

  /** Below the threshold of peeling most keys are left to be solved. */
  @Test
  void decode_solvedCore_findsValues() {
    Okvs okvs = new Okvs(1000, 1.12);
    long[] key = random(8, 1000);
    long[] value = random(9, 1000);

    long[] vector = requireNonNull(okvs.encode(key, value));

    assertThat(okvs.decode(vector, key)).isEqualTo(value);
  }

  /** Without the dense part the threshold is at 1.09 places for each key. */
  @Test
  void encode_placesBelowTheThreshold_areMadeUpForIfFew() {
    assertThat(encode(new Okvs(1000, 1.08), 1, 1000)).isNotNull();
    assertThat(encode(new Okvs(1000, 0.94), 1, 1000)).isNull();
  }

  @Test
  void encode_keyTwiceWithTwoValues_fails() {
    long[] key = random(10, 5000);
    key[0] = key[2];
    key[1] = key[3];

    assertThat(new Okvs(5000).encode(key, random(11, 5000))).isNull();
  }

  /** Towards the threshold of peeling, 1.222. */
  @Test
  void expansion_largerSets_isSmaller() {
    assertThat(Okvs.expansion(1 << 14)).isBetween(1.25, 1.28);
    assertThat(Okvs.expansion(1 << 20)).isBetween(1.225, 1.235);
  }
}
