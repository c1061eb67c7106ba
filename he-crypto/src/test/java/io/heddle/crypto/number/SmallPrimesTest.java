// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.number;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SmallPrimesTest {
  @Test
  void below_anyLimit_isEveryPrimeBelowIt() {
    int[] primes =
        IntStream.range(2, 400)
            .filter(i -> IntStream.range(2, i).noneMatch(divisor -> i % divisor == 0))
            .toArray();
    for (int limit = 0; limit < 400; limit++) {
      int below = limit;
      assertThat(SmallPrimes.below(limit))
          .as("below %s", limit)
          .isEqualTo(Arrays.stream(primes).takeWhile(prime -> prime < below).toArray());
    }
  }

  /** How many there are is in every table; the last one is the largest of 16 bits. */
  @Test
  void below_limitOfTheModulusCheck_isAllOfThem() {
    assertThat(SmallPrimes.below(1 << 16)).hasSize(6542).endsWith(65519, 65521);
  }
}
