// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.error.DataException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A column as whole multiples of a decimal unit. */
public final class FixedPointColumn {
  /** The largest magnitude, in units: so many of any sign add up far below what a key can hold. */
  public static final long LARGEST = 1_000_000_000_000_000L;

  private static final int LONGEST_TEXT = 64;

  private FixedPointColumn() {}

  /**
   * Reads a column exactly.
   *
   * @param scale decimal digits after the point
   * @return each value times 10 to the power of the scale
   * @throws DataException if there is no such column, or a value is missing, no number, has more
   *     digits after the point, or is too large: says how many and where the first ones stand
   */
  public static long[] read(Table table, String column, int scale) {
    long[] units = new long[table.rows()];
    List<Integer> bad = new ArrayList<>();
    for (int row = 0; row < units.length; row++) {
      BigDecimal value = number(table.text(column, row), scale);
      if (value == null) {
        bad.add(row);
      } else {
        units[row] = value.movePointRight(scale).longValueExact();
      }
    }
    if (!bad.isEmpty()) {
      throw new DataException(
          bad.size()
              + " of "
              + units.length
              + " values of column "
              + column
              + " in "
              + table.file()
              + " are not numbers of at most "
              + scale
              + " decimal digits (psi.sum.scale) and at most "
              + BigDecimal.valueOf(LARGEST, scale).toPlainString()
              + " in magnitude, first at "
              + table.places(bad));
    }
    return units;
  }

  /** Null if it is none, or does not fit. */
  private static @Nullable BigDecimal number(@Nullable String text, int scale) {
    if (text == null || text.length() > LONGEST_TEXT || !text.chars().allMatch(c -> c < 0x80)) {
      return null;
    }
    BigDecimal value;
    try {
      value = new BigDecimal(text.strip());
    } catch (NumberFormatException e) {
      return null;
    }
    // Powers of ten are looked at before anything as long as them is made.
    if (value.signum() == 0) {
      return BigDecimal.ZERO;
    }
    BigDecimal plain = value.stripTrailingZeros();
    return plain.scale() <= scale
            && plain.precision() - (long) plain.scale() <= 18
            && value.abs().compareTo(BigDecimal.valueOf(LARGEST, scale)) <= 0
        ? plain
        : null;
  }
}
