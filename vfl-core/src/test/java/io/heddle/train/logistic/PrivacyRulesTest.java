// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.error.PrivacyException;
import io.heddle.party.PredictorConsent;
import io.heddle.train.logistic.Fits.Joined;
import io.heddle.train.logistic.Fits.Outcome;
import io.heddle.train.logistic.LogisticMessage.Floors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrivacyRulesTest {
  private static final LogisticTerms QUICK =
      LogisticTerms.builder().columnBits(6).residualBits(12).build();

  private static PrivacyRules rules(int rowsPerColumn, PredictorConsent consent) {
    return new PrivacyRules(rowsPerColumn, consent);
  }

  @ParameterizedTest
  @CsvSource({"128,1,50", "128,2,50", "150,3,50", "128,12,10", "200,20,10"})
  void rows_atTheFloor_pass(int rows, int columns, int rowsPerColumn) {
    PrivacyChecks.requireRows(Fits.featureHolder(1), rows, rows, columns, rowsPerColumn);
    assertThatThrownBy(
            () ->
                PrivacyChecks.requireRows(
                    Fits.featureHolder(1), rows - 1, rows - 1, columns, rowsPerColumn))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("shop-1")
        .hasMessageContaining((rows - 1) + " training rows, at least " + rows)
        .hasMessageContaining(columns + " columns")
        .hasMessageContaining("privacy.consent.labels = 10");
  }

  @Test
  void rowsPerColumn_belowTen_isNobodysConsent() {
    assertThatThrownBy(() -> rules(9, PredictorConsent.FULL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid privacy.consent.labels 9: must be at least 10 rows per column");
  }

  @ParameterizedTest
  @CsvSource({"4,3", "5,4", "10,9"})
  void passLimit_limited_isOneLessThanTheColumns(int columns, int limit) {
    assertThat(PrivacyChecks.passLimit(PrivacyRules.DEFAULT, columns, true, 0)).isEqualTo(limit);
    assertThat(PrivacyChecks.passLimit(rules(50, PredictorConsent.NO), columns, false, 0))
        .isEqualTo(limit);
  }

  @Test
  void passLimit_limitedBelowThreePasses_isRefused() {
    assertThatThrownBy(() -> PrivacyChecks.passLimit(PrivacyRules.DEFAULT, 3, true, 0))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("at most 2 passes over 3 columns, at least 3 needed")
        .hasMessageContaining("privacy.consent.predictor = full");
  }

  @ParameterizedTest
  @CsvSource({"10,1,8", "10,6,3"})
  void passLimit_limited_isWhatEarlierFitsLeft(int columns, int openedBefore, int limit) {
    assertThat(PrivacyChecks.passLimit(PrivacyRules.DEFAULT, columns, true, openedBefore))
        .isEqualTo(limit);
    assertThat(PrivacyChecks.passLimit(PrivacyRules.DEFAULT, columns, false, openedBefore))
        .isEqualTo(limit);
  }

  @ParameterizedTest
  @CsvSource({"10,7", "10,9", "10,2147483647"})
  void passLimit_usedUpByEarlierFits_isRefused(int columns, int openedBefore) {
    assertThatThrownBy(
            () -> PrivacyChecks.passLimit(PrivacyRules.DEFAULT, columns, true, openedBefore))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining(
            "at most 9 passes over 10 columns, "
                + openedBefore
                + " of them opened by earlier fits, at least 3 left needed");
  }

  @Test
  void passLimit_full_isNone() {
    assertThat(PrivacyChecks.passLimit(rules(50, PredictorConsent.FULL), 1, true, 1000))
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void fit_consentNoWithOneFeatureHolder_isRefusedBeforeDataMoves() {
    List<Message> view = Collections.synchronizedList(new ArrayList<>());
    assertThatThrownBy(
            () ->
                Fits.fit(
                    QUICK,
                    Fits.generate(300, 20, 1, 4),
                    null,
                    PrivacyRules.DEFAULT,
                    rules(50, PredictorConsent.NO),
                    TappedChannel.recording(view),
                    UnaryOperator.identity()))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("privacy.consent.predictor is no");
    assertThat(view).isEmpty();
  }

  @Test
  void fit_belowTheRowFloor_isRefusedBeforeDataMoves() {
    List<Message> view = Collections.synchronizedList(new ArrayList<>());
    assertThatThrownBy(
            () ->
                Fits.fit(
                    QUICK,
                    Fits.generate(249, 21, 1, 5),
                    null,
                    PrivacyRules.DEFAULT,
                    PrivacyRules.DEFAULT,
                    TappedChannel.recording(view),
                    UnaryOperator.identity()))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("249 training rows, at least 250");
    assertThat(view).isEmpty();
  }

  @Test
  void fit_secondOnTheSameColumns_opensOnlyWhatTheFirstLeft() {
    LogisticTerms endless = LogisticTerms.builder().columnBits(6).tol(0).build();
    Joined joined = Fits.generate(300, 26, 1, 6);
    Outcome outcome = Fits.fit(endless, joined, PrivacyRules.DEFAULT, PrivacyRules.DEFAULT, 2);
    FitSummary summary = outcome.fits().get(1).summary();
    assertThat(summary.passes()).isEqualTo(3);
    assertThat(summary.ledger())
        .anyMatch(
            line ->
                line.contains("3 passes of this fit and 2 of earlier ones")
                    && line.contains("5/6 = 0.83"));
    assertThatThrownBy(
            () -> Fits.fit(endless, joined, PrivacyRules.DEFAULT, PrivacyRules.DEFAULT, 5))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("5 of them opened by earlier fits");
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,1e6"})
  void fit_weightsThatLeaveFewRows_isRefusedBeforeLabelsMove(double most, double first) {
    double[] weights = new double[300];
    Arrays.fill(weights, most);
    Arrays.fill(weights, 0, 200, first);
    List<Message> view = Collections.synchronizedList(new ArrayList<>());
    assertThatThrownBy(
            () ->
                Fits.fit(
                    QUICK,
                    Fits.generate(300, 27, 1, 5),
                    weights,
                    PrivacyRules.DEFAULT,
                    PrivacyRules.DEFAULT,
                    TappedChannel.sending(
                        message -> {
                          view.add(message);
                          return message;
                        }),
                    UnaryOperator.identity()))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("300 training rows, by their weights worth 200, at least 250");
    assertThat(view).hasOnlyElementsOfType(Floors.class);
  }

  @Test
  void fit_featureHolderThatIgnoresTheFloor_isRefusedByTheLabelHolder() {
    // The feature holder is told a lower floor than the label holder's own.
    assertThatThrownBy(
            () ->
                Fits.fit(
                    QUICK,
                    Fits.generate(200, 22, 1, 5),
                    null,
                    PrivacyRules.DEFAULT,
                    PrivacyRules.DEFAULT,
                    TappedChannel.sending(
                        message ->
                            message instanceof Floors floors
                                ? new Floors(floors.rows(), floors.alignmentDigest(), 10)
                                : message),
                    UnaryOperator.identity()))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("200 training rows, at least 250");
  }

  @Test
  void fit_atThePassLimit_endsUnconvergedWithTheLastModelAndAWarning() {
    LogisticTerms endless = LogisticTerms.builder().columnBits(6).tol(0).build();
    Outcome outcome =
        Fits.fit(endless, Fits.generate(300, 23, 1, 5), PrivacyRules.DEFAULT, PrivacyRules.DEFAULT);
    for (LogisticFit fit : outcome.fits()) {
      assertThat(fit.summary().passes()).isEqualTo(4);
      assertThat(fit.summary().gradients()).isEqualTo(4);
      assertThat(fit.summary().converged()).isFalse();
      assertThat(fit.summary().warnings())
          .anyMatch(
              line ->
                  line.startsWith("Stopped after 4 passes")
                      && line.contains("privacy.consent.predictor"))
          .anyMatch(line -> line.endsWith("R/d = 4/5 = 0.80"));
      assertThat(fit.summary().ledger())
          .anyMatch(line -> line.contains("learned 4 gradients of its own over 300 rows"))
          .anyMatch(line -> line.contains("60 rows per column") && line.contains("+3 to +5"))
          .anyMatch(line -> line.contains("R/d = 4/5 = 0.80"));
    }
    assertThat(outcome.summary().warnings()).anyMatch(line -> line.contains("lowered the loss by"));
    assertThat(outcome.trace().get(3).get(1)).isNotEmpty().doesNotContain(Double.NaN);
  }

  @Test
  void fit_thatFindsNoWayDown_saysThatItOpenedOneMoreGradient() {
    // As many positives as negatives on either side of the only column: the start is the optimum.
    double[] labels = IntStream.range(0, 200).mapToDouble(i -> i % 2).toArray();
    double[] column = IntStream.range(0, 200).mapToDouble(i -> i / 2 % 2).toArray();
    LogisticTerms exact =
        LogisticTerms.builder().regParam(0).tol(0).fitIntercept(false).residualBits(8).build();
    Outcome outcome =
        Fits.fit(
            exact,
            new Joined(labels, List.of(new double[0][], new double[][] {column})),
            PrivacyRules.DEFAULT,
            rules(50, PredictorConsent.FULL));
    for (LogisticFit fit : outcome.fits()) {
      assertThat(fit.summary().converged()).isTrue();
      assertThat(fit.summary().gradients()).isEqualTo(fit.summary().passes() + 1);
      assertThat(fit.summary().ledger())
          .anyMatch(line -> line.contains("learned " + fit.summary().gradients() + " gradients"));
    }
  }

  @Test
  void fit_withConsentToTenRows_saysWhatItCosts() {
    LogisticTerms one = LogisticTerms.builder().columnBits(6).maxIter(1).build();
    Outcome outcome =
        Fits.fit(
            one,
            Fits.generate(150, 24, 1, 4),
            rules(10, PredictorConsent.LIMITED),
            PrivacyRules.DEFAULT);
    assertThat(outcome.summary().ledger()).anyMatch(line -> line.contains("up to +10 points"));
  }

  private static PreparedColumns prepare(double[][] columns, int rowsPerColumn) {
    List<String> names = IntStream.range(0, columns.length).mapToObj(j -> "x" + j).toList();
    return PreparedColumns.of(
        Fits.table(columns, columns[0].length, 3).rows(),
        names,
        LogisticTerms.builder().build(),
        rowsPerColumn);
  }

  @ParameterizedTest
  @CsvSource({"9", "1"})
  void spread_fewRowsOffTheMode_isRefused(int rows) {
    double[] column = new double[400];
    Arrays.fill(column, 0, rows, 1);
    assertThatThrownBy(() -> PrivacyChecks.requireSpread(prepare(new double[][] {column}, 50)))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("Column x0")
        .hasMessageContaining(rows + " rows: at least 10");
  }

  @Test
  void spread_columnBeyondTheFirstGroup_isNamed() {
    double[][] columns = new double[130][];
    for (int j = 0; j < columns.length; j++) {
      columns[j] = new double[40];
      Arrays.fill(columns[j], 0, j == 128 ? 9 : 10, 1);
    }
    assertThatThrownBy(() -> PrivacyChecks.requireSpread(prepare(columns, 50)))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("Column x128 differs from its most frequent value in 9 rows");
  }

  @Test
  void spread_tenRowsOffTheMode_passes() {
    double[] column = new double[400];
    Arrays.fill(column, 390, 400, 1);
    PrivacyChecks.requireSpread(prepare(new double[][] {column}, 50));
  }

  @Test
  void leverage_columnsThatDifferInAFewRows_isRefused() {
    SplittableRandom random = new SplittableRandom(5);
    double[] one = IntStream.range(0, 400).mapToDouble(i -> Fits.gaussian(random)).toArray();
    double[] other = one.clone();
    for (int i = 0; i < 3; i++) {
      other[i] += 1;
    }
    PreparedColumns columns = prepare(new double[][] {one, other}, 50);
    assertThatThrownBy(() -> columns.limitLeverage(PrivacyChecks.leverageLimit(50)))
        .isInstanceOf(PrivacyException.class)
        .hasMessageStartingWith("3 rows have a leverage above 0.1");
  }

  @Test
  void leverage_oneHugeAmount_isClippedAndPasses() {
    SplittableRandom random = new SplittableRandom(6);
    double[] amounts = IntStream.range(0, 2000).mapToDouble(i -> Fits.gaussian(random)).toArray();
    amounts[17] = 1e9;
    PreparedColumns columns = prepare(new double[][] {amounts}, 50);
    columns.limitLeverage(PrivacyChecks.leverageLimit(50));
    assertThat(columns.pulledRows()).isZero();
    // Without clipping, all other rows would share one step of the integers.
    short[] values = columns.rows().map(0, (block, none) -> block).get(2).columns()[0];
    assertThat(IntStream.range(0, values.length).map(i -> values[i]).distinct().count())
        .isGreaterThan(100);
  }

  @Test
  void leverage_oneRowOutOfLine_isPulledBelowTheLimit() {
    SplittableRandom random = new SplittableRandom(7);
    double[] one = IntStream.range(0, 300).mapToDouble(i -> Fits.gaussian(random)).toArray();
    double[] other = Arrays.stream(one).map(value -> value + 0.3 * Fits.gaussian(random)).toArray();
    one[5] = 1.2;
    other[5] = -1.2;
    PreparedColumns columns = prepare(new double[][] {one, other}, 50);
    columns.limitLeverage(PrivacyChecks.leverageLimit(50));
    assertThat(columns.pulledRows()).isEqualTo(1);
    columns.limitLeverage(PrivacyChecks.leverageLimit(50));
    assertThat(columns.pulledRows()).isEqualTo(1);
  }

  @Test
  void joinedReference_ofPulledRows_staysEqual() {
    Joined joined = Fits.generate(300, 25, 1, 3);
    double[][] features = joined.holders().get(1);
    features[0][3] += 60;
    features[1][3] -= 60;
    LogisticTerms terms = LogisticTerms.builder().maxIter(2).build();
    Outcome outcome = Fits.fit(terms, joined, null);
    assertThat(
            JoinedReference.maxCoefficientDifference(
                outcome.trace(),
                JoinedReference.train(
                    terms, 10, joined.labels(), null, joined.holders(), Fits.seed(), 2)))
        .isZero();
  }
}
