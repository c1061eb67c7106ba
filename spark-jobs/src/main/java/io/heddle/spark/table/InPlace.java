// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.table;

import io.heddle.table.ColumnBlock;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/** Aligned rows that stand in their order already: they are put into columns where they are. */
final class InPlace {
  private InPlace() {}

  /**
   * What one of Spark's partitions holds.
   *
   * @param from the index of its first row
   * @param count how many rows it has
   * @param inOrder whether each index is one more than the one before
   */
  private record Part(int from, int count, boolean inOrder) implements Serializable {}

  /**
   * The rows in columns, in blocks of about the same size, none over two of Spark's partitions.
   *
   * @param indexed as for {@link SparkAlignedRows#of(Dataset, int, int)}
   * @return null if the rows do not stand in their order
   */
  static @Nullable JavaRDD<ColumnBlock> blocks(Dataset<Row> indexed, int rows, int partitions) {
    JavaRDD<Row> inOrder = indexed.toJavaRDD();
    List<Part> parts =
        SparkFailures.naming(
            () ->
                indexed
                    .select(indexed.columns()[0])
                    .toJavaRDD()
                    .mapPartitions(indices -> List.of(part(indices)).iterator())
                    .collect());
    int next = 0;
    List<Integer> counts = new ArrayList<>();
    for (Part part : parts) {
      if (!part.inOrder() || (part.count() > 0 && part.from() != next)) {
        return null;
      }
      counts.add(part.count());
      next += part.count();
    }
    if (next != rows || counts.size() != inOrder.getNumPartitions()) {
      return null;
    }
    int most = Math.max(1, (rows + partitions - 1) / partitions);
    return inOrder.mapPartitionsWithIndex(
        (p, each) -> new Blocks(each, start(counts, p), counts.get(p), most), true);
  }

  private static Part part(Iterator<Row> indices) {
    int from = 0;
    int count = 0;
    boolean inOrder = true;
    for (; indices.hasNext(); count++) {
      Row row = indices.next();
      int index = row.isNullAt(0) ? -1 : row.getInt(0);
      from = count == 0 ? index : from;
      inOrder &= index == from + count;
    }
    return new Part(from, count, inOrder);
  }

  private static int start(List<Integer> counts, int partition) {
    return counts.subList(0, partition).stream().mapToInt(count -> count).sum();
  }

  /** The blocks of one partition. */
  private static final class Blocks implements Iterator<ColumnBlock> {
    private final Iterator<Row> rows;
    private final int end;
    private final int most;
    private int from;

    Blocks(Iterator<Row> rows, int start, int count, int most) {
      this.rows = rows;
      this.most = most;
      from = start;
      end = start + count;
    }

    @Override
    public boolean hasNext() {
      return from < end || rows.hasNext();
    }

    @Override
    public ColumnBlock next() {
      int count = Math.min(most, end - from);
      ColumnBlock block = SparkAlignedRows.pack(from, count, new Some(rows, count));
      from += count;
      return block;
    }
  }

  /** The next rows; a row too many, too, where none is due. */
  private static final class Some implements Iterator<Tuple2<Integer, Vector>> {
    private final Iterator<Row> rows;
    private int left;

    Some(Iterator<Row> rows, int count) {
      this.rows = rows;
      left = Math.max(1, count);
    }

    @Override
    public boolean hasNext() {
      return left > 0 && rows.hasNext();
    }

    @Override
    public Tuple2<Integer, Vector> next() {
      left--;
      Row row = rows.next();
      return new Tuple2<>(row.getInt(0), (Vector) row.get(1));
    }
  }
}
