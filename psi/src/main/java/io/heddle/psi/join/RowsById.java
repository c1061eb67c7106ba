// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.join;

import io.heddle.config.JobConfig.PsiDuplicates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * One party's rows by their ids: each id once, in the order in which it first stands in the table,
 * and with it the rows that have it, in the table's order. 8 bytes for a row beside the ids
 * themselves.
 */
public final class RowsById {
  private final List<byte[]> ids;

  /** Where the rows of an id begin; one entry more than there are ids. */
  private final int[] starts;

  private final int[] rows;

  private RowsById(List<byte[]> ids, int[] starts, int[] rows) {
    this.ids = ids;
    this.starts = starts;
    this.rows = rows;
  }

  /**
   * Groups rows by their ids.
   *
   * @param idOfRow the id of each row; not copied, not to be changed
   * @param duplicates with {@code refuse} every row is one id, whether they repeat or not: who
   *     compares them refuses those that do
   */
  public static RowsById of(List<byte[]> idOfRow, PsiDuplicates duplicates) {
    if (duplicates == PsiDuplicates.REFUSE) {
      int[] each = new int[idOfRow.size() + 1];
      Arrays.setAll(each, row -> row);
      return new RowsById(idOfRow, each, each);
    }
    List<byte[]> ids = new ArrayList<>();
    int[] idAt = number(idOfRow, ids);
    return duplicates == PsiDuplicates.FIRST ? first(ids, idAt) : all(ids, idAt);
  }

  /** Numbers the ids as they first come; an open-addressed table of numbers, no objects. */
  private static int[] number(List<byte[]> idOfRow, List<byte[]> ids) {
    int mask = Math.max(4, Integer.highestOneBit(Math.max(1, idOfRow.size())) << 2) - 1;
    int[] slots = new int[mask + 1];
    int[] idAt = new int[idOfRow.size()];
    for (int row = 0; row < idAt.length; row++) {
      byte[] id = idOfRow.get(row);
      int hash = Arrays.hashCode(id);
      int slot = (hash ^ (hash >>> 15)) * 0x9E3779B1 & mask;
      while (slots[slot] != 0 && !Arrays.equals(ids.get(slots[slot] - 1), id)) {
        slot = (slot + 1) & mask;
      }
      if (slots[slot] == 0) {
        ids.add(id);
        slots[slot] = ids.size();
      }
      idAt[row] = slots[slot] - 1;
    }
    return idAt;
  }

  private static RowsById first(List<byte[]> ids, int[] idAt) {
    int[] starts = new int[ids.size() + 1];
    Arrays.setAll(starts, id -> id);
    int[] rows = new int[ids.size()];
    for (int row = idAt.length - 1; row >= 0; row--) {
      rows[idAt[row]] = row;
    }
    return new RowsById(ids, starts, rows);
  }

  private static RowsById all(List<byte[]> ids, int[] idAt) {
    int[] starts = new int[ids.size() + 1];
    for (int id : idAt) {
      starts[id + 1]++;
    }
    for (int id = 0; id < ids.size(); id++) {
      starts[id + 1] += starts[id];
    }
    int[] free = starts.clone();
    int[] rows = new int[idAt.length];
    for (int row = 0; row < idAt.length; row++) {
      rows[free[idAt[row]]++] = row;
    }
    return new RowsById(ids, starts, rows);
  }

  /** Each id once, unless repeats are for others to refuse. */
  public List<byte[]> ids() {
    return ids;
  }

  /** How many rows each of some ids has, all 1 or more. */
  public int[] counts(int[] some) {
    int[] counts = new int[some.length];
    Arrays.setAll(counts, i -> starts[some[i] + 1] - starts[some[i]]);
    return counts;
  }

  /** The first row of each of some ids. */
  public int[] firstRows(int[] some) {
    int[] first = new int[some.length];
    Arrays.setAll(first, i -> row(some[i], 0));
    return first;
  }

  /** The row that stands at a place among those of an id, from 0. */
  int row(int id, int place) {
    return rows[starts[id] + place];
  }

  /** The rows of all ids but these, in the table's order. */
  public int[] otherRows(int[] some) {
    BitSet others = new BitSet();
    for (int i = 0; i < starts[ids.size()]; i++) {
      others.set(rows[i]);
    }
    for (int id : some) {
      for (int i = starts[id]; i < starts[id + 1]; i++) {
        others.clear(rows[i]);
      }
    }
    return others.stream().toArray();
  }
}
