// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.join;

import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.ids.IdOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One party's rows by their ids: each id once, in the order in which it first stands in the table,
 * and with it the rows that have it, in the table's order. Where no id repeats, nothing beside the
 * ids themselves; else 8 bytes for a row.
 */
public final class RowsById {
  private final IdList ids;

  /** Where the rows of an id begin, one entry more than there are ids; null if each has one. */
  private final int @Nullable [] starts;

  /** Null if every row is an id of its own. */
  private final int @Nullable [] rows;

  private RowsById(IdList ids, int @Nullable [] starts, int @Nullable [] rows) {
    this.ids = ids;
    this.starts = starts;
    this.rows = rows;
  }

  /**
   * Groups rows by their ids.
   *
   * @param idOfRow the id of each row; not to be changed
   * @param duplicates with {@code refuse} every row is one id, whether they repeat or not: who
   *     compares them refuses those that do
   * @throws IllegalArgumentException if they take more than 2 GiB
   */
  public static RowsById of(List<byte[]> idOfRow, PsiDuplicates duplicates) {
    IdList all = IdList.of(idOfRow);
    if (duplicates == PsiDuplicates.REFUSE || all.order().repeated().length == 0) {
      return new RowsById(all, null, null);
    }
    int[] firsts = firsts(all.order());
    IdList ids = all.select(firsts);
    return duplicates == PsiDuplicates.FIRST
        ? new RowsById(ids, null, firsts)
        : all(ids, idAt(all.order(), firsts));
  }

  /** Where the ids stand first, ascending. */
  private static int[] firsts(IdOrder order) {
    int[] repeated = order.repeated();
    int[] firsts = new int[order.rows().length - repeated.length];
    int next = 0;
    for (int row = 0; row < order.rows().length; row++) {
      if (next < repeated.length && repeated[next] == row) {
        next++;
      } else {
        firsts[row - next] = row;
      }
    }
    return firsts;
  }

  /** The number of each row's id. Rows of one id are neighbours in byte order, its first before. */
  private static int[] idAt(IdOrder order, int[] firsts) {
    int[] idAt = new int[order.rows().length];
    Arrays.fill(idAt, -1);
    for (int id = 0; id < firsts.length; id++) {
      idAt[firsts[id]] = id;
    }
    int id = -1;
    for (int row : order.rows()) {
      if (idAt[row] < 0) {
        idAt[row] = id;
      } else {
        id = idAt[row];
      }
    }
    return idAt;
  }

  private static RowsById all(IdList ids, int[] idAt) {
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
  public IdList ids() {
    return ids;
  }

  private int start(int id) {
    return starts == null ? id : starts[id];
  }

  private int rowAt(int index) {
    return rows == null ? index : rows[index];
  }

  /** How many rows each of some ids has, all 1 or more. */
  public int[] counts(int[] some) {
    int[] counts = new int[some.length];
    Arrays.setAll(counts, i -> start(some[i] + 1) - start(some[i]));
    return counts;
  }

  /** The first row of each of some ids; may be the same array, not to be changed. */
  public int[] firstRows(int[] some) {
    if (rows == null) {
      return some;
    }
    int[] first = new int[some.length];
    Arrays.setAll(first, i -> row(some[i], 0));
    return first;
  }

  /** The row that stands at a place among those of an id, from 0. */
  int row(int id, int place) {
    return rowAt(start(id) + place);
  }

  /** The rows of all ids but these, in the table's order. */
  public int[] otherRows(int[] some) {
    BitSet others = new BitSet();
    for (int i = 0; i < start(ids.size()); i++) {
      others.set(rowAt(i));
    }
    for (int id : some) {
      for (int i = start(id); i < start(id + 1); i++) {
        others.clear(rowAt(i));
      }
    }
    return others.stream().toArray();
  }
}
