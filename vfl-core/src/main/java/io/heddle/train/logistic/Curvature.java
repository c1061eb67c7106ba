// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import java.util.Arrays;

/** The preconditioner's matrix: a bound on a block's Hessian that needs no predictor. */
final class Curvature {
  private Curvature() {}

  /**
   * X^T X / (4n) plus the penalty, for the standardised columns.
   *
   * @param intercept whether an unpenalised column of ones stands first
   */
  static double[][] of(PreparedColumns columns, double regParam, boolean intercept) {
    double[][] gram = columns.gram(PrivacyChecks.withOne(columns.units()));
    int first = intercept ? 0 : 1;
    double[][] curvature = new double[gram.length - first][];
    for (int j = 0; j < curvature.length; j++) {
      curvature[j] = Arrays.copyOfRange(gram[j + first], first, gram.length);
      for (int k = 0; k < curvature.length; k++) {
        curvature[j][k] /= 4.0 * columns.rows().rows();
      }
      if (j + first > 0) {
        curvature[j][j] += regParam;
      }
    }
    return curvature;
  }
}
