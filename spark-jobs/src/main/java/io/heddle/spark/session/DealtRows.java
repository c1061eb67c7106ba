// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.crypto.Sha256;
import io.heddle.error.AlignmentException;
import io.heddle.psi.DealtAlignment;
import io.heddle.psi.tasks.IdNames;
import io.heddle.spark.table.AlignedTable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The common rows of a table that was dealt out, numbered where they are: no further shuffle. They
 * depend on no store and no session, so Spark may make them anew at any time.
 *
 * @param table with the aligned index
 * @param ids in the same order
 */
record DealtRows(AlignedTable table, AlignedIds ids) {

  /**
   * Takes the common ones.
   *
   * @param rows with the id behind, by partition and in the order of the ids
   */
  static DealtRows of(
      Dataset<Row> table, JavaRDD<Row> rows, StructType schema, DealtAlignment alignment) {
    String name = schema.fieldNames()[schema.size() - 1] + "_name";
    ArrayList<BitSet> common = new ArrayList<>(alignment.common());
    ArrayList<byte[]> digests = new ArrayList<>(alignment.digests());
    IdNames names = alignment.names();
    Dataset<Row> named =
        table
            .sparkSession()
            .createDataFrame(
                rows.mapPartitionsWithIndex(
                    (p, each) -> new Named(each, common.get(p), names), true),
                schema.add(name, DataTypes.BinaryType))
            .sortWithinPartitions(functions.col(name));
    int[] starts = starts(common);
    JavaRDD<Row> inOrder = named.toJavaRDD();
    JavaRDD<Row> numbered =
        inOrder.mapPartitionsWithIndex(
            (p, each) -> new Numbered(each, starts[p], common.get(p).cardinality(), digests.get(p)),
            true);
    StructType aligned = table.schema().add(AlignedTable.INDEX, DataTypes.IntegerType);
    return new DealtRows(
        AlignedTable.numbered(
            table.sparkSession().createDataFrame(numbered, aligned),
            alignment.rows(),
            alignment.digest()),
        AlignedIds.of(inOrder, alignment.rows()));
  }

  private static int[] starts(List<BitSet> common) {
    int[] starts = new int[common.size()];
    for (int p = 1; p < starts.length; p++) {
      starts[p] = starts[p - 1] + common.get(p - 1).cardinality();
    }
    return starts;
  }

  /** The rows of the common ids, the first of each, with its name behind. */
  private static final class Named implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final BitSet common;
    private final IdNames names;
    private byte @Nullable [] before;
    private int place = -1;
    private @Nullable Row next;

    Named(Iterator<Row> rows, BitSet common, IdNames names) {
      this.rows = rows;
      this.common = common;
      this.names = names;
    }

    @Override
    public boolean hasNext() {
      while (next == null && rows.hasNext()) {
        Row row = rows.next();
        byte[] id = DealtTable.id(row);
        if (Arrays.equals(before, id)) {
          continue;
        }
        before = id;
        if (common.get(++place)) {
          next = with(row, row.size(), names.name(id));
        }
      }
      return next != null;
    }

    @Override
    public Row next() {
      Row row = hasNext() ? next : null;
      if (row == null) {
        throw new NoSuchElementException();
      }
      next = null;
      return row;
    }
  }

  /** Some first values of a row, and one more. */
  private static Row with(Row row, int values, Object last) {
    @Nullable Object[] all = new Object[values + 1];
    for (int j = 0; j < values; j++) {
      all[j] = row.get(j);
    }
    all[values] = last;
    return RowFactory.create(all);
  }

  /**
   * Rows in the alignment's order get their index in the place of id and name; where they are not
   * those that the parties have found, the table has changed since.
   */
  private static final class Numbered implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final int end;
    private final byte[] digest;
    private final MessageDigest ids = Sha256.newDigest();
    private int index;

    Numbered(Iterator<Row> rows, int start, int count, byte[] digest) {
      this.rows = rows;
      this.digest = digest;
      index = start;
      end = start + count;
    }

    @Override
    public boolean hasNext() {
      if (rows.hasNext()) {
        return true;
      }
      if (index != end || !MessageDigest.isEqual(ids().digest(), digest)) {
        throw new AlignmentException(
            "The common rows are not those that the parties found: the table must not change"
                + " meanwhile, and must say the same each time it is read");
      }
      return false;
    }

    /** A copy, for the end may be asked for more than once. */
    private MessageDigest ids() {
      try {
        return (MessageDigest) ids.clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError("The JDK's SHA-256 can be copied", e);
      }
    }

    @Override
    public Row next() {
      Row row = rows.next();
      byte[] id = (byte[]) row.get(row.size() - 2);
      ids.update(ByteBuffer.allocate(Integer.BYTES).putInt(id.length).array());
      ids.update(id);
      return with(row, row.size() - 2, index++);
    }
  }
}
