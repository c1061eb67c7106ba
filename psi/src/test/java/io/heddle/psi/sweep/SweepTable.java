// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.sweep;

import io.heddle.party.PartyId;
import io.heddle.psi.Alignment;
import io.heddle.table.LocalAlignedRows;
import io.heddle.table.PartyTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * One party's rows.
 *
 * @param labels empty at a feature holder
 */
record SweepTable(String name, List<byte[]> ids, double[][] columns, double[] labels) {
  /** Names a small table that is made up: common ids in another order at each party, and others. */
  static final String GENERATED = "generated";

  /** Names the same table, on which trees are grown. */
  static final String TREES = "trees";

  private static final int COMMON = 150;
  private static final int ALONE = 8;

  /**
   * That of a party.
   *
   * @param source {@link #GENERATED}, {@link #TREES}, or the folder with the table {@code breast}
   */
  static SweepTable of(String source, PartyId self) throws IOException {
    boolean bank = self.equals(SweepParty.BANK);
    if (source.equals(GENERATED) || source.equals(TREES)) {
      return generated(self.name(), bank);
    }
    Path file = Path.of(source, bank ? "breast_hetero_guest.csv" : "breast_hetero_host.csv");
    return read(self.name(), file, bank);
  }

  private static SweepTable generated(String name, boolean bank) {
    int rows = COMMON + ALONE;
    int first = bank ? 0 : ALONE;
    List<byte[]> ids = new ArrayList<>();
    double[][] columns = new double[1][rows];
    double[] labels = new double[bank ? rows : 0];
    for (int i = 0; i < rows; i++) {
      int id = first + (int) ((i * 7919L) % rows);
      ids.add(utf8("id-" + id));
      columns[0][i] = value(id, bank ? 0 : 1);
      if (bank) {
        labels[i] = value(id, 0) + value(id, 1) + value(id, 2) > 0 ? 1 : 0;
      }
    }
    return new SweepTable(name, ids, columns, labels);
  }

  private static double value(int id, int column) {
    return new SplittableRandom(id * 31L + column).nextDouble() * 4 - 2;
  }

  private static SweepTable read(String name, Path file, boolean bank) throws IOException {
    List<double[]> rows = new ArrayList<>();
    List<byte[]> ids = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      ids.add(utf8(cells[0]));
      rows.add(Arrays.stream(cells).skip(1).mapToDouble(Double::parseDouble).toArray());
    }
    int first = bank ? 1 : 0;
    double[][] columns =
        IntStream.range(first, rows.get(0).length)
            .mapToObj(j -> rows.stream().mapToDouble(row -> row[j]).toArray())
            .toArray(double[][]::new);
    double[] labels = bank ? rows.stream().mapToDouble(row -> row[0]).toArray() : new double[0];
    return new SweepTable(name, ids, columns, labels);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  PartyTable aligned(Alignment alignment) {
    double[][] aligned =
        Arrays.stream(columns).map(column -> inOrder(alignment, column)).toArray(double[][]::new);
    return new PartyTable(
        LocalAlignedRows.of(alignment.rows().length, aligned, 2),
        IntStream.range(0, columns.length).mapToObj(j -> name + j).toList(),
        alignment.digest());
  }

  double[] alignedLabels(Alignment alignment) {
    return inOrder(alignment, labels);
  }

  private static double[] inOrder(Alignment alignment, double[] values) {
    return Arrays.stream(alignment.rows()).mapToDouble(row -> values[row]).toArray();
  }
}
