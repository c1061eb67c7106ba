// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import io.heddle.config.IdRule;
import io.heddle.config.PartyConfig;
import io.heddle.psi.table.Ids;
import io.heddle.psi.table.Table;
import io.heddle.psi.table.TableFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One party's table in the clear, for the comparison: rows are found by their normalised ids. */
final class DemoTable {
  private final List<byte[]> keys;
  private final Map<ByteBuffer, Integer> rowOfKey = new HashMap<>();
  private final double[][] columns;
  private final double[] labels;

  private DemoTable(List<byte[]> keys, double[][] columns, double[] labels) {
    this.keys = keys;
    this.columns = columns;
    this.labels = labels;
    for (int i = 0; i < keys.size(); i++) {
      rowOfKey.put(ByteBuffer.wrap(keys.get(i)), i);
    }
  }

  /** Reads what a party's configuration names. */
  static DemoTable read(Path file, PartyConfig.Data data, List<IdRule> rules) {
    Table table = TableFiles.read(file);
    return new DemoTable(
        Ids.of(table, data.id(), rules).values(),
        data.features(table.columnNames()).stream().map(table::numbers).toArray(double[][]::new),
        data.label() == null ? new double[0] : table.numbers(data.label()));
  }

  /** The ids that all tables have, in the first one's order. */
  static List<byte[]> commonKeys(List<DemoTable> tables) {
    return tables.get(0).keys.stream()
        .filter(
            key ->
                tables.stream().allMatch(table -> table.rowOfKey.containsKey(ByteBuffer.wrap(key))))
        .toList();
  }

  /** The labels of the rows with these ids, in their order. */
  double[] labels(List<byte[]> of) {
    return of.stream().mapToDouble(key -> labels[row(key)]).toArray();
  }

  /** {@code columns[j][i]}: column j at the row of the i-th of these ids. */
  double[][] columns(List<byte[]> of) {
    double[][] picked = new double[columns.length][];
    for (int j = 0; j < picked.length; j++) {
      double[] column = columns[j];
      picked[j] = of.stream().mapToDouble(key -> column[row(key)]).toArray();
    }
    return picked;
  }

  private int row(byte[] key) {
    Integer row = rowOfKey.get(ByteBuffer.wrap(key));
    if (row == null) {
      throw new IllegalArgumentException("A training row's id is not in the table");
    }
    return row;
  }
}
