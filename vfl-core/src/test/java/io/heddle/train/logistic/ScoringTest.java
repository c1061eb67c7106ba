// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.error.AlignmentException;
import io.heddle.error.DataException;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.party.PredictorConsent;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.ScoringMessage.ScoringPredictor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ScoringTest {
  private static final String FIT = "00112233445566778899aabbccddeeff";
  private static final double[][] ONE = {{1, 2, 3, 40}, {5, 5, 5, 5}};
  private static final double[][] TWO = {{-1, 0, 1, 2}};

  /** Steps of 1/4 around 2; the second column was constant. */
  private static LogisticModelPart part(String fitId, double intercept, int columns) {
    return new LogisticModelPart(
        fitId,
        columns == 2 ? List.of("x0", "x1") : columns == 1 ? List.of("x0") : List.of(),
        Arrays.copyOf(new double[] {0.5, 0}, columns),
        intercept,
        Arrays.copyOf(new double[] {2, 5}, columns),
        Arrays.copyOf(new double[] {0.25, 0}, columns),
        Arrays.copyOf(new double[] {-10, -10}, columns),
        Arrays.copyOf(new double[] {10, 10}, columns));
  }

  private static Scores score(
      PrivacyRules rules,
      List<Message> view,
      LogisticModelPart bank,
      PartyTable bankTable,
      List<LogisticModelPart> shops,
      List<PartyTable> tables) {
    Map<PartyId, Parties.Code<Scores>> code = new HashMap<>();
    code.put(
        Fits.BANK,
        session ->
            new ScoringLabelHolder(bank)
                .score(
                    TappedChannel.recording(view)
                        .apply(session.beginStep("transform", new TreeMap<>())),
                    bankTable,
                    Progress.NONE));
    for (int k = 0; k < shops.size(); k++) {
      int number = k;
      code.put(
          Fits.featureHolder(k),
          session -> {
            new ScoringFeatureHolder(shops.get(number), rules, session::privateRandomness)
                .score(
                    session.beginStep("transform", new TreeMap<>()),
                    Fits.BANK,
                    tables.get(number),
                    Progress.NONE);
            return new Scores(new double[0], new double[0]);
          });
    }
    Scores scores = Parties.run(Fits.TYPES, code).get(Fits.BANK);
    if (scores == null) {
      throw new AssertionError("No scores");
    }
    return scores;
  }

  @Test
  void score_oneFeatureHolder_addsPartsWithinBounds() {
    Scores scores =
        score(
            PrivacyRules.DEFAULT,
            new ArrayList<>(),
            part(FIT, -1, 0),
            Fits.table(new double[0][], 4, 1),
            List.of(part(FIT, 0.25, 2)),
            List.of(Fits.table(ONE, 4, 2)));
    double[] expected = {-1 + 0.25 + 0.5, -1 + 0.25 + 1, -1 + 0.25 + 1.5, -1 + 0.25 + 5};
    for (int i = 0; i < 4; i++) {
      assertThat(scores.rawPrediction()[i]).isCloseTo(expected[i], within(1e-6));
      assertThat(scores.probability()[i]).isCloseTo(1 / (1 + Math.exp(-expected[i])), within(1e-6));
    }
  }

  @Test
  void score_twoFeatureHolders_showsTheLabelHolderTheSumOnly() {
    List<Message> view = Collections.synchronizedList(new ArrayList<>());
    Scores scores =
        score(
            new PrivacyRules(50, PredictorConsent.NO),
            view,
            part(FIT, -1, 1),
            Fits.table(TWO, 4, 1),
            List.of(part(FIT, 0, 2), part(FIT, 0, 1)),
            List.of(Fits.table(ONE, 4, 1), Fits.table(TWO, 4, 1)));
    assertThat(scores.rawPrediction()[1]).isCloseTo(-1 + 0 + 1 + 0, within(1e-6));
    assertThat(view.stream().filter(ScoringPredictor.class::isInstance))
        .hasSize(2)
        .allSatisfy(
            message ->
                assertThat(
                        Arrays.stream(((ScoringPredictor) message).values())
                            .map(Math::abs)
                            .max()
                            .orElseThrow())
                    .isGreaterThan(1L << 40));
  }

  @Test
  void score_withoutConsent_isRefused() {
    assertThatThrownBy(
            () ->
                score(
                    new PrivacyRules(50, PredictorConsent.NO),
                    new ArrayList<>(),
                    part(FIT, 0, 0),
                    Fits.table(new double[0][], 4, 1),
                    List.of(part(FIT, 0, 2)),
                    List.of(Fits.table(ONE, 4, 1))))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("privacy.consent.predictor is no");
  }

  @Test
  void score_partsOfTwoFits_isRefused() {
    assertThatThrownBy(
            () ->
                score(
                    PrivacyRules.DEFAULT,
                    new ArrayList<>(),
                    part(FIT, 0, 0),
                    Fits.table(new double[0][], 4, 1),
                    List.of(part(FIT.replace('0', '1'), 0, 2)),
                    List.of(Fits.table(ONE, 4, 1))))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("is of fit");
  }

  @Test
  void score_otherRows_isRefused() {
    assertThatThrownBy(
            () ->
                score(
                    PrivacyRules.DEFAULT,
                    new ArrayList<>(),
                    part(FIT, 0, 0),
                    Fits.table(new double[0][], 3, 1),
                    List.of(part(FIT, 0, 2)),
                    List.of(Fits.table(ONE, 4, 1))))
        .isInstanceOf(AlignmentException.class);
  }

  @Test
  void score_otherColumns_isRefused() {
    assertThatThrownBy(
            () ->
                score(
                    PrivacyRules.DEFAULT,
                    new ArrayList<>(),
                    part(FIT, 0, 2),
                    Fits.table(TWO, 4, 1),
                    List.of(part(FIT, 0, 2)),
                    List.of(Fits.table(ONE, 4, 1))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("missing: x1");
  }

  @Test
  void score_ofTheTrainingRows_isTheFittedPredictor() {
    Fits.Joined joined = Fits.generate(200, 50, 2, 2);
    Fits.Outcome outcome =
        Fits.fit(LogisticTerms.builder().columnBits(8).maxIter(2).build(), joined, null);
    Scores scores =
        score(
            PrivacyRules.DEFAULT,
            new ArrayList<>(),
            outcome.fits().get(0).part(),
            Fits.table(joined.holders().get(0), 200, 1),
            List.of(outcome.fits().get(1).part()),
            List.of(Fits.table(joined.holders().get(1), 200, 2)));
    double loss = Fits.logLoss(scores.rawPrediction(), joined.labels());
    double penalty =
        outcome.trace().get(1).stream()
                .flatMapToDouble(Arrays::stream)
                .skip(1)
                .map(w -> w * w)
                .sum()
            * 1e-4
            / 2;
    assertThat(loss + penalty).isCloseTo(outcome.summary().losses().get(2), within(1e-6));
  }
}
