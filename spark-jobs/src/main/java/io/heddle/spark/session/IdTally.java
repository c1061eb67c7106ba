// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.psi.table.IdCounts;
import io.heddle.psi.table.Ids;
import io.heddle.psi.tasks.IdKey;
import io.heddle.psi.tasks.IdSum;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Counts ids on the executors, each once: tasks hash them under a key, and equal hashes meet. Only
 * the hashes go through Spark's shuffle.
 */
final class IdTally {
  private static final int BATCH = 1 << 13;

  /** Sorts before every hash, and brings what one task has counted. */
  private static final byte[] COUNTS = {};

  private IdTally() {}

  /**
   * A part of the ids.
   *
   * @param counts of the rows that some tasks have read
   * @param distinct how many ids are in this part
   * @param sum of their hashes
   */
  record Part(IdCounts counts, long distinct, byte[] sum) implements Serializable {}

  /**
   * All parts.
   *
   * @param values the id columns
   */
  static JavaRDD<Part> parts(JavaRDD<Row> values, IdColumns columns, IdKey key) {
    int partitions = Math.max(1, values.getNumPartitions());
    return values
        .mapPartitionsToPair(rows -> new Hashes(rows, columns, key))
        .repartitionAndSortWithinPartitions(new ByHash(partitions), new Order())
        .mapPartitions(hashes -> List.of(tally(hashes)).iterator());
  }

  private static Part tally(Iterator<Tuple2<byte[], IdCounts>> hashes) {
    IdCounts counts = IdCounts.NONE;
    IdSum sum = new IdSum();
    long distinct = 0;
    byte[] before = COUNTS;
    while (hashes.hasNext()) {
      Tuple2<byte[], IdCounts> next = hashes.next();
      counts = counts.plus(next._2());
      if (!Arrays.equals(before, next._1())) {
        before = next._1();
        sum.add(before);
        distinct++;
      }
    }
    return new Part(counts, distinct, sum.toBytes());
  }

  /** The hashes of one task's rows, and then what it has counted. */
  private static final class Hashes implements Iterator<Tuple2<byte[], IdCounts>> {
    private final Iterator<Row> rows;
    private final IdColumns columns;
    private final IdKey.Hasher hasher;
    private IdCounts counts = IdCounts.NONE;
    private List<byte[]> batch = List.of();
    private int next;
    private boolean counted;

    Hashes(Iterator<Row> rows, IdColumns columns, IdKey key) {
      this.rows = rows;
      this.columns = columns;
      hasher = key.hasher();
    }

    @Override
    public boolean hasNext() {
      while (next == batch.size() && rows.hasNext()) {
        read();
      }
      return next < batch.size() || !counted;
    }

    private void read() {
      List<@Nullable String[]> texts = new ArrayList<>(BATCH);
      while (texts.size() < BATCH && rows.hasNext()) {
        texts.add(IdColumns.texts(rows.next()));
      }
      Ids.Batch read = Ids.batch(texts, columns.rules());
      counts = counts.plus(read.counts());
      batch = new ArrayList<>(read.values().size());
      for (byte[] id : read.values()) {
        batch.add(hasher.hash(id, 0, id.length));
      }
      next = 0;
    }

    @Override
    public Tuple2<byte[], IdCounts> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (next < batch.size()) {
        return new Tuple2<>(batch.get(next++), IdCounts.NONE);
      }
      counted = true;
      return new Tuple2<>(COUNTS, counts);
    }
  }

  private static final class ByHash extends Partitioner {
    private final int partitions;

    ByHash(int partitions) {
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object key) {
      byte[] hash = (byte[]) key;
      return hash.length == 0
          ? 0
          : (((hash[0] & 0xff) << 16) | ((hash[1] & 0xff) << 8) | (hash[2] & 0xff)) % partitions;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByHash that && partitions == that.partitions;
    }

    @Override
    public int hashCode() {
      return partitions;
    }
  }

  private static final class Order implements Comparator<byte[]>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public int compare(byte[] one, byte[] other) {
      return Arrays.compareUnsigned(one, other);
    }
  }
}
