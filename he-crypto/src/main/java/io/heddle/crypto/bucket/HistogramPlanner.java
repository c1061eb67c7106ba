// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import io.heddle.crypto.bucket.Histogram.Complement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Finds a cheap way for one {@link Histogram}: groups by expectation, then counts what occurs. */
final class HistogramPlanner {
  /** Joint bins per row that may be looked up in a table. */
  private static final int MOST_TUPLES_PER_ROW = 32;

  private final byte[][] bins;
  private final int[] sizes;
  private final int @Nullable [] rows;
  private final int allRows;
  private final int count;
  private final int[] starts;

  HistogramPlanner(byte[][] bins, int[] sizes, int @Nullable [] rows) {
    this.bins = bins;
    this.sizes = sizes.clone();
    this.rows = rows;
    this.allRows = bins.length == 0 ? 0 : bins[0].length;
    this.count = rows == null ? allRows : rows.length;
    this.starts = new int[sizes.length + 1];
    if (bins.length != sizes.length) {
      throw new IllegalArgumentException(
          "Invalid number of sizes " + sizes.length + ": must be " + bins.length);
    }
    for (int j = 0; j < sizes.length; j++) {
      if (sizes[j] < 1 || sizes[j] > 256) {
        throw new IllegalArgumentException(
            "Invalid number of bins " + sizes[j] + " of column " + j + ": must be 1 to 256");
      }
      if (bins[j].length != allRows) {
        throw new IllegalArgumentException(
            "Invalid column " + j + " of " + bins[j].length + " rows: must be " + allRows);
      }
      starts[j + 1] = starts[j] + sizes[j];
    }
    for (int i = 0; rows != null && i < rows.length; i++) {
      if (rows[i] < 0 || rows[i] >= allRows) {
        throw new IllegalArgumentException(
            "Invalid row " + rows[i] + ": must be 0 to " + (allRows - 1));
      }
    }
  }

  /**
   * The plan.
   *
   * @param cheapest or every column for itself
   */
  Histogram plan(boolean cheapest) {
    Column[] columns = new Column[sizes.length];
    IntStream.range(0, columns.length).parallel().forEach(j -> columns[j] = column(j));
    List<Table> tables = new ArrayList<>();
    if (cheapest) {
      TupleSpread[] spreads =
          Arrays.stream(columns)
              .map(column -> TupleSpread.of(column.counts))
              .toArray(TupleSpread[]::new);
      List<List<Integer>> groups = new ColumnGroups(count, spreads).cheapest();
      groups.parallelStream().map(group -> join(columns, group)).toList().forEach(tables::addAll);
    } else {
      Arrays.stream(columns).map(Table::of).forEach(tables::add);
    }
    List<Column> divided = cheapest ? divided(tables) : List.of();
    return assemble(tables, divided, columns);
  }

  private Column column(int j) {
    byte[] column = bins[j];
    int[] chosen = rows;
    int[] counts = new int[256];
    for (int i = 0; i < count; i++) {
      counts[column[chosen == null ? i : chosen[i]] & 0xff]++;
    }
    for (int bin = sizes[j]; bin < 256; bin++) {
      if (counts[bin] > 0) {
        throw new IllegalArgumentException(
            "Invalid bin " + bin + " in column " + j + ": must be below " + sizes[j]);
      }
    }
    counts = Arrays.copyOf(counts, sizes[j]);
    int occurring = 0;
    int largest = 0;
    for (int bin = 0; bin < counts.length; bin++) {
      occurring += counts[bin] > 0 ? 1 : 0;
      largest = counts[bin] > counts[largest] ? bin : largest;
    }
    IntUnaryOperator binOf = chosen == null ? i -> column[i] & 0xff : i -> column[chosen[i]] & 0xff;
    return new Column(j, binOf, counts, occurring, largest);
  }

  /** One column's bins and how many rows each has. */
  private record Column(
      int index, IntUnaryOperator binOf, int[] counts, int occurring, int largest) {

    double cost(int rows) {
      return Math.min(BucketCost.products(rows, occurring), withoutLargest(rows));
    }

    double withoutLargest(int rows) {
      return BucketCost.withoutLargest(rows, occurring, counts[largest]);
    }
  }

  /**
   * Buckets by one column, or by two other tables' buckets.
   *
   * @param bucketOf a row's bucket
   * @param size how many, occurring or not
   * @param occurring how many have rows
   * @param below expected cost of making the columns' own bins out of them
   * @param column if this is one column's
   * @param parts if it is not; with the bucket of each for each of these buckets
   */
  private record Table(
      IntUnaryOperator bucketOf,
      int size,
      int occurring,
      double below,
      @Nullable Column column,
      List<Part> parts) {

    static Table of(Column column) {
      return new Table(column.binOf, column.counts.length, column.occurring, 0, column, List.of());
    }

    double cost(int rows) {
      return column != null ? column.cost(rows) : below + BucketCost.products(rows, occurring);
    }

    void addColumns(List<Integer> into) {
      if (column != null) {
        into.add(column.index);
      }
      parts.forEach(part -> part.table.addColumns(into));
    }

    /** Multiplications from one level above. */
    long multiplications(int items) {
      return items
          - occurring
          + parts.stream().mapToLong(part -> part.table.multiplications(occurring)).sum();
    }

    /** The tree that makes these buckets out of so many items. */
    BucketTree tree(int items, IntUnaryOperator bucketOfItem, int[] starts) {
      if (column != null) {
        return BucketTree.leaf(items, bucketOfItem, size, starts[column.index]);
      }
      List<BucketTree> trees =
          parts.stream().map(part -> part.table.tree(size, b -> part.bucketOf[b], starts)).toList();
      return BucketTree.joint(items, bucketOfItem, size, trees);
    }
  }

  private record Part(Table table, int[] bucketOf) {}

  /**
   * Joins a group's columns, those with the fewest buckets first, as far as it pays: the first two
   * may cost more together than apart and still be the beginning of four that cost less.
   */
  private List<Table> join(Column[] columns, List<Integer> group) {
    PriorityQueue<Table> tables = new PriorityQueue<>(Comparator.comparingInt(Table::occurring));
    group.forEach(j -> tables.add(Table.of(columns[j])));
    List<Table> best = List.copyOf(tables);
    double least = cost(best);
    while (tables.size() > 1) {
      Table both = join(tables.remove(), tables.remove());
      if (both == null) {
        break;
      }
      tables.add(both);
      double cost = cost(tables);
      if (cost < least - BucketCost.LEAST_SAVING * count) {
        least = cost;
        best = List.copyOf(tables);
      }
    }
    return best;
  }

  private double cost(Collection<Table> tables) {
    return tables.stream().mapToDouble(table -> table.cost(count)).sum();
  }

  private @Nullable Table join(Table left, Table right) {
    long cells = (long) left.size * right.size;
    if (cells > Math.max(1 << 16, (long) MOST_TUPLES_PER_ROW * count)
        || cells > Integer.MAX_VALUE / 8) {
      return null;
    }
    int[] tupleOf = new int[(int) cells];
    Arrays.fill(tupleOf, -1);
    int tuples = 0;
    int width = right.size;
    IntUnaryOperator leftOf = left.bucketOf;
    IntUnaryOperator rightOf = right.bucketOf;
    for (int i = 0; i < count; i++) {
      int cell = leftOf.applyAsInt(i) * width + rightOf.applyAsInt(i);
      if (tupleOf[cell] < 0) {
        tupleOf[cell] = tuples++;
      }
    }
    int[] toLeft = new int[tuples];
    int[] toRight = new int[tuples];
    for (int cell = 0; cell < tupleOf.length; cell++) {
      if (tupleOf[cell] >= 0) {
        toLeft[tupleOf[cell]] = cell / width;
        toRight[tupleOf[cell]] = cell % width;
      }
    }
    double below =
        left.below
            + right.below
            + BucketCost.products(tuples, left.occurring)
            + BucketCost.products(tuples, right.occurring);
    return new Table(
        i -> tupleOf[leftOf.applyAsInt(i) * width + rightOf.applyAsInt(i)],
        tuples,
        tuples,
        below,
        null,
        List.of(new Part(left, toLeft), new Part(right, toRight)));
  }

  /** Columns on their own for which dividing pays; one group at least gives the total. */
  private List<Column> divided(List<Table> tables) {
    List<Column> divided = new ArrayList<>();
    double saved = -BucketCost.INVERSION;
    double least = Double.MAX_VALUE;
    int leastAt = -1;
    for (Table table : tables) {
      Column column = table.column;
      if (column != null) {
        double saving = BucketCost.products(count, column.occurring) - column.withoutLargest(count);
        if (saving > 0) {
          saved += saving;
          if (saving < least) {
            least = saving;
            leastAt = divided.size();
          }
          divided.add(column);
        }
      }
    }
    if (divided.size() == tables.size() && !divided.isEmpty()) {
      divided.remove(leastAt);
      saved -= least;
    }
    return saved > 0 ? divided : List.of();
  }

  private Histogram assemble(List<Table> tables, List<Column> divided, Column[] columns) {
    List<BucketTree> trees = new ArrayList<>();
    List<List<Integer>> groups = new ArrayList<>();
    List<Complement> complements = new ArrayList<>();
    long multiplications = 0;
    Column whole = null;
    for (Table table : tables) {
      List<Integer> group = new ArrayList<>();
      table.addColumns(group);
      groups.add(List.copyOf(group));
      IntUnaryOperator bucketOf = table.bucketOf;
      Column column = table.column;
      if (column != null && divided.contains(column)) {
        int largest = column.largest;
        bucketOf = i -> column.binOf.applyAsInt(i) == largest ? -1 : column.binOf.applyAsInt(i);
        complements.add(new Complement(starts[column.index] + largest, occurring(column, largest)));
        // The others, their product, its inverse, times the total.
        multiplications += count - column.counts[largest] - (column.occurring - 1);
        multiplications += Math.max(0, column.occurring - 2) + 1;
      } else {
        multiplications += table.multiplications(count);
        for (int j : group) {
          whole = whole == null || columns[j].occurring < whole.occurring ? columns[j] : whole;
        }
      }
      BucketTree tree = table.tree(count, bucketOf, starts);
      int[] chosen = rows;
      trees.add(chosen == null ? tree : tree.at(i -> chosen[i]));
    }
    int[] total = {};
    if (!complements.isEmpty() && whole != null) {
      total = occurring(whole, -1);
      multiplications += total.length - 1 + 3L * (complements.size() - 1);
    }
    return new Histogram(
        trees, starts, List.copyOf(groups), complements, total, multiplications, rows, allRows);
  }

  private int[] occurring(Column column, int without) {
    return IntStream.range(0, column.counts.length)
        .filter(bin -> bin != without && column.counts[bin] > 0)
        .map(bin -> starts[column.index] + bin)
        .toArray();
  }
}
