// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The common rows of some parties' tables side by side, which only somebody who plays all of them
 * has.
 *
 * @param tables the label holder's first
 * @param train keys of the training rows
 * @param test keys of the held-out rows
 */
record JoinedRows(List<DemoTable> tables, List<byte[]> train, List<byte[]> test) {
  double[] trainLabels() {
    return tables.get(0).labels(train);
  }

  double[] testLabels() {
    return tables.get(0).labels(test);
  }

  List<double[]> trainRows() {
    return rows(train);
  }

  List<double[]> testRows() {
    return rows(test);
  }

  private List<double[]> rows(List<byte[]> keys) {
    List<double[]> rows = new ArrayList<>(keys.size());
    List<double[][]> columns = tables.stream().map(table -> table.columns(keys)).toList();
    for (int i = 0; i < keys.size(); i++) {
      int row = i;
      rows.add(
          columns.stream().flatMap(Arrays::stream).mapToDouble(column -> column[row]).toArray());
    }
    return rows;
  }
}
