// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.shared;

import java.util.function.IntToDoubleFunction;

/**
 * How many rows of equal size would average as well as rows of these sizes: (sum w)^2 / sum w^2
 * (Kish, Survey Sampling, Wiley 1965). A sum over rows hides each of them among so many.
 */
public final class EffectiveRows {
  private EffectiveRows() {}

  /**
   * Rounded down; 0 if all sizes are 0.
   *
   * @param size of a row, finite and not negative
   */
  public static int of(int[] rows, IntToDoubleFunction size) {
    return ofDrawn(rows, rows.length, size);
  }

  /**
   * Of so many of the rows: the largest, and of the others what they come to on average.
   *
   * @param drawn from 1 on, no more than there are
   */
  public static int ofDrawn(int[] rows, int drawn, IntToDoubleFunction size) {
    double largest = 0;
    for (int row : rows) {
      largest = Math.max(largest, size.applyAsDouble(row));
    }
    if (largest == 0) {
      return 0;
    }
    double sum = 0;
    double squares = 0;
    for (int row : rows) {
      // Of the largest one: a double may have no room for squares.
      double share = size.applyAsDouble(row) / largest;
      sum += share;
      squares += share * share;
    }
    double others = (drawn - 1) / (double) Math.max(1, rows.length - 1);
    sum = 1 + others * (sum - 1);
    squares = 1 + others * (squares - 1);
    // Equal sizes must not lose a row to rounding.
    return (int) Math.min(drawn, sum * sum / squares * (1 + 1e-9));
  }
}
