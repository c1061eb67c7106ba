// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads CSV files that share one header into one table of texts. */
final class CsvTableReader {
  private static final int MAX_COLUMNS = 20_000;
  private static final int MAX_ROWS = Integer.MAX_VALUE - 64;
  private static final int BLOCK_BYTES = 1 << 18;

  /** Rows after which the length of the rest is guessed first. */
  private static final int FIRST_GUESS = 1 << 13;

  private final Path table;
  private final int blockBytes;
  private List<String> header = List.of();
  private TextColumn[] columns = {};
  private int[] lines = new int[128];
  private int rows;
  private int nextGuess = FIRST_GUESS;

  CsvTableReader(Path table) {
    this(table, BLOCK_BYTES);
  }

  CsvTableReader(Path table, int blockBytes) {
    this.table = table;
    this.blockBytes = blockBytes;
  }

  Table read(List<Path> parts) throws IOException {
    for (Path part : parts) {
      try (CsvRecords records = CsvRecords.open(part, blockBytes)) {
        takeHeader(part, records);
        takeRows(part, records);
      }
    }
    if (rows == 0) {
      throw new DataException("The table " + table + " has a header but no rows");
    }
    Map<String, Column> named = new LinkedHashMap<>();
    for (int j = 0; j < columns.length; j++) {
      named.put(header.get(j), columns[j]);
    }
    return new Table(table, named, rows, lines);
  }

  private void takeHeader(Path file, CsvRecords records) throws IOException {
    if (!records.next()) {
      throw new DataException("The file " + file + " is empty: must have a header line");
    }
    List<String> names = new ArrayList<>();
    Set<String> known = new HashSet<>();
    boolean more = true;
    while (more) {
      TextColumn single = new TextColumn();
      more = records.value(single);
      String name = single.text(0);
      if (name == null || name.isBlank()) {
        throw new DataException(file + ":1: column " + (names.size() + 1) + " has no name");
      }
      if (!known.add(name)) {
        throw new DataException(file + ":1: two columns have the name " + name);
      }
      names.add(name);
      checkCount(file, records, names.size());
    }
    if (columns.length == 0) {
      header = names;
      columns = new TextColumn[names.size()];
      Arrays.setAll(columns, j -> new TextColumn());
    } else if (!header.equals(names)) {
      throw new DataException(
          "The file " + file + " has another header than the other files of " + table);
    }
  }

  private static void checkCount(Path file, CsvRecords records, int fields) {
    if (fields > MAX_COLUMNS) {
      throw new DataException(
          file + ":" + records.line() + ": more than " + MAX_COLUMNS + " fields in a record");
    }
  }

  private void takeRows(Path file, CsvRecords records) throws IOException {
    long fileBytes = Files.size(file);
    int before = rows;
    int blanks = 0;
    while (records.next()) {
      if (records.isBlank()) {
        // Blank lines at the end are how many tools end a file; only those before a row count.
        blanks++;
        continue;
      }
      if (blanks > 0) {
        takeBlanks(file, records.line() - blanks, blanks);
        blanks = 0;
      }
      takeRow(file, records);
      if (rows >= nextGuess) {
        reserve((double) (rows - before) / records.taken() * (fileBytes - records.taken()));
      }
    }
  }

  private void takeBlanks(Path file, int firstLine, int count) {
    if (columns.length > 1) {
      throw new DataException(file + ":" + firstLine + ": blank line between rows");
    }
    for (int i = 0; i < count; i++) {
      columns[0].addNull();
      endRow(firstLine + i);
    }
  }

  private void takeRow(Path file, CsvRecords records) throws IOException {
    TextColumn[] into = columns;
    int count = 0;
    boolean more = true;
    while (more) {
      more = records.value(count < into.length ? into[count] : null);
      count++;
      if (count > into.length) {
        checkCount(file, records, count);
      }
    }
    if (count != into.length) {
      throw new DataException(
          file
              + ":"
              + records.line()
              + ": "
              + count
              + " fields where the header has "
              + into.length);
    }
    endRow(records.line());
  }

  private void endRow(int line) {
    if (rows == lines.length) {
      lines = Arrays.copyOf(lines, (int) Math.min(MAX_ROWS, rows * 3L / 2));
    }
    lines[rows++] = line;
  }

  /**
   * Makes room for the rest of a file, so that long columns need not be copied often nor be longer
   * than they must. No more than four times what there is: the rest may be unlike the beginning.
   *
   * @param expected rows, if the rest is like the beginning
   */
  private void reserve(double expected) {
    // A little more, for not all rows are of one length.
    long more = (long) Math.max(0, Math.min(expected * 1.02 + 16, 3.0 * rows));
    for (TextColumn column : columns) {
      column.reserve(more);
    }
    lines = Arrays.copyOf(lines, (int) Math.min(MAX_ROWS, Math.max(lines.length, rows + more)));
    nextGuess = (int) Math.min(MAX_ROWS, rows * 4L);
  }
}
