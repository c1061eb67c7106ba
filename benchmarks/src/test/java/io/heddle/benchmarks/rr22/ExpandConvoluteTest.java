// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpandConvoluteTest {
  private static final int SIZE = 1204;
  private static final int LENGTH = 2432;

  private static byte[] seed() {
    byte[] seed = new byte[48];
    new Random(1).nextBytes(seed);
    return seed;
  }

  /** The definition, place by place. */
  private static long[] plain(long[] vector, int weight) {
    int count = LENGTH - SIZE;
    long[] second = Arrays.copyOfRange(vector, 2 * SIZE, vector.length);
    for (int pass = 0; pass < 2; pass++) {
      byte[] bits = new byte[4096 * Integer.BYTES];
      new Stream(seed(), 16 * pass).fill(bits, bits.length);
      for (int i = 0; i < count; i++) {
        int word = Words.getInt(bits, 4 * i);
        for (int before = 1; before <= 24 && before <= i; before++) {
          int group = i / 4 - (i - before) / 4;
          int bit = group == 0 ? 24 + (i - before) % 4 : 4 * (group - 1) + (i - before) % 4;
          if (((word >>> bit) & 1) != 0) {
            int to = pass == 0 ? i : count - 1 - i;
            int from = pass == 0 ? i - before : count - 1 - i + before;
            second[2 * to] ^= second[2 * from];
            second[2 * to + 1] ^= second[2 * from + 1];
          }
        }
      }
    }
    long[] out = Arrays.copyOf(vector, 2 * SIZE);
    byte[] random = new byte[2048 * weight * Integer.BYTES];
    new Stream(seed(), 32).fill(random, random.length);
    for (int i = 0; i < SIZE; i++) {
      for (int k = 0; k < weight; k++) {
        long number = Integer.toUnsignedLong(Words.getInt(random, 4 * (i * weight + k)));
        int quarter = count / 4;
        int at =
            k < 4
                ? k * quarter + (int) ((number * quarter) >>> 32)
                : (int) ((number * count) >>> 32);
        out[2 * i] ^= second[2 * at];
        out[2 * i + 1] ^= second[2 * at + 1];
      }
    }
    return out;
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 21})
  void compress_randomVector_isThatOfTheDefinition(int weight) {
    long[] vector = new Random(2).longs(2 * LENGTH).toArray();
    long[] expected = plain(vector, weight);

    new ExpandConvolute(seed(), SIZE, weight).compress(vector);

    assertThat(Arrays.copyOf(vector, 2 * SIZE)).isEqualTo(expected);
  }

  @Test
  void compressTwo_inTurns_areThoseOfEach() {
    long[] one = new Random(3).longs(2 * LENGTH).toArray();
    long[] two = new Random(4).longs(2 * LENGTH).toArray();
    long[] both = new long[4 * LENGTH];
    for (int i = 0; i < one.length; i++) {
      both[4 * (i / 2) + i % 2] = one[i];
      both[4 * (i / 2) + 2 + i % 2] = two[i];
    }
    ExpandConvolute code = new ExpandConvolute(seed(), SIZE, 7);

    code.compressTwo(both);
    code.compress(one);
    code.compress(two);

    for (int i = 0; i < 2 * SIZE; i++) {
      assertThat(both[4 * (i / 2) + i % 2]).isEqualTo(one[i]);
      assertThat(both[4 * (i / 2) + 2 + i % 2]).isEqualTo(two[i]);
    }
  }

  /** One place at either end of the second part reaches about half of what comes out. */
  @ParameterizedTest
  @ValueSource(ints = {SIZE, (SIZE + LENGTH) / 2, LENGTH - 1})
  void compress_onePlace_reachesHalf(int place) {
    long[] vector = new long[2 * LENGTH];
    vector[2 * place] = 1;

    new ExpandConvolute(seed(), SIZE, 7).compress(vector);

    long reached = 0;
    for (int i = 0; i < SIZE; i++) {
      reached += vector[2 * i];
    }
    assertThat(reached).isBetween(SIZE * 2L / 5, SIZE * 3L / 5);
  }
}
