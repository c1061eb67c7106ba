// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Chooses which columns to sort into joint buckets: expects what each number of groups would cost,
 * columns spread so that the groups' tuples are about equally many.
 */
final class ColumnGroups {
  /** Columns per group, on average. */
  private static final double[] SIZES = {
    1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 64, 128
  };

  private final int rows;
  private final TupleSpread[] columns;

  ColumnGroups(int rows, TupleSpread[] columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /** The columns of each group. */
  List<List<Integer>> cheapest() {
    List<List<Integer>> best = split(columns.length);
    double least = cost(best);
    int tried = columns.length;
    for (double size : SIZES) {
      int groups = (int) Math.ceil(columns.length / size);
      if (groups < tried) {
        tried = groups;
        List<List<Integer>> split = split(groups);
        double cost = cost(split);
        if (cost < least) {
          least = cost;
          best = split;
        }
      }
    }
    return best;
  }

  /** The columns with the most tuples first, each to the group that has the fewest so far. */
  private List<List<Integer>> split(int groups) {
    double[] bits = new double[columns.length];
    Arrays.setAll(bits, j -> columns[j].entropy());
    List<Integer> order = new ArrayList<>();
    for (int j = 0; j < columns.length; j++) {
      order.add(j);
    }
    order.sort(Comparator.comparingDouble(j -> -bits[j]));
    List<List<Integer>> split = new ArrayList<>();
    double[] held = new double[groups];
    for (int g = 0; g < groups; g++) {
      split.add(new ArrayList<>());
    }
    for (int j : order) {
      int least = 0;
      for (int g = 1; g < groups; g++) {
        least = held[g] < held[least] ? g : least;
      }
      split.get(least).add(j);
      // A constant column counts too, or all of them would go to one group.
      held[least] += bits[j] + 1e-3;
    }
    return split;
  }

  private double cost(List<List<Integer>> groups) {
    return groups.stream().mapToDouble(this::groupCost).sum();
  }

  private double groupCost(List<Integer> group) {
    if (group.size() == 1) {
      TupleSpread column = columns[group.get(0)];
      double bins = column.occurring(rows);
      return Math.min(
          BucketCost.products(rows, bins),
          BucketCost.withoutLargest(rows, bins, rows * column.largestShare()));
    }
    PriorityQueue<Expected> parts =
        new PriorityQueue<>(Comparator.comparingDouble(Expected::occurring));
    group.forEach(j -> parts.add(new Expected(columns[j], columns[j].occurring(rows), 0)));
    while (parts.size() > 1) {
      parts.add(join(parts.remove(), parts.remove()));
    }
    Expected all = parts.remove();
    return all.below + BucketCost.products(rows, all.occurring);
  }

  private Expected join(Expected a, Expected b) {
    TupleSpread both = a.spread.with(b.spread);
    double tuples = both.occurring(rows);
    return new Expected(
        both,
        tuples,
        a.below
            + b.below
            + BucketCost.products(tuples, a.occurring)
            + BucketCost.products(tuples, b.occurring));
  }

  /**
   * Some columns' joint buckets.
   *
   * @param below what it costs to make the columns' own out of them
   */
  private record Expected(TupleSpread spread, double occurring, double below) {}
}
