// SPDX-License-Identifier: Apache-2.0
package io.heddle.table;

import io.heddle.error.AlignmentException;
import io.heddle.error.DataException;
import io.heddle.party.PartyId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * One party's columns of the aligned rows. The caller keeps and closes the rows.
 *
 * @param rows the columns, cut by rows
 * @param columnNames one per column, unique; named in errors, never sent
 * @param alignmentDigest 32 bytes that every party got from the same alignment
 */
public record PartyTable(
    AlignedRows<ColumnBlock> rows, List<String> columnNames, byte[] alignmentDigest) {
  /** Of an alignment digest. */
  public static final int DIGEST_BYTES = 32;

  public PartyTable {
    columnNames = List.copyOf(columnNames);
    if (new HashSet<>(columnNames).size() != columnNames.size()) {
      throw new IllegalArgumentException("Column names are not unique");
    }
    if (alignmentDigest.length != DIGEST_BYTES) {
      throw new IllegalArgumentException(
          "Invalid alignment digest of "
              + alignmentDigest.length
              + " bytes: must be "
              + DIGEST_BYTES);
    }
    alignmentDigest = alignmentDigest.clone();
  }

  /**
   * Requires that a peer holds the same rows.
   *
   * @throws AlignmentException tells the counts
   */
  public void requireSame(PartyId peer, int theirRows, byte[] theirDigest) {
    if (theirRows != rows.rows() || !Arrays.equals(theirDigest, alignmentDigest)) {
      throw new AlignmentException(
          "The aligned rows differ: "
              + rows.rows()
              + " here, "
              + theirRows
              + " at "
              + peer
              + (theirRows == rows.rows() ? ", with another digest" : ""));
    }
  }

  /**
   * Requires that the columns are those of a model part, in its order.
   *
   * @throws DataException names those that are missing or unknown
   */
  public void requireColumns(List<String> expected) {
    if (!expected.equals(columnNames)) {
      List<String> missing = new ArrayList<>(expected);
      missing.removeAll(columnNames);
      List<String> unknown = new ArrayList<>(columnNames);
      unknown.removeAll(expected);
      throw new DataException(
          "The columns are not those of the model part"
              + (missing.isEmpty() ? "" : ", missing: " + String.join(", ", missing))
              + (unknown.isEmpty() ? "" : ", unknown: " + String.join(", ", unknown))
              + (missing.isEmpty() && unknown.isEmpty() ? ": their order differs" : ""));
    }
  }
}
