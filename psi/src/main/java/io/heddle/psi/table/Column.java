// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import org.jspecify.annotations.Nullable;

/** One column in memory, complete. */
interface Column {
  /** What the values are. */
  enum Kind {
    TEXT,
    /** 64-bit integer. */
    WHOLE,
    /** IEEE 754 double. */
    REAL,
    TRUTH,
    /** Days since 1970-01-01. */
    DATE,
    /** Microseconds since 1970-01-01T00:00Z. */
    INSTANT
  }

  Kind kind();

  boolean isNull(int row);

  /** The value as it is written in a CSV file; null where there is none. */
  @Nullable String text(int row);

  /** The value as a number, or NaN where it is none. */
  double number(int row);
}
