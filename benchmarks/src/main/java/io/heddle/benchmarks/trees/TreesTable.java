// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import io.heddle.psi.table.Table;
import io.heddle.psi.table.TableFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One party's columns, and the labels at the label holder; rows are aligned.
 *
 * @param labels empty at the feature holder
 */
record TreesTable(List<String> names, double[][] columns, double[] labels) {
  private static final String LABEL = "y";

  int rows() {
    return columns[0].length;
  }

  /** The table of a party of a run. */
  static TreesTable of(Settings settings, boolean ofLabelHolder) {
    if (!settings.isGenerated()) {
      return read(Path.of(settings.text(ofLabelHolder ? "label-holder" : "feature-holder")));
    }
    int first = settings.number("label-columns");
    int all = first + settings.number("feature-columns");
    return generate(
        settings.number("rows"),
        ofLabelHolder ? 0 : first,
        ofLabelHolder ? first : all,
        all,
        settings.number("seed"));
  }

  /** A CSV file: the first column is the id, {@code y} the label. */
  static TreesTable read(Path file) {
    Table table = TableFiles.read(file);
    List<String> names =
        new ArrayList<>(table.columnNames().subList(1, table.columnNames().size()));
    double[] labels = names.remove(LABEL) ? table.numbers(LABEL) : new double[0];
    return new TreesTable(
        names, names.stream().map(table::numbers).toArray(double[][]::new), labels);
  }

  /**
   * Makes up both parties' columns, of which one's are kept: bell-shaped, skewed and two-valued
   * ones, and labels by thresholds on all of them.
   *
   * @param from the first column of this party
   * @param to after its last one
   * @param columns of both
   */
  static TreesTable generate(int rows, int from, int to, int columns, long seed) {
    double[][] own = new double[to - from][];
    double[] scores = new double[rows];
    for (int j = 0; j < columns; j++) {
      double[] column = column(rows, j, seed);
      for (int i = 0; i < rows; i++) {
        scores[i] += (j % 2 == 0 ? 1 : -0.8) * (column[i] > 0.2 ? 1 : 0) / (1 + j % 5);
      }
      if (j >= from && j < to) {
        own[j - from] = column;
      }
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(1 - scores[i])) ? 1 : 0;
    }
    String[] names = new String[own.length];
    Arrays.setAll(names, j -> "x" + j);
    return new TreesTable(List.of(names), own, from == 0 ? labels : new double[0]);
  }

  private static double[] column(int rows, int j, long seed) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + j + 1);
    double[] column = new double[rows];
    for (int i = 0; i < rows; i++) {
      double value = random.nextDouble() + random.nextDouble() - 1;
      column[i] = j % 4 == 3 ? (value > 0.3 ? 1 : 0) : j % 5 == 2 ? Math.exp(3 * value) : value;
    }
    return column;
  }

  /** The share of pairs of rows with other labels in which the one with label 1 scores higher. */
  static double auc(double[] labels, double[] scores) {
    Integer[] order = new Integer[labels.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(scores[a], scores[b]));
    double ranks = 0;
    long positive = 0;
    for (int from = 0, to; from < order.length; from = to) {
      to = from;
      while (to < order.length && scores[order[to]] == scores[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        // Equal scores share the mean of their ranks.
        ranks += labels[order[i]] == 1 ? (from + 1 + to) / 2.0 : 0;
        positive += labels[order[i]] == 1 ? 1 : 0;
      }
    }
    long negative = labels.length - positive;
    return (ranks - positive * (positive + 1) / 2.0) / ((double) positive * negative);
  }
}
