// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The same optimiser in the clear on the joined columns. */
public final class JoinedReference {
  private JoinedReference() {}

  /** Per pass, per holder (label holder first): scaled coefficients. */
  public static List<List<double[]>> train(
      LogisticTerms terms,
      double[] labels,
      double @Nullable [] weights,
      List<double[][]> holders,
      byte[] roundingSeed,
      int passes) {
    throw new AssertionError("not yet");
  }

  public static double maxCoefficientDifference(
      List<List<double[]>> one, List<List<double[]>> other) {
    throw new AssertionError("not yet");
  }
}
