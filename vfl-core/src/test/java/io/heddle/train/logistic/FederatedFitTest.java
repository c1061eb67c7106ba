// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.train.logistic.Fits.Joined;
import io.heddle.train.logistic.Fits.Outcome;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FederatedFitTest {
  private static final LogisticTerms TERMS = LogisticTerms.builder().maxIter(4).build();

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
    assertThat(JoinedReference.maxCoefficientDifference(outcome.trace(), reference)).isZero();
    List<List<double[]>> textbook =
        TextbookReference.train(
            terms,
            Fits.FULL.rowsPerColumn(),
            joined.labels(),
            weights,
            joined.holders(),
            Fits.seed(),
            outcome.summary().passes());
    assertThat(JoinedReference.maxCoefficientDifference(outcome.trace(), textbook))
        .isLessThanOrEqualTo(1e-6);
  }

  @Test
  void fit_oneFeatureHolder_equalsJoinedReferencePassByPass() {
    assertLossless(TERMS, Fits.generate(400, 1, 3, 5), null);
  }

  @Test
  void fit_twoFeatureHoldersMasked_equalsJoinedReferencePassByPass() {
    assertLossless(TERMS, Fits.generate(300, 2, 2, 3, 3), null);
  }

  @Test
  void fit_weightedRows_equalsJoinedReferencePassByPass() {
    Joined joined = Fits.generate(300, 3, 2, 4);
    assertLossless(TERMS, joined, new SplittableRandom(4).doubles(300, 0, 3).toArray());
  }

  @Test
  void fit_labelHolderWithoutColumns_equalsJoinedReferencePassByPass() {
    assertLossless(TERMS, Fits.generate(300, 5, 0, 4), null);
  }

  @Test
  void fit_withoutInterceptScalingAndPenalty_equalsJoinedReferencePassByPass() {
    LogisticTerms bare =
        LogisticTerms.builder()
            .maxIter(4)
            .fitIntercept(false)
            .standardization(false)
            .regParam(0)
            .history(2)
            .build();
    assertLossless(bare, Fits.generate(300, 6, 2, 4), null);
  }

  @Test
  void fit_residualsInSeveralChunks_equalsJoinedReference() {
    LogisticTerms terms = LogisticTerms.builder().maxIter(2).columnBits(5).residualBits(12).build();
    Joined joined = Fits.generate(9000, 9, 1, 1);
    Outcome outcome = Fits.fit(terms, joined, null);
    assertThat(
            JoinedReference.maxCoefficientDifference(
                outcome.trace(),
                JoinedReference.train(
                    terms, 10, joined.labels(), null, joined.holders(), Fits.seed(), 2)))
        .isZero();
  }

  @Test
  void fit_untilConverged_reachesTheOptimumOfTheJoinedColumns() {
    Joined joined = Fits.generate(500, 8, 2, 3);
    Outcome outcome = Fits.fit(LogisticTerms.builder().tol(1e-7).build(), joined, null);
    double[] optimum = Fits.optimum(joined.all(), joined.labels(), 1e-4);
    double[] fitted = Fits.predictor(outcome, joined);
    assertThat(outcome.summary().converged()).isTrue();
    assertThat(Fits.auc(fitted, joined.labels()))
        .isCloseTo(Fits.auc(optimum, joined.labels()), within(1e-3));
    assertThat(Fits.logLoss(fitted, joined.labels()))
        .isCloseTo(Fits.logLoss(optimum, joined.labels()), within(1e-3));
    assertThat(outcome.summary().losses())
        .hasSize(outcome.summary().passes() + 1)
        .isSortedAccordingTo(Comparator.reverseOrder());
  }
}
