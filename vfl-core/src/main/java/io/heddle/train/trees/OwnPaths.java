// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.Sha256;
import io.heddle.table.ColumnBlock;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.OwnData;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** On which side of each of its own thresholds a party's rows lie. */
final class OwnPaths {
  private final int rows;
  private final byte[][] left;

  private OwnPaths(int rows, byte[][] left) {
    this.rows = rows;
    this.left = left;
  }

  /** Compares where the rows are. */
  static OwnPaths of(PartyTable table, List<Threshold> thresholds) {
    int rows = table.rows().rows();
    byte[][] left = new byte[thresholds.size()][RowSets.bytes(rows)];
    Compared[] parts =
        table
            .rows()
            .map(thresholds.toArray(Threshold[]::new), Compared::of)
            .toArray(Compared[]::new);
    for (Compared part : parts) {
      for (int k = 0; k < left.length; k++) {
        for (int i = 0; i < part.rows(); i++) {
          if (RowSets.isSet(part.left()[k], i)) {
            RowSets.set(left[k], part.firstRow() + i);
          }
        }
      }
    }
    return new OwnPaths(rows, left);
  }

  private record Compared(int firstRow, int rows, byte[][] left) implements Serializable {
    /** A kernel. */
    static Compared of(ColumnBlock block, Threshold[] thresholds) {
      byte[][] left = new byte[thresholds.length][RowSets.bytes(block.rows())];
      for (int k = 0; k < left.length; k++) {
        double[] column = block.columns()[thresholds[k].column()];
        for (int i = 0; i < column.length; i++) {
          if (thresholds[k].goesLeft(column[i])) {
            RowSets.set(left[k], i);
          }
        }
      }
      return new Compared(block.firstRow(), block.rows(), left);
    }
  }

  int thresholds() {
    return left.length;
  }

  int rows() {
    return rows;
  }

  /** Which of these rows go left at a threshold. */
  boolean[] left(int threshold, int[] of) {
    boolean[] bits = new boolean[of.length];
    for (int i = 0; i < of.length; i++) {
      bits[i] = RowSets.isSet(left[threshold], of[i]);
    }
    return bits;
  }

  /** What scoring with a model part starts from. */
  OwnData data(PartyTable table, TreesModelPart part) {
    List<MessageDigest> columns = new ArrayList<>();
    for (int j = 0; j < part.columnNames().size(); j++) {
      columns.add(Sha256.newDigest());
    }
    for (int k = 0; k < left.length; k++) {
      columns.get(part.thresholds().get(k).column()).update(left[k]);
    }
    return new OwnData(
        table.alignmentDigest(),
        columns.stream().map(MessageDigest::digest).toList(),
        Sha256.of(part.fitId().getBytes(StandardCharsets.UTF_8)));
  }
}
