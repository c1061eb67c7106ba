// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.train.logistic.Fits.Joined;
import io.heddle.train.logistic.Fits.Outcome;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FederatedFitTest {
  private static final LogisticTerms TERMS = LogisticTerms.builder().maxIter(8).build();

  private static void assertLossless(
      LogisticTerms terms, Joined joined, double @Nullable [] weights) {
    Outcome outcome = Fits.fit(terms, joined, weights);
    List<List<double[]>> reference =
        JoinedReference.train(
            terms,
            Fits.FULL.rowsPerColumn(),
            joined.labels(),
            weights,
            joined.holders(),
            Fits.seed(),
            outcome.summary().passes());
    assertThat(outcome.trace()).hasSize(outcome.summary().passes()).hasSizeGreaterThan(2);
    assertThat(JoinedReference.maxCoefficientDifference(outcome.trace(), reference))
        .isLessThanOrEqualTo(1e-6);
  }

  @Test
  void fit_oneFeatureHolder_equalsJoinedReferencePassByPass() {
    assertLossless(TERMS, Fits.generate(700, 1, 3, 6), null);
  }

  @Test
  void fit_twoFeatureHoldersMasked_equalsJoinedReferencePassByPass() {
    assertLossless(TERMS, Fits.generate(500, 2, 2, 4, 5), null);
  }

  @Test
  void fit_weightedRows_equalsJoinedReferencePassByPass() {
    Joined joined = Fits.generate(500, 3, 2, 5);
    assertLossless(TERMS, joined, new SplittableRandom(4).doubles(500, 0, 3).toArray());
  }

  @Test
  void fit_labelHolderWithoutColumns_equalsJoinedReferencePassByPass() {
    assertLossless(TERMS, Fits.generate(400, 5, 0, 6), null);
  }

  @Test
  void fit_withoutInterceptScalingAndPenalty_equalsJoinedReferencePassByPass() {
    LogisticTerms bare =
        LogisticTerms.builder()
            .maxIter(8)
            .fitIntercept(false)
            .standardization(false)
            .regParam(0)
            .history(2)
            .build();
    assertLossless(bare, Fits.generate(400, 6, 2, 4), null);
  }
}
