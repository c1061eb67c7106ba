// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NodeCutsTest {
  private static final int LEAST = 10;

  private static ColumnBins column(int valueBins, boolean missing) {
    return new ColumnBins(IntStream.range(0, valueBins - 1).asDoubleStream().toArray(), missing);
  }

  private static int[] starts(ColumnBins[] columns) {
    int[] starts = new int[columns.length + 1];
    for (int j = 0; j < columns.length; j++) {
      starts[j + 1] = starts[j] + columns[j].size();
    }
    return starts;
  }

  /** Rows of each stretch between cuts, before the first and after the last. */
  private static int[] stretches(int[] cuts, int valueBins, int[] counts, int start) {
    int[] rows = new int[cuts.length + 1];
    for (int bin = 0; bin < valueBins; bin++) {
      int last = bin;
      rows[(int) Arrays.stream(cuts).filter(cut -> cut < last).count()] += counts[start + bin];
    }
    return rows;
  }

  @Test
  void coarsened_randomCounts_leavesNoOrEnoughRowsBetweenAnyTwoCutsInEveryNode() {
    SplittableRandom random = new SplittableRandom(5);
    int kept = 0;
    int ways = 0;
    for (int round = 0; round < 2000; round++) {
      ColumnBins[] columns = new ColumnBins[1 + random.nextInt(3)];
      Arrays.setAll(columns, j -> column(1 + random.nextInt(12), random.nextBoolean()));
      int[] starts = starts(columns);
      int[][] counts = new int[1 + random.nextInt(3)][starts[columns.length]];
      for (int[] node : counts) {
        int most = 1 + random.nextInt(25);
        boolean gaps = random.nextBoolean();
        Arrays.setAll(node, bin -> gaps && random.nextBoolean() ? 0 : random.nextInt(most));
      }
      NodeCuts all = NodeCuts.all(columns);
      NodeCuts some =
          random.nextBoolean() ? all : all.coarsened(new Candidates(columns), LEAST, counts[0]);
      NodeCuts cuts = some.coarsened(new Candidates(columns), LEAST, counts);
      for (int j = 0; j < columns.length; j++) {
        assertThat(cuts.cuts()[j]).isSorted();
        assertThat(boxed(some.cuts()[j])).containsAll(boxed(cuts.cuts()[j]));
        boolean enough = true;
        int[] most = new int[cuts.cuts()[j].length + 1];
        int[] mostSides = new int[2];
        for (int[] node : counts) {
          int missingAt = starts[j] + columns[j].valueBins();
          int[] rows = stretches(cuts.cuts()[j], columns[j].valueBins(), node, starts[j]);
          if (cuts.cuts()[j].length > 0) {
            assertThat(rows).matches(each -> Arrays.stream(each).allMatch(NodeCutsTest::isWide));
          }
          most = max(most, rows);
          int[] sides = {columns[j].missing() ? node[missingAt] : 0, Arrays.stream(rows).sum()};
          mostSides = max(mostSides, sides);
          enough &= Arrays.stream(sides).allMatch(NodeCutsTest::isWide);
        }
        if (cuts.cuts()[j].length > 0) {
          assertThat(Arrays.stream(most).min().orElse(0)).isGreaterThanOrEqualTo(LEAST);
        }
        enough &= Arrays.stream(mostSides).min().orElse(0) >= LEAST;
        assertThat(cuts.bothWays()[j]).isEqualTo(some.bothWays()[j] && enough);
        kept += cuts.cuts()[j].length;
        ways += cuts.bothWays()[j] ? 1 : 0;
      }
    }
    assertThat(kept).isGreaterThan(1000);
    assertThat(ways).isGreaterThan(100);
  }

  private static boolean isWide(int rows) {
    return rows == 0 || rows >= LEAST;
  }

  private static int[] max(int[] a, int[] b) {
    return IntStream.range(0, a.length).map(i -> Math.max(a[i], b[i])).toArray();
  }

  private static List<Integer> boxed(int[] values) {
    return IntStream.of(values).boxed().toList();
  }

  @Test
  void coarsened_enoughRowsEverywhere_keepsAll() {
    ColumnBins[] columns = {column(4, true)};
    NodeCuts cuts =
        NodeCuts.all(columns)
            .coarsened(
                new Candidates(columns),
                LEAST,
                new int[] {10, 10, 10, 10, 10},
                new int[] {90, 10, 10, 99, 10});
    assertThat(cuts.cuts()[0]).containsExactly(0, 1, 2);
    assertThat(cuts.bothWays()).containsExactly(true);
  }

  @Test
  void coarsened_oneRowTooFewInTheSibling_joinsBins() {
    ColumnBins[] columns = {column(4, true)};
    int[] enough = {10, 10, 10, 10, 10};
    assertThat(cuts(columns, enough, new int[] {9, 10, 10, 10, 10})).containsExactly(1, 2);
    assertThat(cuts(columns, enough, new int[] {10, 9, 10, 10, 10})).containsExactly(0, 2);
    assertThat(cuts(columns, enough, new int[] {10, 10, 10, 9, 10})).containsExactly(0, 1);
    assertThat(cuts(columns, enough, new int[] {9, 0, 0, 10, 10})).isEmpty();
    assertThat(cuts(columns, enough, new int[] {12, 9, 0, 0, 10})).containsExactly(1, 2);
    assertThat(cuts(columns, new int[] {10, 0, 0, 0, 0}, new int[] {10, 0, 0, 0, 0})).isEmpty();
    NodeCuts few =
        NodeCuts.all(columns)
            .coarsened(new Candidates(columns), LEAST, enough, new int[] {10, 10, 10, 10, 9});
    assertThat(few.bothWays()).containsExactly(false);
  }

  @Test
  void coarsened_belowASplitByTheColumn_keepsCutsOnBothSides() {
    ColumnBins[] columns = {column(6, true)};
    int[] left = {20, 20, 20, 0, 0, 0, 0};
    int[] right = {0, 0, 0, 20, 20, 20, 30};
    assertThat(cuts(columns, left, right)).containsExactly(0, 1, 2, 3, 4);
    assertThat(
            NodeCuts.all(columns).coarsened(new Candidates(columns), LEAST, left, right).bothWays())
        .containsExactly(true);
    // Rows that are left over on one side of the split go to the bin before.
    int[] fewer = {20, 20, 9, 0, 0, 0, 0};
    assertThat(cuts(columns, fewer, right)).containsExactly(0, 2, 3, 4);
  }

  private static int[] cuts(ColumnBins[] columns, int[]... counts) {
    return NodeCuts.all(columns).coarsened(new Candidates(columns), LEAST, counts).cuts()[0];
  }

  @Test
  void candidates_ofAllCuts_areNumberedOnceBelowTheirNumber() {
    ColumnBins[] columns = {column(4, true), column(1, true), column(3, false)};
    Candidates candidates = new Candidates(columns);
    int[] numbers =
        candidates.of(NodeCuts.all(columns)).stream().mapToInt(candidates::number).toArray();
    // Three cuts two ways and missing alone; missing alone; two cuts.
    assertThat(numbers).hasSize(7 + 1 + 2).isSorted().doesNotHaveDuplicates();
    assertThat(numbers[numbers.length - 1]).isLessThan(candidates.size());
  }
}
