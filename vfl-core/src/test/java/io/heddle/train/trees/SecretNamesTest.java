// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.crypto.Randomness;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretNamesTest {
  private static int[] names(int size, int seed) {
    byte[] context = ByteBuffer.allocate(4).putInt(seed).array();
    SecretNames names =
        new SecretNames(size, Randomness.derive(new byte[32], "secret names test", context));
    return IntStream.range(0, size).map(names::nameOf).toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 17, 1000})
  void names_areAPermutation(int size) {
    assertThat(Arrays.stream(names(size, 1)).sorted().toArray())
        .isEqualTo(IntStream.range(0, size).toArray());
    SecretNames names = new SecretNames(size, Randomness.derive(new byte[32], "secret names"));
    assertThat(names.size()).isEqualTo(size);
    for (int number = 0; number < size; number++) {
      assertThat(names.numberOf(names.nameOf(number))).isEqualTo(number);
    }
  }

  @Test
  void names_ofOtherRandomness_areOthers() {
    assertThat(names(100, 1)).isEqualTo(names(100, 1)).isNotEqualTo(names(100, 2));
  }

  @Test
  void names_overManySeeds_areRoughlyUniform() {
    int size = 5;
    int trials = 6000;
    int[] permutations = new int[(int) Math.pow(size, size)];
    for (int seed = 0; seed < trials; seed++) {
      int code = 0;
      for (int name : names(size, seed)) {
        code = size * code + name;
      }
      permutations[code]++;
    }
    int[] seen = Arrays.stream(permutations).filter(count -> count > 0).toArray();
    assertThat(seen).hasSize(120);
    double expected = trials / 120.0;
    double square = Arrays.stream(seen).mapToDouble(c -> (c - expected) * (c - expected)).sum();
    // Chi-square with 119 degrees of freedom is above 200 once in 200,000 times; seeds are fixed.
    assertThat(square / expected).isLessThan(200);
  }
}
