// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.error.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records of one CSV file (RFC 4180), value by value and from bytes to bytes. Lines end with
 * LF, CRLF or CR; nothing stands beside quotes but spaces and tabs behind them. (docs/adr, 24.)
 */
final class CsvRecords implements AutoCloseable {
  static final int MAX_CHARACTERS = 1 << 20;

  /** No value of {@link #MAX_CHARACTERS} takes more, its quotes doubled and in quotes. */
  private static final int MAX_BYTES = 3 * MAX_CHARACTERS + 2;

  private final Path file;
  private final InputStream in;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private @Nullable CharBuffer decoded;
  private byte[] buffer;
  private int at;
  private int limit;
  private boolean ended;
  private long readBytes;
  private int line = 1;
  private int firstLine = 1;

  private CsvRecords(Path file, InputStream in, int blockBytes) {
    this.file = file;
    this.in = in;
    buffer = new byte[blockBytes];
  }

  /**
   * Opens a file; a byte order mark is skipped.
   *
   * @param blockBytes to read at once, 3 or more
   */
  static CsvRecords open(Path file, int blockBytes) throws IOException {
    CsvRecords records = new CsvRecords(file, Files.newInputStream(file), blockBytes);
    try {
      records.skipMark();
      return records;
    } catch (IOException | RuntimeException e) {
      records.close();
      throw e;
    }
  }

  private void skipMark() throws IOException {
    while (limit < 3 && fill()) {
      // Some sources give a byte at a time.
    }
    if (limit >= 3
        && buffer[0] == (byte) 0xEF
        && buffer[1] == (byte) 0xBB
        && buffer[2] == (byte) 0xBF) {
      at = 3;
    }
  }

  /** Goes to the next record, whose values are all to be taken. False at the end of the file. */
  boolean next() throws IOException {
    firstLine = line;
    return at < limit || fill();
  }

  /** The line in which this record begins. */
  int line() {
    return firstLine;
  }

  /** How many bytes of the file are taken. */
  long taken() {
    return readBytes - (limit - at);
  }

  /** Takes the record if it is a line with nothing in it. */
  boolean isBlank() throws IOException {
    byte b = buffer[at];
    if (b != '\n' && b != '\r') {
      return false;
    }
    at++;
    endLine(b);
    return true;
  }

  /**
   * Takes one value.
   *
   * @param column gets it: null where there is nothing between commas; nobody if null
   * @return whether the record has another one
   * @throws DataException if the value is not UTF-8 or too long, or quotes are not in order
   */
  boolean value(@Nullable TextColumn column) throws IOException {
    if ((at < limit || fill()) && buffer[at] == '"') {
      return quoted(column);
    }
    int to = at;
    int bits = 0;
    while (true) {
      byte[] bytes = buffer;
      int end = limit;
      while (to < end) {
        byte b = bytes[to];
        // Most bytes of most values are above the comma.
        if (b <= ',' && (b == ',' || b == '\n' || b == '\r' || b == '"')) {
          break;
        }
        bits |= b;
        to++;
      }
      if (to < end) {
        break;
      }
      int length = to - at;
      boolean more = fill();
      to = at + length;
      if (!more) {
        break;
      }
    }
    if (to < limit && buffer[to] == '"') {
      throw corrupt();
    }
    if (to > at) {
      take(column, at, to, bits >= 0, false);
    } else if (column != null) {
      column.addNull();
    }
    at = to;
    return goOn();
  }

  private boolean quoted(@Nullable TextColumn column) throws IOException {
    int to = at + 1;
    int bits = 0;
    boolean doubled = false;
    while (true) {
      byte[] bytes = buffer;
      int end = limit;
      while (to < end) {
        byte b = bytes[to];
        if (b == '"') {
          break;
        }
        if (b == '\r' || (b == '\n' && bytes[to - 1] != '\r')) {
          line++;
        }
        bits |= b;
        to++;
      }
      if (to + 1 < end) {
        if (bytes[to + 1] != '"') {
          break;
        }
        doubled = true;
        to += 2;
        continue;
      }
      int length = to - at;
      boolean more = fill();
      to = at + length;
      if (!more) {
        if (to == limit) {
          throw corrupt();
        }
        break;
      }
    }
    int from = at + 1;
    int end = doubled ? halveQuotes(from, to) : to;
    take(column, from, end, bits >= 0, doubled);
    at = to + 1;
    while ((at < limit || fill()) && (buffer[at] == ' ' || buffer[at] == '\t')) {
      at++;
    }
    if (at < limit && buffer[at] != ',' && buffer[at] != '\n' && buffer[at] != '\r') {
      throw corrupt();
    }
    return goOn();
  }

  /** Takes what stands behind a value; whether that is a comma. */
  private boolean goOn() throws IOException {
    if (at == limit && !fill()) {
      return false;
    }
    byte b = buffer[at++];
    if (b == ',') {
      return true;
    }
    endLine(b);
    return false;
  }

  private void endLine(byte b) throws IOException {
    line++;
    if (b == '\r' && (at < limit || fill()) && buffer[at] == '\n') {
      at++;
    }
  }

  /** Makes one of every two quotes, in place; gives the new end. */
  private int halveQuotes(int from, int to) {
    int end = from;
    for (int i = from; i < to; i++) {
      buffer[end++] = buffer[i];
      if (buffer[i] == '"') {
        i++;
      }
    }
    return end;
  }

  private void take(@Nullable TextColumn column, int from, int to, boolean ascii, boolean quoting) {
    if (!ascii) {
      decode(from, to);
    } else if (to - from > MAX_CHARACTERS) {
      throw corrupt();
    }
    if (column != null) {
      column.add(buffer, from, to, ascii, quoting);
    }
  }

  /** For its errors. */
  private void decode(int from, int to) {
    CharBuffer characters = decoded;
    if (characters == null) {
      characters = CharBuffer.allocate(MAX_CHARACTERS);
      decoded = characters;
    }
    CoderResult result =
        decoder.reset().decode(ByteBuffer.wrap(buffer, from, to - from), characters.clear(), true);
    if (result.isError()) {
      throw new DataException(
          file + ":" + firstLine + ": not UTF-8 in the record that begins here");
    }
    if (result.isOverflow()) {
      throw corrupt();
    }
  }

  private DataException corrupt() {
    return new DataException(
        file
            + ":"
            + firstLine
            + ": corrupt record: a quote that is not closed or stands within a value, or a value of"
            + " more than "
            + MAX_CHARACTERS
            + " characters");
  }

  /**
   * Reads on. What is not taken yet stays, and moves to the front. False at the end of the file.
   */
  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    int kept = limit - at;
    if (kept == buffer.length) {
      if (kept > MAX_BYTES) {
        throw corrupt();
      }
      buffer = Arrays.copyOf(buffer, 2 * kept);
    } else if (kept > 0 && at > 0) {
      System.arraycopy(buffer, at, buffer, 0, kept);
    }
    at = 0;
    limit = kept;
    int count = in.read(buffer, kept, buffer.length - kept);
    if (count < 0) {
      ended = true;
      return false;
    }
    limit += count;
    readBytes += count;
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
