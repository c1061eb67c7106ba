// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.AlignmentException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CuckooTableTest {
  /** Three different bins for each of some items. */
  private static int[] bins(int items, int bins, long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, items)
        .flatMap(i -> random.ints(0, bins).distinct().limit(3))
        .toArray();
  }

  private static void assertHoldsAll(CuckooTable table, int[] binsOf) {
    Set<Integer> items = new HashSet<>();
    int[][] byHash = table.binsByHash();
    for (int hash = 0; hash < 3; hash++) {
      for (int bin : byHash[hash]) {
        assertThat(table.isEmpty(bin)).isFalse();
        int item = table.item(bin);
        assertThat(items.add(item)).isTrue();
        assertThat(binsOf[3 * item + hash]).isEqualTo(bin);
      }
    }
    assertThat(items).hasSize(binsOf.length / 3);
    assertThat(IntStream.range(0, table.bins()).filter(bin -> !table.isEmpty(bin)).count())
        .isEqualTo(items.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 4095, 4096, 4097, 50_000})
  void table_ofAnySize_holdsEachItemInOneOfItsBins(int items) {
    for (long seed = 0; seed < 5; seed++) {
      int bins = KkrtSizes.bins(items);
      int[] binsOf = bins(items, bins, seed);
      assertHoldsAll(CuckooTable.of(binsOf, bins, seed), binsOf);
    }
  }

  @Test
  void table_threeItemsInThreeBins_fit() {
    int[] binsOf = {0, 1, 2, 0, 1, 2, 2, 1, 0};
    assertHoldsAll(CuckooTable.of(binsOf, 3, 7), binsOf);
  }

  @Test
  void table_fourItemsInThreeBins_areRefusedInOneSentence() {
    int[] binsOf = {0, 1, 2, 0, 1, 2, 2, 1, 0, 1, 0, 2};
    assertThatThrownBy(() -> CuckooTable.of(binsOf, 5202, 7))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining("The 4 ids do not fit into the table of kkrt")
        .hasMessageContaining("one of 2^40 runs")
        .hasMessageContaining("--fresh");
  }

  @Test
  void table_sameSeed_isTheSame() {
    int[] binsOf = bins(4096, 5202, 1);
    int[][] first = CuckooTable.of(binsOf, 5202, 1).binsByHash();
    assertThat(Arrays.deepEquals(CuckooTable.of(binsOf, 5202, 1).binsByHash(), first)).isTrue();
    assertThat(Arrays.deepEquals(CuckooTable.of(binsOf, 5202, 2).binsByHash(), first)).isFalse();
  }
}
