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
   */
  double of(Sums all, Sums left, int at) {
    long leftH = left.totalH(at);
    if (gradients.sumH(leftH) < terms.minChildWeight()
        || gradients.sumH(all.totalH(0) - leftH) < terms.minChildWeight()) {
      return 0;
    }
    double gain = 0;
    for (int c = 0; c < all.outputs(); c++) {
      int l = at * all.outputs() + c;
      gain +=
          score(left.g()[l], left.h()[l])
              + score(all.g()[c] - left.g()[l], all.h()[c] - left.h()[l])
              - score(all.g()[c], all.h()[c]);
    }
    return gain > LEAST && gain >= terms.gamma() ? gain : 0;
  }

  private double score(long roundedG, long roundedH) {
    double g = gradients.sumG(roundedG);
    double below = gradients.sumH(roundedH) + terms.lambda();
    // In this order squares of huge weights do not overflow.
    return below > 0 ? g * (g / below) : 0;
  }
}
