// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;

/** The normalised ids of common rows in aligned order, wherever they are. */
public interface AlignedIds {
  /** A question about one id, for tasks. */
  interface Test extends Serializable {
    boolean test(byte[] id);
  }

  /** Which rows' ids pass a test, by their aligned index. */
  BitSet which(Test test);

  /** All of them in this process. */
  List<byte[]> collect();

  /** How many there are. */
  int size();

  /** Those of this process. */
  static AlignedIds of(List<byte[]> ids) {
    return new AlignedIds() {
      @Override
      public BitSet which(Test test) {
        return passing(ids.iterator(), test);
      }

      @Override
      public List<byte[]> collect() {
        return ids;
      }

      @Override
      public int size() {
        return ids.size();
      }
    };
  }

  /**
   * Those of executors.
   *
   * @param rows in aligned order, with id and name behind
   */
  static AlignedIds of(JavaRDD<Row> rows, int size) {
    return new AlignedIds() {
      @Override
      public BitSet which(Test test) {
        BitSet all = new BitSet(size);
        int from = 0;
        for (byte[] part :
            ids().mapPartitions(each -> List.of(packed(each, test)).iterator()).collect()) {
          // A last bit tells how many there are.
          BitSet bits = BitSet.valueOf(part);
          int count = bits.length() - 1;
          for (int i = bits.nextSetBit(0); i < count; i = bits.nextSetBit(i + 1)) {
            all.set(from + i);
          }
          from += count;
        }
        return all;
      }

      private JavaRDD<byte[]> ids() {
        return rows.map(row -> (byte[]) row.get(row.size() - 2));
      }

      @Override
      public List<byte[]> collect() {
        return new ArrayList<>(ids().collect());
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  private static byte[] packed(Iterator<byte[]> ids, Test test) {
    BitSet bits = new BitSet();
    int count = 0;
    for (; ids.hasNext(); count++) {
      if (test.test(ids.next())) {
        bits.set(count);
      }
    }
    bits.set(count);
    return bits.toByteArray();
  }

  private static BitSet passing(Iterator<byte[]> ids, Test test) {
    BitSet bits = new BitSet();
    for (int i = 0; ids.hasNext(); i++) {
      if (test.test(ids.next())) {
        bits.set(i);
      }
    }
    return bits;
  }
}
