// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.channel.Channel;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.error.DataException;
import io.heddle.session.PinnedSession;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LogisticInputsTest {

  static Stream<Arguments> badTerms() {
    return Stream.of(
        bad(b -> b.regParam(-1), "Invalid regParam -1.0: must be finite and at least 0"),
        bad(b -> b.regParam(Double.NaN), "Invalid regParam NaN"),
        bad(b -> b.maxIter(0), "Invalid maxIter 0: must be at least 1"),
        bad(b -> b.tol(1), "Invalid tol 1.0: must be at least 0 and below 1"),
        bad(b -> b.keyBits(1024), "Invalid keyBits 1024: must be 2048, 3072 or 4096"),
        bad(b -> b.residualBits(25), "Invalid residualBits 25: must be 8 to 24"),
        bad(b -> b.columnBits(13), "Invalid columnBits 13: must be 4 to 12"),
        bad(b -> b.history(0), "Invalid history 0: must be 1 to 50"));
  }

  private static Arguments bad(UnaryOperator<LogisticTerms.Builder> change, String message) {
    return Arguments.of(change, message);
  }

  @ParameterizedTest
  @MethodSource("badTerms")
  void terms_outOfRange_areNamed(UnaryOperator<LogisticTerms.Builder> change, String message) {
    LogisticTerms.Builder builder = change.apply(LogisticTerms.builder());
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void roundingSeed_sameStep_isRepeatableAndOfThatStepAlone() {
    Parties.Code<List<String>> code =
        session -> {
          Channel first = Fits.begin(session, LogisticTerms.builder().build());
          Channel second = Fits.begin(session, LogisticTerms.builder().build());
          return Stream.of(first, first, second)
              .map(step -> LogisticLabelHolder.roundingSeed(session::privateRandomness, step))
              .map(HexFormat.of()::formatHex)
              .toList();
        };
    List<List<String>> seeds =
        Parties.run(Fits.TYPES, Fits.BANK, code, Fits.featureHolder(1), code);
    List<String> own = seeds.get(0);
    assertThat(own.get(0)).hasSize(64).isEqualTo(own.get(1)).isNotEqualTo(own.get(2));
    assertThat(own.get(0)).isNotEqualTo(seeds.get(1).get(0));
  }

  @Test
  void key_sameSecretAndStep_isRepeatableAndOfThemAlone() {
    LogisticTerms terms = LogisticTerms.builder().build();
    Parties.Code<List<String>> code =
        session -> {
          Channel first = Fits.begin(session, terms);
          Channel second = Fits.begin(session, terms);
          return Stream.of(first, first, second)
              .map(step -> LogisticLabelHolder.key(session::privateRandomness, step, terms))
              .map(key -> HexFormat.of().formatHex(key.publicKey().toBytes()))
              .toList();
        };
    List<String> one = keys("secret", code);
    assertThat(one.get(0)).isEqualTo(one.get(1)).isNotEqualTo(one.get(2));
    assertThat(keys("secret", code)).isEqualTo(one);
    assertThat(keys("other", code)).doesNotContainAnyElementsOf(one);
  }

  private static List<String> keys(String secretSeed, Parties.Code<List<String>> code) {
    Parties.Code<List<String>> other =
        session -> {
          Fits.begin(session, LogisticTerms.builder().build());
          Fits.begin(session, LogisticTerms.builder().build());
          return List.of();
        };
    return Objects.requireNonNull(
        Parties.run(
                InMemoryExchange::network,
                Fits.TYPES,
                (exchange, terms) -> PinnedSession.open(exchange, terms, secretSeed, "nonce"),
                Map.of(Fits.BANK, code, Fits.featureHolder(1), other))
            .get(Fits.BANK));
  }

  @Test
  void terms_everyComponent_isCompared() {
    assertThat(LogisticTerms.builder().build().asTerms())
        .hasSize(LogisticTerms.class.getRecordComponents().length)
        .containsEntry("regParam", "1.0E-4")
        .containsEntry("keyBits", "2048");
  }

  static Stream<Arguments> badLabels() {
    return Stream.of(
        Arguments.of(new double[] {0, 1, Double.NaN, 2}, "2 of 4 labels are missing"),
        Arguments.of(new double[] {1, 1, 1}, "All 3 rows with weight have one label"),
        Arguments.of(new double[] {0, 0}, "All 2 rows with weight have one label"),
        Arguments.of(new double[0], "All 0 rows"));
  }

  @ParameterizedTest
  @MethodSource("badLabels")
  void labels_thatCannotTrain_areCounted(double[] labels, String message) {
    assertThatThrownBy(() -> LogisticLoss.of(labels, null, true))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void weights_thatCannotTrain_areCounted() {
    double[] labels = {0, 1, 1};
    assertThatThrownBy(() -> LogisticLoss.of(labels, new double[] {1, -1, Double.NaN}, true))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("2 of 3 weights");
    assertThatThrownBy(() -> LogisticLoss.of(labels, new double[] {0, 1, 1}, true))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("one label");
    assertThatThrownBy(() -> LogisticLoss.of(labels, new double[3], true))
        .isInstanceOf(DataException.class);
  }

  @ParameterizedTest
  @CsvSource({"1,1,0", "3,1,1", "4,4,0", "7,1,1", "1000,1,1"})
  void weights_whateverTheirScale_boundResidualsByAPowerOfTwo(double a, double b, int exponent) {
    LogisticLoss loss = LogisticLoss.of(new double[] {0, 1}, new double[] {a, b}, false);
    assertThat(loss.exponent()).isEqualTo(exponent);
    assertThat(loss.residuals()[0])
        .isCloseTo(0.5 * 2 * a / (a + b) / (1 << exponent), within(1e-12));
  }

  @Test
  void effectiveRows_ofEqualWeights_areAllRows() {
    double[] labels = new double[1001];
    Arrays.fill(labels, 0, 500, 1);
    double[] weights = new double[1001];
    for (double weight : new double[] {1, 0.1, 1e-80, 3e99}) {
      Arrays.fill(weights, weight);
      assertThat(LogisticLoss.of(labels, weights, true).effectiveRows()).isEqualTo(1001);
    }
    assertThat(LogisticLoss.of(labels, null, true).effectiveRows()).isEqualTo(1001);
  }

  @ParameterizedTest
  @CsvSource({"1,1,0,0,2", "1,1,1,1,4", "1e6,1,1,1,1", "2,1,1,0,2", "3,3,1,1,3"})
  void effectiveRows_ofOtherWeights_areTheSquaredSumOverTheSumOfSquares(
      double a, double b, double c, double d, int rows) {
    double[] labels = {0, 1, 0, 1};
    assertThat(LogisticLoss.of(labels, new double[] {a, b, c, d}, true).effectiveRows())
        .isEqualTo(rows);
  }

  @Test
  void modelPart_tellsNoCoefficient() {
    LogisticModelPart part =
        new LogisticModelPart(
            "0".repeat(32),
            List.of("x"),
            new double[] {0.123},
            0.456,
            new double[1],
            new double[1],
            new double[1],
            new double[1]);
    assertThat(part.toString()).doesNotContain("123").doesNotContain("456");
  }
}
