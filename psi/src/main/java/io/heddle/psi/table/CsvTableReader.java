// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import com.univocity.parsers.common.TextParsingException;
import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import com.univocity.parsers.csv.UnescapedQuoteHandling;
import io.heddle.error.DataException;
import java.io.BufferedInputStream;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads CSV files that share one header into one table of texts. */
final class CsvTableReader {
  private static final int MAX_COLUMNS = 20_000;
  private static final int MAX_CHARACTERS = 1 << 20;

  private final Path table;
  private String[] header = {};
  private TextColumn[] columns = {};
  private int[] lines = new int[128];
  private int rows;

  CsvTableReader(Path table) {
    this.table = table;
  }

  Table read(List<Path> parts) throws IOException {
    for (Path part : parts) {
      readPart(part);
    }
    if (rows == 0) {
      throw new DataException("The table " + table + " has a header but no rows");
    }
    Map<String, Column> named = new LinkedHashMap<>();
    for (int j = 0; j < header.length; j++) {
      named.put(header[j], columns[j]);
    }
    return new Table(table, named, rows, Arrays.copyOf(lines, rows));
  }

  private void readPart(Path file) throws IOException {
    CsvParser parser = parser();
    // The parser does not count the line ends within quotes, so lines are counted here.
    int line = 1;
    try (QuoteCounter text = open(file)) {
      parser.beginParsing(text);
      @Nullable String[] record = parser.parseNext();
      if (record == null) {
        throw new DataException("The file " + file + " is empty: must have a header line");
      }
      takeHeader(file, record);
      int blanks = 0;
      int start = line;
      line += height(record);
      for (record = parser.parseNext(); record != null; record = parser.parseNext()) {
        start = line;
        line += height(record);
        if (record.length == 1 && record[0] == null) {
          // Blank lines at the end are how many tools end a file; only those before a row count.
          blanks++;
          continue;
        }
        if (blanks > 0 && header.length > 1) {
          throw new DataException(file + ":" + (start - blanks) + ": blank line between rows");
        }
        for (; blanks > 0; blanks--) {
          addRow(new @Nullable String[] {null}, start - blanks);
        }
        if (record.length != header.length) {
          throw new DataException(
              file
                  + ":"
                  + start
                  + ": "
                  + record.length
                  + " fields where the header has "
                  + header.length);
        }
        addRow(record, start);
      }
      if (text.odd()) {
        throw corrupt(file, start);
      }
    } catch (TextParsingException | IllegalStateException e) {
      // The parser's own message and cause quote the line, which is somebody's data.
      throw isFromInput(e)
          ? new DataException(file + ":" + line + ": not UTF-8 at or after this line")
          : corrupt(file, line);
    }
  }

  private static boolean isFromInput(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return true;
      }
    }
    return false;
  }

  private static DataException corrupt(Path file, int line) {
    return new DataException(
        file
            + ":"
            + line
            + ": corrupt record at or before this line: a quote that is not closed or stands within a value, or a value of more than "
            + MAX_CHARACTERS
            + " characters");
  }

  /** How many lines a record takes. */
  private static int height(@Nullable String[] record) {
    int lines = 1;
    for (String value : record) {
      if (value != null) {
        for (int at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', at + 1)) {
          lines++;
        }
      }
    }
    return lines;
  }

  /**
   * The parser takes a quote that is open at the end of the file for closed; an odd number tells.
   */
  private static final class QuoteCounter extends FilterReader {
    private long quotes;

    QuoteCounter(Reader in) {
      super(in);
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      int count = super.read(buffer, offset, length);
      for (int i = 0; i < count; i++) {
        quotes += buffer[offset + i] == '"' ? 1 : 0;
      }
      return count;
    }

    boolean odd() {
      return quotes % 2 == 1;
    }
  }

  private void takeHeader(Path file, @Nullable String[] names) {
    for (int j = 0; j < names.length; j++) {
      String name = names[j];
      if (name == null || name.isBlank()) {
        throw new DataException(file + ":1: column " + (j + 1) + " has no name");
      }
      if (Arrays.asList(names).indexOf(name) < j) {
        throw new DataException(file + ":1: two columns have the name " + name);
      }
    }
    if (columns.length == 0) {
      header = Arrays.stream(names).map(String::valueOf).toArray(String[]::new);
      columns = new TextColumn[header.length];
      Arrays.setAll(columns, j -> new TextColumn());
    } else if (!Arrays.equals(header, names)) {
      throw new DataException(
          "The file " + file + " has another header than the other files of " + table);
    }
  }

  private void addRow(@Nullable String[] record, int line) {
    for (int j = 0; j < record.length; j++) {
      columns[j].add(record[j]);
    }
    if (rows == lines.length) {
      lines = Arrays.copyOf(lines, lines.length + lines.length / 2);
    }
    lines[rows++] = line;
  }

  private static QuoteCounter open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    in.mark(3);
    byte[] start = in.readNBytes(3);
    boolean mark =
        start.length == 3
            && start[0] == (byte) 0xEF
            && start[1] == (byte) 0xBB
            && start[2] == (byte) 0xBF;
    if (!mark) {
      in.reset();
    }
    return new QuoteCounter(
        new InputStreamReader(
            in,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)));
  }

  private static CsvParser parser() {
    CsvParserSettings settings = new CsvParserSettings();
    settings.setHeaderExtractionEnabled(false);
    settings.setLineSeparatorDetectionEnabled(true);
    settings.setNormalizeLineEndingsWithinQuotes(false);
    settings.setIgnoreLeadingWhitespaces(false);
    settings.setIgnoreTrailingWhitespaces(false);
    settings.setSkipEmptyLines(false);
    settings.setEmptyValue("");
    settings.setReadInputOnSeparateThread(false);
    settings.setMaxColumns(MAX_COLUMNS);
    settings.setMaxCharsPerColumn(MAX_CHARACTERS);
    settings.setUnescapedQuoteHandling(UnescapedQuoteHandling.RAISE_ERROR);
    settings.setErrorContentLength(0);
    settings.setCommentProcessingEnabled(false);
    return new CsvParser(settings);
  }
}
