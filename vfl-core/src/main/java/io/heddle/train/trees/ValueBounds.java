// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

/**
 * Between what the values of all leaves below a node must lie, before they are multiplied by the
 * step, so that a score does not fall where a column above it rises, or does not rise.
 */
record ValueBounds(double least, double most) {
  /** No column above the node was constrained. */
  static final ValueBounds NONE =
      new ValueBounds(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  double clip(double value) {
    return Math.max(least, Math.min(most, value));
  }

  /**
   * Of the left child of a split.
   *
   * @param direction 1 if the score may not fall from left to right, -1 if it may not rise, 0 if it
   *     may do both
   * @param middle between the children's values
   */
  ValueBounds left(int direction, double middle) {
    return direction == 0
        ? this
        : direction > 0 ? new ValueBounds(least, middle) : new ValueBounds(middle, most);
  }

  /** Of the right child. */
  ValueBounds right(int direction, double middle) {
    return left(-direction, middle);
  }
}
