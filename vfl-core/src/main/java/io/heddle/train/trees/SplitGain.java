// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

/** What splits gain by the second-order expansion of the loss (XGBoost's formulas 6 and 7). */
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
   * @param g rounded sum of first derivatives of the node, h of second ones
   * @param leftG of its left side
   */
  double of(long g, long h, long leftG, long leftH) {
    double left = gradients.sumH(leftH);
    double right = gradients.sumH(h - leftH);
    if (left < terms.minChildWeight() || right < terms.minChildWeight()) {
      return 0;
    }
    double gain =
        score(gradients.sumG(leftG), left)
            + score(gradients.sumG(g - leftG), right)
            - score(gradients.sumG(g), gradients.sumH(h));
    return gain > LEAST && gain >= terms.gamma() ? gain : 0;
  }

  private double score(double g, double h) {
    double below = h + terms.lambda();
    // In this order squares of huge weights do not overflow.
    return below > 0 ? g * (g / below) : 0;
  }
}
