// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.error.DataException;
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
  private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

  private final BitSet nulls = new BitSet();
  private byte[] bytes = new byte[1024];
  private int[] ends = new int[128];
  private int rows;

  void add(@Nullable String value) {
    if (value == null) {
      nulls.set(rows);
      add(new byte[0]);
    } else {
      add(value.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void add(byte[] value) {
    int start = start(rows);
    if (value.length > MAX_BYTES - start) {
      throw new DataException("A text column holds more than 2 GiB; split the table");
    }
    int end = start + value.length;
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_BYTES, Math.max(end, bytes.length * 3L / 2)));
    }
    if (rows == ends.length) {
      ends = Arrays.copyOf(ends, ends.length + ends.length / 2);
    }
    System.arraycopy(value, 0, bytes, start, value.length);
    ends[rows++] = end;
  }

  private int start(int row) {
    return row == 0 ? 0 : ends[row - 1];
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
    return text.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0);
  }
}
