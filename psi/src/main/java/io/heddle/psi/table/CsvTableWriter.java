// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes rows of a table as CSV; texts go from the column's bytes to the file's. */
final class CsvTableWriter {
  private static final int BLOCK_BYTES = 1 << 18;

  private final OutputStream out;
  private final byte[] block = new byte[BLOCK_BYTES];
  private int filled;

  private CsvTableWriter(OutputStream out) {
    this.out = out;
  }

  /** Every value quoted, a missing one empty and unquoted; lines end with a line feed. */
  static void write(Table table, int[] rows, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      CsvTableWriter writer = new CsvTableWriter(out);
      writer.write(table, rows);
      writer.flush();
    }
  }

  private void write(Table table, int[] rows) throws IOException {
    List<String> names = table.columnNames();
    Column[] columns = new Column[names.size()];
    for (int j = 0; j < columns.length; j++) {
      columns[j] = table.column(names.get(j));
      putSeparator(j);
      putText(names.get(j));
    }
    put((byte) '\n');
    for (int row : rows) {
      if (row < 0) {
        putMissing(columns.length);
      } else {
        putRow(columns, row);
      }
    }
  }

  /** One column of nothing would be an empty line, which readers skip. */
  private void putMissing(int columns) throws IOException {
    if (columns == 1) {
      putText("");
    }
    for (int j = 1; j < columns; j++) {
      putSeparator(j);
    }
    put((byte) '\n');
  }

  private void putRow(Column[] columns, int row) throws IOException {
    for (int j = 0; j < columns.length; j++) {
      putSeparator(j);
      if (columns[j] instanceof TextColumn text) {
        if (!text.isNull(row)) {
          int from = text.start(row);
          int to = text.end(row);
          if (!text.mayHoldQuotes() && to - from + 2 <= block.length - filled) {
            putWhole(text.bytes(), from, to);
          } else {
            putQuoted(text.bytes(), from, to);
          }
        }
      } else {
        putText(columns[j].text(row));
      }
    }
    put((byte) '\n');
  }

  private void putSeparator(int column) throws IOException {
    if (column > 0) {
      put((byte) ',');
    }
  }

  private void putText(@Nullable String value) throws IOException {
    if (value != null) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      putQuoted(bytes, 0, bytes.length);
    }
  }

  /** What holds no quote and has room. */
  private void putWhole(byte[] bytes, int from, int to) {
    block[filled++] = '"';
    System.arraycopy(bytes, from, block, filled, to - from);
    filled += to - from;
    block[filled++] = '"';
  }

  private void putQuoted(byte[] bytes, int from, int to) throws IOException {
    put((byte) '"');
    int at = from;
    while (at < to) {
      // As much as has room if all of it were quotes.
      int stop = (int) Math.min(to, at + (long) (block.length - filled) / 2);
      if (stop == at) {
        flush();
        continue;
      }
      byte[] into = block;
      int end = filled;
      for (; at < stop; at++) {
        byte b = bytes[at];
        into[end++] = b;
        if (b == '"') {
          into[end++] = b;
        }
      }
      filled = end;
    }
    put((byte) '"');
  }

  private void put(byte b) throws IOException {
    if (filled == block.length) {
      flush();
    }
    block[filled++] = b;
  }

  private void flush() throws IOException {
    out.write(block, 0, filled);
    filled = 0;
  }
}
