// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.error.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A party's own table in memory, column by column: about 8 bytes for a number and 4 bytes more than
 * its UTF-8 form for a text. Failures name file, column, counts and lines, never a value. Safe to
 * read by several threads.
 */
public final class Table {
  /** Of the rows that an error is about, so many are named. */
  static final int SHOWN = 3;

  private final Path file;
  private final Map<String, Column> columns;
  private final int rows;
  private final int @Nullable [] lines;

  /**
   * @param lines the line of each row in a text file; null if the file has no lines
   */
  Table(Path file, Map<String, Column> columns, int rows, int @Nullable [] lines) {
    this.file = file;
    this.columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    this.rows = rows;
    this.lines = lines;
  }

  /** Where it was read. */
  public Path file() {
    return file;
  }

  public int rows() {
    return rows;
  }

  /** In the order of the file. */
  public List<String> columnNames() {
    return List.copyOf(columns.keySet());
  }

  /** The value as text, as a CSV file has it; null where there is none. */
  public @Nullable String text(String column, int row) {
    return column(column).text(row);
  }

  /**
   * A column as numbers.
   *
   * @throws DataException if there is no such column, or a value is missing, not a number, NaN or
   *     infinite: says how many and where the first ones stand
   */
  public double[] numbers(String name) {
    Column column = column(name);
    double[] numbers = new double[rows];
    List<Integer> bad = new ArrayList<>();
    int missing = 0;
    for (int row = 0; row < rows; row++) {
      numbers[row] = column.number(row);
      if (!Double.isFinite(numbers[row])) {
        bad.add(row);
        String text = column.text(row);
        missing += text == null || text.isBlank() ? 1 : 0;
      }
    }
    if (!bad.isEmpty()) {
      throw new DataException(
          bad.size()
              + " of "
              + rows
              + " values of column "
              + name
              + " in "
              + file
              + " are not finite numbers ("
              + missing
              + " of them missing), first at "
              + places(bad));
    }
    return numbers;
  }

  /**
   * The same rows with some of the columns only, in the given order.
   *
   * @throws DataException if there is no such column
   */
  public Table select(List<String> names) {
    Map<String, Column> some = new LinkedHashMap<>();
    for (String name : names) {
      some.put(name, column(name));
    }
    return new Table(file, some, rows, lines);
  }

  /**
   * Requires that columns are there.
   *
   * @throws DataException if there is no such column
   */
  public void requireColumns(List<String> names) {
    names.forEach(this::column);
  }

  Column column(String name) {
    Column column = columns.get(name);
    if (column == null) {
      throw new DataException(
          "No column " + name + " in " + file + ": it has " + shortList(columns.keySet()));
    }
    return column;
  }

  /** Where the first of some rows stand, in words. */
  String places(List<Integer> places) {
    String word = lines == null ? "row" : "line";
    String first =
        places.stream()
            .limit(SHOWN)
            .map(row -> String.valueOf(lines == null ? row + 1 : lines[row]))
            .collect(Collectors.joining(", "));
    return word
        + (places.size() == 1 ? " " : "s ")
        + first
        + (places.size() > SHOWN ? ", ..." : "");
  }

  static String shortList(Collection<String> names) {
    int shown = 20;
    return names.stream().limit(shown).collect(Collectors.joining(", "))
        + (names.size() > shown ? " and " + (names.size() - shown) + " more" : "");
  }
}
