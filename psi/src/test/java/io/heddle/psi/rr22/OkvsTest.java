// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OkvsTest {
  private static long[] random(long seed, int elements) {
    return new Random(seed).longs(2L * elements).toArray();
  }

  /** In one cluster. */
  private static Items items(long[] keys, long[] values) {
    return new Items(keys, values, new int[] {0, keys.length / 2}, null);
  }

  private static Items items(long seed, int keys) {
    return items(random(seed, keys), random(~seed, keys));
  }

  private static Okvs okvs(int keys, double expansion) {
    return new Okvs(1, keys, expansion);
  }

  private static Okvs okvs(int keys) {
    return okvs(keys, Okvs.expansion(Math.max(4096, keys), 40));
  }

  private static long[] decode(Okvs okvs, long[] vector, Items items) {
    long[] found = new long[items.keys().length];
    okvs.decoder(vector).decode(items, 0, items.size(), found);
    return found;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 64, 4096, 10_000, 1 << 16})
  void decode_encodedKeys_findsTheirValues(int keys) {
    Okvs okvs = okvs(Math.max(1, keys));
    Items items = items(5, keys);

    long[] vector = requireNonNull(okvs.encode(items));

    assertThat(vector).hasSize(2 * okvs.size());
    assertThat(decode(okvs, vector, items)).isEqualTo(items.values());
    // With fewer keys all places are each key's.
    if (keys >= 64) {
      Items others = items(random(7, keys), items.values());
      assertThat(decode(okvs, vector, others)).isNotEqualTo(items.values());
    }
  }

  /** What a key finds is the sum of its places, by a second reading of docs/protocol.md. */
  @Test
  void decode_anyVector_isTheSumOfPlaces() {
    Okvs okvs = okvs(300);
    int sparse = okvs.size() - Okvs.DENSE;
    long[] vector = random(8, okvs.size());
    Items items = items(9, 200);
    long[] found = decode(okvs, vector, items);
    for (int i = 0; i < 200; i++) {
      long high = items.keys()[2 * i];
      long low = items.keys()[2 * i + 1];
      int[] places = {
        scaled(high >>> 32, sparse),
        scaled(high & 0xffffffffL, sparse - 1),
        scaled(low >>> 32, sparse - 2)
      };
      if (places[1] >= places[0]) {
        places[1]++;
      }
      int[] taken = {Math.min(places[0], places[1]), Math.max(places[0], places[1])};
      for (int place : taken) {
        if (places[2] >= place) {
          places[2]++;
        }
      }
      assertThat(Arrays.stream(places).distinct().count()).isEqualTo(3);
      long sum = 0;
      for (int place : places) {
        sum ^= vector[2 * place];
      }
      long dense = mix(mix(low) + high) >>> 8;
      for (int bit = 0; bit < 56; bit++) {
        if (((dense >>> bit) & 1) != 0) {
          sum ^= vector[2 * (sparse + bit)];
        }
      }
      assertThat(found[2 * i]).isEqualTo(sum);
    }
  }

  private static int scaled(long word, int bound) {
    return (int) ((word * bound) >>> 32);
  }

  private static long mix(long word) {
    long mixed = (word ^ (word >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }

  @Test
  void decode_severalClusters_findsValuesInAnyPieces() {
    int[] starts = {0, 1000, 1000, 1700, 2900};
    Okvs okvs = new Okvs(4, 1200, Okvs.expansion(4096, 42));
    Items items = new Items(random(5, 2900), random(6, 2900), starts, null);

    long[] vector = requireNonNull(okvs.encode(items));

    for (int[] piece : new int[][] {{0, 2900}, {0, 1}, {999, 1001}, {1650, 1750}, {2899, 2900}}) {
      long[] found = new long[2 * (piece[1] - piece[0])];
      okvs.decoder(vector).decode(items, piece[0], piece[1], found);
      assertThat(found).isEqualTo(Arrays.copyOfRange(items.values(), 2 * piece[0], 2 * piece[1]));
    }
  }

  /** Each set once in 2^40 tries, so none of a thousand. */
  @Test
  void encode_thousandSets_neverFails() {
    int failed = 0;
    Okvs okvs = okvs(1000, Okvs.expansion(1000, 40));
    for (int seed = 0; seed < 1000; seed++) {
      failed += okvs.encode(items(seed, 1000)) == null ? 1 : 0;
    }
    assertThat(failed).isZero();
  }

  /** Below the threshold of peeling most keys are left to be solved. */
  @Test
  void decode_solvedCore_findsValues() {
    Okvs okvs = okvs(1000, 1.12);
    Items items = items(8, 1000);

    long[] vector = requireNonNull(okvs.encode(items));

    assertThat(decode(okvs, vector, items)).isEqualTo(items.values());
  }

  /** Without the dense part the threshold is at 1.09 places for each key. */
  @Test
  void encode_placesBelowTheThreshold_areMadeUpForIfFew() {
    assertThat(encoded(1.08)).isNotNull();
    assertThat(encoded(0.94)).isNull();
  }

  private static long @Nullable [] encoded(double expansion) {
    return okvs(1000, expansion).encode(items(1, 1000));
  }

  @Test
  void encode_keyTwiceWithTwoValues_fails() {
    Items items = items(10, 5000);
    items.keys()[0] = items.keys()[2];
    items.keys()[1] = items.keys()[3];

    assertThat(okvs(5000).encode(items)).isNull();
  }

  /** Towards the threshold of peeling, 1.222. */
  @Test
  void expansion_largerSets_isSmaller() {
    assertThat(Okvs.expansion(1 << 14, 40)).isBetween(1.25, 1.28);
    assertThat(Okvs.expansion(1 << 20, 40)).isBetween(1.225, 1.235);
    assertThat(Okvs.expansion(1 << 16, 47)).isGreaterThan(Okvs.expansion(1 << 16, 40));
  }
}
