// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

/**
 * What splits gain by the second-order expansion of the loss (XGBoost's formulas 6 and 7), over all
 * scores of a row together.
 */
final class SplitGain {
  /** Below it a split gains nothing but rounding. */
  private static final double LEAST = 1e-6;

  private final Gradients gradients;
  private final TreeTerms terms;

  SplitGain(Gradients gradients, TreeTerms terms) {
    this.gradients = gradients;
    this.terms = terms;
  }

  /**
   * The gain of a split, or 0 if it is not allowed or gains too little.
   *
   * @param all over the node
   * @param left over its left side, among others
   * @param at which of these
   * @param bounds of the node
   * @param direction 1 if the left side's value may not be above the right one's, -1 if not below
   *     it, 0 if it may be either; of one score only
   */
  double of(Sums all, Sums left, int at, ValueBounds bounds, int direction) {
    long leftH = left.totalH(at);
    if (gradients.sumH(leftH) < terms.minChildWeight()
        || gradients.sumH(all.totalH(0) - leftH) < terms.minChildWeight()) {
      return 0;
    }
    if (direction != 0
        && direction * value(left.g()[at], left.h()[at], bounds)
            > direction * value(all.g()[0] - left.g()[at], all.h()[0] - left.h()[at], bounds)) {
      return 0;
    }
    double gain = 0;
    for (int c = 0; c < all.outputs(); c++) {
      int l = at * all.outputs() + c;
      gain +=
          score(left.g()[l], left.h()[l], bounds)
              + score(all.g()[c] - left.g()[l], all.h()[c] - left.h()[l], bounds)
              - score(all.g()[c], all.h()[c], bounds);
    }
    return gain > LEAST && gain >= terms.gamma() ? gain : 0;
  }

  /** What the rows of a node should add to their one score, but for the step. */
  double value(Sums all, ValueBounds bounds) {
    return value(all.g()[0], all.h()[0], bounds);
  }

  private double value(long roundedG, long roundedH, ValueBounds bounds) {
    double below = gradients.sumH(roundedH) + terms.lambda();
    return clip(below > 0 ? -gradients.sumG(roundedG) / below : 0, bounds);
  }

  private double clip(double value, ValueBounds bounds) {
    return bounds.clip(terms.objective().valueBounds().clip(value));
  }

  /** By how much twice the loss falls if the rows of a node get its value. */
  private double score(long roundedG, long roundedH, ValueBounds bounds) {
    double g = gradients.sumG(roundedG);
    double below = gradients.sumH(roundedH) + terms.lambda();
    double best = below > 0 ? -g / below : 0;
    double value = clip(best, bounds);
    // In this order squares of huge weights do not overflow.
    return value == best ? g * -best : -value * (2 * g + below * value);
  }
}
