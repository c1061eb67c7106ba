// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.error.PrivacyException;
import io.heddle.party.PredictorConsent;
import io.heddle.train.logistic.Fits.Joined;
import io.heddle.train.logistic.Fits.Outcome;
import io.heddle.train.shared.PublicTables;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The public table of 569 rows: 10 columns with the labels, 20 elsewhere. */
class BreastTest {
  private static final PrivacyRules TEN_ROWS = new PrivacyRules(10, PredictorConsent.FULL);

  /** Every third row left out. */
  private static Joined breast(int... featureCuts) throws IOException {
    List<double[]> left = List.copyOf(PublicTables.read("breast_hetero_guest.csv").values());
    List<double[]> right = List.copyOf(PublicTables.read("breast_hetero_host.csv").values());
    int rows = left.size() * 2 / 3;
    double[] labels = new double[rows];
    double[][] own = new double[10][rows];
    double[][] others = new double[20][rows];
    for (int i = 0; i < rows; i++) {
      int from = i / 2 * 3 + i % 2;
      labels[i] = left.get(from)[0];
      for (int j = 0; j < own.length; j++) {
        own[j][i] = left.get(from)[j + 1];
      }
      for (int j = 0; j < others.length; j++) {
        others[j][i] = right.get(from)[j];
      }
    }
    List<double[][]> holders = new ArrayList<>();
    holders.add(own);
    int from = 0;
    for (int count : featureCuts) {
      holders.add(Arrays.copyOfRange(others, from, from + count));
      from += count;
    }
    return new Joined(labels, holders);
  }

  @Test
  void breast_withoutConsent_isRefused() throws IOException {
    Joined joined = breast(20);
    assertThatThrownBy(
            () ->
                Fits.fit(
                    LogisticTerms.builder().build(),
                    joined,
                    PrivacyRules.DEFAULT,
                    PrivacyRules.DEFAULT))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("20 columns of shop-1: 379 training rows, at least 1000")
        .hasMessageContaining("privacy.consent.labels = 10");
  }

  @Test
  void breast_withConsent_comesCloseToTheJoinedOptimum() throws IOException {
    Joined joined = breast(20);
    LogisticTerms terms = LogisticTerms.builder().maxIter(15).build();
    Outcome outcome = Fits.fit(terms, joined, TEN_ROWS, TEN_ROWS);
    double[] optimum = Fits.optimum(joined.all(), joined.labels(), 1e-4);
    assertThat(Fits.auc(Fits.predictor(outcome, joined), joined.labels()))
        .isCloseTo(Fits.auc(optimum, joined.labels()), within(3e-3));
    assertThat(
            JoinedReference.maxCoefficientDifference(
                outcome.trace(),
                JoinedReference.train(
                    terms, 10, joined.labels(), null, joined.holders(), Fits.seed(), 15)))
        .isZero();
  }

  @Test
  void breast_betweenThreeParties_equalsJoinedReference() throws IOException {
    Joined joined = breast(10, 10);
    LogisticTerms terms = LogisticTerms.builder().maxIter(3).build();
    Outcome outcome = Fits.fit(terms, joined, TEN_ROWS, PrivacyRules.DEFAULT);
    assertThat(
            JoinedReference.maxCoefficientDifference(
                outcome.trace(),
                JoinedReference.train(
                    terms, 10, joined.labels(), null, joined.holders(), Fits.seed(), 3)))
        .isZero();
  }
}
