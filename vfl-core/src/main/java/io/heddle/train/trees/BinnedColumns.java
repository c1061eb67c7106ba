// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.Sha256;
import io.heddle.error.DataException;
import io.heddle.table.AlignedRows;
import io.heddle.table.ColumnBlock;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.OwnData;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** One party's columns in bins, where its rows are. */
final class BinnedColumns implements AutoCloseable {
  private final AlignedRows<BinnedBlock> rows;
  private final List<String> names;
  private final ColumnBins[] columns;

  private BinnedColumns(AlignedRows<BinnedBlock> rows, List<String> names, ColumnBins[] columns) {
    this.rows = rows;
    this.names = names;
    this.columns = columns;
  }

  /**
   * Cuts each column into bins; every {@link ColumnBins#stride}th of its values comes to this JVM.
   *
   * @throws DataException if a value is infinite; names the column
   */
  static BinnedColumns of(PartyTable table, int maxBins) {
    ColumnBins[] columns = new ColumnBins[table.columnNames().size()];
    int stride = ColumnBins.stride(table.rows().rows());
    for (int j = 0; j < columns.length; j++) {
      columns[j] = column(table, j, stride, maxBins);
    }
    return new BinnedColumns(
        table.rows().derive(columns, BinnedBlock::of), table.columnNames(), columns);
  }

  private record Sample(int column, int stride) implements Serializable {
    static double[] take(ColumnBlock block, Sample sample) {
      double[] column = block.columns()[sample.column];
      int first = Math.floorMod(-block.firstRow(), sample.stride);
      double[] taken =
          new double[(Math.max(0, block.rows() - first) + sample.stride - 1) / sample.stride];
      for (int k = 0; k < taken.length; k++) {
        taken[k] = column[first + k * sample.stride];
      }
      return taken;
    }

    /** Whether values are missing, and whether any is infinite. */
    static boolean[] oddities(ColumnBlock block, Sample sample) {
      boolean[] found = new boolean[2];
      for (double value : block.columns()[sample.column]) {
        found[0] |= Double.isNaN(value);
        found[1] |= Double.isInfinite(value);
      }
      return found;
    }
  }

  private static ColumnBins column(PartyTable table, int j, int stride, int maxBins) {
    Sample sample = new Sample(j, stride);
    boolean missing = false;
    for (boolean[] found : table.rows().map(sample, Sample::oddities)) {
      missing |= found[0];
      if (found[1]) {
        throw new DataException(
            "Column "
                + table.columnNames().get(j)
                + " has infinite values: must be finite or missing");
      }
    }
    List<double[]> parts = table.rows().map(sample, Sample::take);
    double[] values = new double[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (double[] part : parts) {
      System.arraycopy(part, 0, values, at, part.length);
      at += part.length;
    }
    return ColumnBins.of(values, missing, maxBins);
  }

  AlignedRows<BinnedBlock> rows() {
    return rows;
  }

  int count() {
    return columns.length;
  }

  /** How each column is cut. */
  ColumnBins[] columns() {
    return columns.clone();
  }

  /** How many bins each column has. */
  int[] sizes() {
    return Arrays.stream(columns).mapToInt(ColumnBins::size).toArray();
  }

  /** All columns in this JVM: {@code [column][row]}. */
  byte[][] collect() {
    byte[][] all = new byte[columns.length][rows.rows()];
    for (BinnedBlock block : rows.map(Boolean.TRUE, (each, ignored) -> each)) {
      for (int j = 0; j < all.length; j++) {
        System.arraycopy(block.bins()[j], 0, all[j], block.firstRow(), block.rows());
      }
    }
    return all;
  }

  /** Those whose rows are all in one bin, also if all are missing; nothing can be split by them. */
  List<String> constantColumns() {
    List<BitSet[]> parts = rows.map(Boolean.TRUE, BinnedBlock::used);
    List<String> constant = new ArrayList<>();
    for (int j = 0; j < columns.length; j++) {
      BitSet used = new BitSet();
      for (BitSet[] part : parts) {
        used.or(part[j]);
      }
      if (used.cardinality() <= 1) {
        constant.add(names.get(j));
      }
    }
    return constant;
  }

  /** One digest for each column: its name, its cuts, its bins. */
  List<byte[]> digests() {
    List<MessageDigest> digests = new ArrayList<>();
    for (int j = 0; j < columns.length; j++) {
      MessageDigest digest = Sha256.newDigest();
      byte[] name = names.get(j).getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, name.length).array());
      digest.update(name);
      OwnData.update(digest, columns[j].cuts());
      digests.add(digest);
    }
    for (byte[][] part : rows.map(Boolean.TRUE, BinnedBlock::digests)) {
      for (int j = 0; j < part.length; j++) {
        digests.get(j).update(part[j]);
      }
    }
    return digests.stream().map(MessageDigest::digest).toList();
  }

  @Override
  public void close() {
    rows.close();
  }
}
