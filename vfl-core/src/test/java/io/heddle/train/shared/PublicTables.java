// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.shared;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** For tests: public tables, which are beside the project and not in it. */
public final class PublicTables {
  private PublicTables() {}

  /** The rows of one party's file by id; a test that has no such file is skipped. */
  public static SortedMap<String, double[]> read(String name) throws IOException {
    File file = new File(System.getProperty("heddle.shared", ""), "data/" + name);
    assumeThat(file).exists();
    List<String> lines = Files.readAllLines(file.toPath());
    SortedMap<String, double[]> rows = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      rows.put(cells[0], Arrays.stream(cells).skip(1).mapToDouble(Double::parseDouble).toArray());
    }
    return rows;
  }
}
