// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.error.DataException;
import io.heddle.psi.ids.IdList;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Texts one behind the other in a single array: a million short ones are a few objects, not
 * millions.
 */
final class TextColumn implements Column {
  private static final int MOST = Integer.MAX_VALUE - 64;

  private final BitSet nulls = new BitSet();
  private byte[] bytes = new byte[1024];
  private int[] ends = new int[128];
  private int size;
  private int rows;
  private boolean ascii = true;
  private boolean quotes;

  void add(@Nullable String value) {
    if (value == null) {
      addNull();
    } else {
      byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
      add(encoded, 0, encoded.length, encoded.length == value.length(), value.indexOf('"') >= 0);
    }
  }

  /**
   * Adds a value.
   *
   * @param source holds its UTF-8 form
   * @param plain whether all of it is ASCII
   * @param quoting whether a quote is in it
   */
  void add(byte[] source, int from, int to, boolean plain, boolean quoting) {
    put(source, from, to);
    ascii &= plain;
    quotes |= quoting;
    end();
  }

  void addNull() {
    nulls.set(rows);
    end();
  }

  /** Adds bytes of any kind to a value that is not yet at its end. */
  void append(byte[] source, int from, int to) {
    put(source, from, to);
    ascii = false;
    quotes = true;
  }

  private void put(byte[] source, int from, int to) {
    int length = to - from;
    if (length > bytes.length - size) {
      bytes = Arrays.copyOf(bytes, larger(bytes.length, (long) size + length));
    }
    System.arraycopy(source, from, bytes, size, length);
    size += length;
  }

  /** Ends a value. */
  void end() {
    if (rows == ends.length) {
      ends = Arrays.copyOf(ends, larger(rows, rows + 1L));
    }
    ends[rows++] = size;
  }

  private static int larger(int now, long least) {
    if (least > MOST) {
      throw new DataException("A text column holds more than 2 GiB; split the table");
    }
    return (int) Math.min(MOST, Math.max(least, now * 3L / 2));
  }

  /** Makes room for more values like those that there are; at least one. */
  void reserve(long more) {
    double times = 1 + (double) more / rows;
    ends = Arrays.copyOf(ends, (int) Math.min(MOST, Math.max(ends.length, rows * times)));
    bytes = Arrays.copyOf(bytes, (int) Math.min(MOST, Math.max(bytes.length, size * times)));
  }

  /** Whether all values are known to be ASCII. */
  boolean isAscii() {
    return ascii;
  }

  /** Whether a value may hold a quote. */
  boolean mayHoldQuotes() {
    return quotes;
  }

  /** The UTF-8 forms of all values; not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  /** Where a value begins in {@link #bytes}. */
  int start(int row) {
    return row == 0 ? 0 : ends[row - 1];
  }

  /** Where it ends. */
  int end(int row) {
    return ends[row];
  }

  /** The values as they are, without a copy; nothing may be added any more. */
  IdList ids() {
    return new IdList(bytes, ends, rows);
  }

  @Override
  public Kind kind() {
    return Kind.TEXT;
  }

  @Override
  public boolean isNull(int row) {
    return nulls.get(Objects.checkIndex(row, rows));
  }

  @Override
  public @Nullable String text(int row) {
    return isNull(row)
        ? null
        : new String(bytes, start(row), ends[row] - start(row), StandardCharsets.UTF_8);
  }

  @Override
  public double number(int row) {
    String text = text(row);
    // Java would also read "1d" and hexadecimal numbers, which no other tool takes for numbers.
    if (text == null || text.isBlank() || !isDecimal(text.strip())) {
      return Double.NaN;
    }
    try {
      return Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static boolean isDecimal(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}
