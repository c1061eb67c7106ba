// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.table;

import java.util.Objects;
import org.apache.spark.Partitioner;

/**
 * Cuts aligned rows into ranges of consecutive rows. The bounds follow from the two numbers alone,
 * so every party cuts alike, and alike to {@link io.heddle.table.LocalAlignedRows}.
 */
final class RowRange extends Partitioner {
  private final int rows;
  private final int partitions;

  RowRange(int rows, int partitions) {
    if (partitions < 1) {
      throw new IllegalArgumentException(
          "Invalid number of partitions " + partitions + ": must be at least 1");
    }
    this.rows = rows;
    this.partitions = Math.max(1, Math.min(partitions, rows));
  }

  int from(int partition) {
    return (int) ((long) rows * partition / partitions);
  }

  int to(int partition) {
    return from(partition + 1);
  }

  @Override
  public int numPartitions() {
    return partitions;
  }

  @Override
  public int getPartition(Object key) {
    int row = (Integer) key;
    // The largest p with floor(rows * p / partitions) <= row.
    return (int) ((((long) row + 1) * partitions - 1) / rows);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowRange that && rows == that.rows && partitions == that.partitions;
  }

  @Override
  public int hashCode() {
    return Objects.hash(rows, partitions);
  }
}
