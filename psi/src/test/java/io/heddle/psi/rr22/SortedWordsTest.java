// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.crypto.Randomness;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortedWordsTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 63, 64, 65, 1000, 100_000})
  void of_randomWords_areThoseOfAComparison(int count) {
    long[] words = new Random(count).longs(count).toArray();
    Integer[] places = IntStream.range(0, count).boxed().toArray(Integer[]::new);
    Arrays.sort(places, (one, other) -> Long.compareUnsigned(words[one], words[other]));

    SortedWords sorted = requireNonNull(SortedWords.of(words.clone()));

    for (int i = 0; i < count; i++) {
      assertThat(sorted.place(i)).isEqualTo(places[i]);
      assertThat(sorted.word(i)).isEqualTo(words[places[i]]);
    }
  }

  /** A few that share their upper bits are put in order, equal ones stay as they stood. */
  @Test
  void of_someThatBeginAlike_areInOrder() {
    long[] words = new Random(1).longs(1000).toArray();
    for (int i = 0; i < 30; i++) {
      words[10 * i] = 0x7000_0000_0000_0000L + 100 - i / 2;
    }

    SortedWords sorted = requireNonNull(SortedWords.of(words.clone()));

    for (int i = 1; i < 1000; i++) {
      int order = Long.compareUnsigned(sorted.word(i - 1), sorted.word(i));
      assertThat(order).isLessThanOrEqualTo(0);
      assertThat(order < 0 || sorted.place(i - 1) < sorted.place(i)).isTrue();
      assertThat(sorted.word(i)).isEqualTo(words[sorted.place(i)]);
    }
  }

  @Test
  void of_manyThatBeginAlike_areNotSorted() {
    assertThat(SortedWords.of(IntStream.range(0, 1000).mapToLong(i -> 100_000 - 100 * i).toArray()))
        .isNull();
  }

  @Test
  void order_ofFive_isEachOneAsOften() {
    Map<String, Integer> counts = new HashMap<>();
    for (int run = 0; run < 12_000; run++) {
      int[] order = SecretOrder.of(5, Randomness.derive(new byte[32], "order " + run));
      counts.merge(Arrays.toString(order), 1, Integer::sum);
    }
    // 120 orders, 100 times each with a deviation of 10.
    assertThat(counts).hasSize(120);
    assertThat(counts.values()).allMatch(count -> count > 50 && count < 150);
  }

  @Test
  void order_again_isTheSame() {
    Randomness randomness = Randomness.derive(new byte[32], "order");
    int[] order = SecretOrder.of(10_000, randomness);
    assertThat(SecretOrder.of(10_000, randomness)).isEqualTo(order);
    assertThat(Arrays.stream(order).sorted().toArray())
        .isEqualTo(IntStream.range(0, 10_000).toArray());
    assertThat(SecretOrder.of(0, randomness)).isEmpty();
  }

  /** Two words that are equal do not tell which came first: all are drawn anew. */
  @Test
  void order_equalWords_areDrawnAnew() {
    int[] asked = new int[1];
    Randomness twice =
        (index, into) -> {
          asked[0]++;
          Randomness.derive(new byte[32], "order").fill(index, into);
          if (index == 0) {
            System.arraycopy(into, 8, into, 0, 8);
          }
        };
    assertThat(SecretOrder.of(100, twice)).hasSize(100);
    assertThat(asked[0]).isEqualTo(2);
  }
}
