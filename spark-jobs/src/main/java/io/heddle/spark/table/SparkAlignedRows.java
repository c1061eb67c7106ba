// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.table;

import io.heddle.error.AlignmentException;
import io.heddle.error.DataException;
import io.heddle.table.AlignedRows;
import io.heddle.table.ColumnBlock;
import io.heddle.table.LocalAlignedRows;
import io.heddle.table.PartitionKernel;
import io.heddle.table.Shared;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Aligned rows on Spark's executors: one partition is one element of a cached RDD (of Spark's
 * partitions one may have several), a kernel is one Spark job, its argument a broadcast that is
 * destroyed when the job ends.
 *
 * <p>Kernels and arguments travel to the executors in the clear, as everything of Spark's does:
 * public material, and this party's own columns and coefficients; never keys, masks, labels or
 * residuals.
 */
public final class SparkAlignedRows<P extends Serializable> implements AlignedRows<P> {
  private final JavaSparkContext context;
  private final int rows;
  private final JavaRDD<P> partitions;
  private final @Nullable Broadcast<?> argument;

  private SparkAlignedRows(
      JavaSparkContext context, int rows, JavaRDD<P> partitions, @Nullable Broadcast<?> argument) {
    this.context = context;
    this.rows = rows;
    this.partitions = partitions;
    this.argument = argument;
  }

  /**
   * Puts rows into aligned order, in columns, on the executors.
   *
   * @param indexed two columns: the aligned index (int, each of 0 to rows - 1 once) and the
   *     features (an ML vector, all of one length)
   * @param partitions at least 1; fewer are made where there are fewer rows
   * @throws AlignmentException if an index is missing or stands twice
   * @throws DataException if a vector is missing or of another length
   */
  public static SparkAlignedRows<ColumnBlock> of(Dataset<Row> indexed, int rows, int partitions) {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(indexed.sparkSession().sparkContext());
    if (AlignedTable.isInOrder(indexed.schema().apply(0))) {
      JavaRDD<ColumnBlock> inPlace = InPlace.blocks(indexed, rows, partitions);
      if (inPlace != null) {
        return new SparkAlignedRows<>(
            context, rows, inPlace.persist(StorageLevel.MEMORY_AND_DISK()), null);
      }
    }
    RowRange ranges = new RowRange(rows, partitions);
    JavaRDD<ColumnBlock> blocks =
        indexed
            .toJavaRDD()
            .mapToPair(row -> new Tuple2<>(row.getInt(0), (Vector) row.get(1)))
            .repartitionAndSortWithinPartitions(ranges)
            .mapPartitionsWithIndex((p, sorted) -> pack(ranges, p, sorted), true)
            .persist(StorageLevel.MEMORY_AND_DISK());
    return new SparkAlignedRows<>(context, rows, blocks, null);
  }

  /**
   * As {@link #of}, but with the rows in this JVM where they are few: a Spark job costs 50 to 100
   * ms, which is more than most kernels take on them.
   *
   * @param localRows tables of fewer rows than this stay in this JVM
   */
  public static AlignedRows<ColumnBlock> of(
      Dataset<Row> indexed, int rows, int partitions, int localRows) {
    SparkAlignedRows<ColumnBlock> distributed = of(indexed, rows, partitions);
    if (rows >= localRows) {
      return distributed;
    }
    try (distributed) {
      List<ColumnBlock> blocks = distributed.collect();
      int width = blocks.get(0).columns().length;
      double[][] columns = new double[width][rows];
      for (ColumnBlock block : blocks) {
        if (block.columns().length != width) {
          throw differentLengths();
        }
        for (int j = 0; j < width; j++) {
          System.arraycopy(block.columns()[j], 0, columns[j], block.firstRow(), block.rows());
        }
      }
      return LocalAlignedRows.of(rows, columns, partitions);
    }
  }

  private static Iterator<ColumnBlock> pack(
      RowRange ranges, int partition, Iterator<Tuple2<Integer, Vector>> sorted) {
    int from = ranges.from(partition);
    return List.of(pack(from, ranges.to(partition) - from, sorted)).iterator();
  }

  /**
   * The columns of some rows.
   *
   * @param sorted those rows, and no more
   */
  static ColumnBlock pack(int from, int count, Iterator<Tuple2<Integer, Vector>> sorted) {
    double[] @Nullable [] columns = null;
    int next = 0;
    for (; sorted.hasNext(); next++) {
      Tuple2<Integer, Vector> row = sorted.next();
      if (next == count || row._1() != from + next) {
        throw new AlignmentException("An aligned index is missing or stands twice in the table");
      }
      if (row._2() == null) {
        throw new DataException("A row has no feature vector");
      }
      double[] values = row._2().toArray();
      if (columns == null) {
        columns = new double[values.length][count];
      }
      if (columns.length != values.length) {
        throw differentLengths();
      }
      for (int j = 0; j < values.length; j++) {
        columns[j][next] = values[j];
      }
    }
    if (next != count) {
      throw new AlignmentException("An aligned index is missing or stands twice in the table");
    }
    return new ColumnBlock(from, count, columns == null ? new double[0][] : columns);
  }

  private static DataException differentLengths() {
    return new DataException("The feature vectors are of different lengths");
  }

  private List<P> collect() {
    return SparkFailures.naming(partitions::collect);
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public <A extends Serializable, R extends Serializable> List<R> map(
      A argument, PartitionKernel<P, A, R> kernel) {
    Broadcast<A> shared = context.broadcast(argument);
    try {
      return SparkFailures.naming(
          () -> partitions.map(new OnPartition<>(kernel, shared)).collect());
    } finally {
      shared.destroy();
    }
  }

  @Override
  public <A extends Serializable, Q extends Serializable> SparkAlignedRows<Q> derive(
      A argument, PartitionKernel<P, A, Q> kernel) {
    // Lives as long as the rows: an executor that is lost takes its partitions with it, and Spark
    // makes them anew.
    Broadcast<A> shared = context.broadcast(argument);
    JavaRDD<Q> derived =
        partitions.map(new OnPartition<>(kernel, shared)).persist(StorageLevel.MEMORY_AND_DISK());
    SparkFailures.naming(derived::count);
    return new SparkAlignedRows<>(context, rows, derived, shared);
  }

  @Override
  public <A extends Serializable> Shared<A> share(A value) {
    return new Broadcasted<>(context.broadcast(value));
  }

  /** Fetched by the executors that ask for it. */
  private record Broadcasted<A extends Serializable>(Broadcast<A> broadcast) implements Shared<A> {
    @Override
    public A value() {
      return broadcast.value();
    }

    @Override
    public void close() {
      broadcast.destroy();
    }
  }

  @Override
  public void close() {
    partitions.unpersist(false);
    if (argument != null) {
      argument.destroy();
    }
  }

  private record OnPartition<
          P extends Serializable, A extends Serializable, R extends Serializable>(
      PartitionKernel<P, A, R> kernel, Broadcast<A> argument) implements Function<P, R> {
    @Override
    public R call(P partition) {
      return kernel.apply(partition, argument.value());
    }
  }
}
