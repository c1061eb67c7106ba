// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpandConvoluteTest {
  private static final int SIZE = 1204;
  private static final int LENGTH = 2432;

  private static byte[] seed() {
    byte[] seed = new byte[ExpandConvolute.SEED_BYTES];
    new Random(1).nextBytes(seed);
    return seed;
  }

  /** The definition, place by place. */
  private static long[] plain(long[] vector, int size) {
    int count = vector.length / 2 - size;
    long[] second = Arrays.copyOfRange(vector, 2 * size, vector.length);
    for (int pass = 0; pass < 2; pass++) {
      byte[] bits = new byte[(count + 1023) / 1024 * 1024 * Integer.BYTES];
      new SeedStream(seed(), 16 * pass).fill(bits, bits.length);
      for (int i = 0; i < count; i++) {
        int word = Elements.getInt(bits, 4 * i);
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
    long[] out = Arrays.copyOf(vector, 2 * size);
    int pieces = (size + 1023) / 1024;
    byte[] random = new byte[7 * pieces * 1024 * 3 * Integer.BYTES];
    new SeedStream(seed(), 32).fill(random, random.length);
    for (int i = 0; i < size; i++) {
      for (int region = 0; region < 21; region++) {
        long first = (long) region * count / 21;
        long next = (region + 1L) * count / 21;
        int word = 3 * (region / 3 * pieces * 1024 + i) + region % 3;
        long number = Integer.toUnsignedLong(Elements.getInt(random, 4 * word));
        int at = (int) (first + ((number * (next - first)) >>> 32));
        out[2 * i] ^= second[2 * at];
        out[2 * i + 1] ^= second[2 * at + 1];
      }
    }
    return out;
  }

  @ParameterizedTest
  @CsvSource({"1204, 2432", "4, 640", "1024, 2048", "1028, 5120", "2500, 5124"})
  void compress_randomVector_isThatOfTheDefinition(int size, int length) {
    long[] vector = new Random(2).longs(2L * length).toArray();
    long[] expected = plain(vector, size);

    new ExpandConvolute(seed(), size).compress(vector);

    assertThat(Arrays.copyOf(vector, 2 * size)).isEqualTo(expected);
  }

  @Test
  void compress_twoVectors_areThoseOfEach() {
    long[] one = new Random(3).longs(2 * LENGTH).toArray();
    long[] two = new Random(4).longs(2 * LENGTH).toArray();
    long[] oneWithOther = one.clone();
    long[] twoWithOther = two.clone();
    ExpandConvolute code = new ExpandConvolute(seed(), SIZE);

    code.compress(oneWithOther, twoWithOther);
    code.compress(one);
    code.compress(two);

    assertThat(oneWithOther).isEqualTo(one);
    assertThat(twoWithOther).isEqualTo(two);
  }

  /** One place at either end of the second part reaches about half of what comes out. */
  @ParameterizedTest
  @ValueSource(ints = {SIZE, (SIZE + LENGTH) / 2, LENGTH - 1})
  void compress_onePlace_reachesHalf(int place) {
    long[] vector = new long[2 * LENGTH];
    vector[2 * place] = 1;

    new ExpandConvolute(seed(), SIZE).compress(vector);

    long reached = 0;
    for (int i = 0; i < SIZE; i++) {
      reached += vector[2 * i];
    }
    assertThat(reached).isBetween(SIZE * 2L / 5, SIZE * 3L / 5);
  }
}
