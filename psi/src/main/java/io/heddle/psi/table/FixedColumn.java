// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Values of 64 bits each. */
final class FixedColumn implements Column {
  private final Kind kind;
  private final BitSet nulls = new BitSet();
  private long[] values = new long[128];
  private int rows;

  /**
   * @param kind any but text
   */
  FixedColumn(Kind kind) {
    this.kind = kind;
  }

  void addNull() {
    nulls.set(rows);
    add(0);
  }

  /**
   * @param bits the number itself; of a real its IEEE 754 bits; of a truth 0 or 1
   */
  void add(long bits) {
    if (rows == values.length) {
      values = Arrays.copyOf(values, values.length + values.length / 2);
    }
    values[rows++] = bits;
  }

  long bits(int row) {
    return values[row];
  }

  @Override
  public Kind kind() {
    return kind;
  }

  @Override
  public boolean isNull(int row) {
    return nulls.get(Objects.checkIndex(row, rows));
  }

  @Override
  public @Nullable String text(int row) {
    if (isNull(row)) {
      return null;
    }
    long value = values[row];
    return switch (kind) {
      case REAL -> Double.toString(Double.longBitsToDouble(value));
      case TRUTH -> value == 0 ? "false" : "true";
      case DATE -> LocalDate.ofEpochDay(value).toString();
      case INSTANT -> Instant.EPOCH.plus(value, ChronoUnit.MICROS).toString();
      case WHOLE, TEXT -> Long.toString(value);
    };
  }

  @Override
  public double number(int row) {
    if (isNull(row)) {
      return Double.NaN;
    }
    return switch (kind) {
      case REAL -> Double.longBitsToDouble(values[row]);
      case WHOLE, TRUTH -> values[row];
      case DATE, INSTANT, TEXT -> Double.NaN;
    };
  }
}
