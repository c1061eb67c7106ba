// SPDX-License-Identifier: Apache-2.0
package io.heddle.table;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Aligned rows in this JVM, one partition per task of the common pool. */
public final class LocalAlignedRows<P extends Serializable> implements AlignedRows<P> {
  private final int rows;
  private final List<P> partitions;

  private LocalAlignedRows(int rows, List<P> partitions) {
    this.rows = rows;
    this.partitions = List.copyOf(partitions);
  }

  /**
   * Cuts columns into partitions of equal size.
   *
   * @param columns {@code columns[j][i]} is column j of aligned row i; may be empty, so the row
   *     count is given
   * @param partitions at least 1; fewer are made where there are fewer rows
   */
  public static LocalAlignedRows<ColumnBlock> of(int rows, double[][] columns, int partitions) {
    if (partitions < 1) {
      throw new IllegalArgumentException(
          "Invalid number of partitions " + partitions + ": must be at least 1");
    }
    int count = Math.max(1, Math.min(partitions, rows));
    List<ColumnBlock> blocks = new ArrayList<>(count);
    for (int p = 0; p < count; p++) {
      int from = (int) ((long) rows * p / count);
      int to = (int) ((long) rows * (p + 1) / count);
      double[][] slice = new double[columns.length][];
      for (int j = 0; j < columns.length; j++) {
        slice[j] = Arrays.copyOfRange(columns[j], from, to);
      }
      blocks.add(new ColumnBlock(from, to - from, slice));
    }
    return new LocalAlignedRows<>(rows, blocks);
  }

  /** The partitions of other rows, brought into this JVM. What then runs on them stays here. */
  public static <P extends Serializable> LocalAlignedRows<P> collect(AlignedRows<P> rows) {
    return new LocalAlignedRows<>(
        rows.rows(), rows.map(Boolean.TRUE, (partition, ignored) -> partition));
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public <A extends Serializable, R extends Serializable> List<R> map(
      A argument, PartitionKernel<P, A, R> kernel) {
    return partitions.parallelStream().map(partition -> kernel.apply(partition, argument)).toList();
  }

  @Override
  public <A extends Serializable, Q extends Serializable> AlignedRows<Q> derive(
      A argument, PartitionKernel<P, A, Q> kernel) {
    return new LocalAlignedRows<>(rows, map(argument, kernel));
  }

  @Override
  public boolean areHere() {
    return true;
  }

  @Override
  public <A extends Serializable> Shared<A> share(A value) {
    return new Here<>(value);
  }

  private record Here<A extends Serializable>(A value) implements Shared<A> {
    @Override
    public void close() {}
  }

  @Override
  public void close() {}
}
