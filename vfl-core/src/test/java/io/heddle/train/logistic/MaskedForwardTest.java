// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.crypto.Randomness;
import io.heddle.party.PartyId;
import io.heddle.train.logistic.Fits.Joined;
import io.heddle.train.logistic.Fits.Outcome;
import io.heddle.train.logistic.LogisticMessage.DotProducts;
import io.heddle.train.logistic.LogisticMessage.Predictor;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class MaskedForwardTest {
  /** The .999 quantile of chi-square with 255 degrees of freedom. */
  private static final double CHI_SQUARE_LIMIT = 330.5;

  /** For keys that differ in every run: exceeded once in 10^8. */
  private static final double FRESH_LIMIT = 400;

  private static List<Message> labelHoldersView(LogisticTerms terms, Joined joined) {
    List<Message> view = Collections.synchronizedList(new ArrayList<>());
    Fits.fit(
        terms,
        joined,
        null,
        Fits.FULL,
        Fits.FULL,
        TappedChannel.recording(view),
        UnaryOperator.identity());
    return view;
  }

  private static <M> List<M> only(List<Message> view, Class<M> type) {
    return view.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static long largest(long[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElseThrow();
  }

  private static double chiSquare(List<long[]> values) {
    long[] counts = new long[256];
    long total = 0;
    for (long[] row : values) {
      for (long value : row) {
        for (int shift = 0; shift < 64; shift += 8) {
          counts[(int) (value >>> shift) & 0xff]++;
          total++;
        }
      }
    }
    double expected = total / 256.0;
    return Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
  }

  @Test
  void labelHoldersView_twoFeatureHolders_isUniformButForItsSum() {
    LogisticTerms terms = LogisticTerms.builder().maxIter(3).columnBits(8).build();
    Joined joined = Fits.generate(300, 11, 1, 2, 3);
    List<Predictor> view = only(labelHoldersView(terms, joined), Predictor.class);
    assertThat(view).hasSize(6);

    List<long[]> single = view.stream().map(Predictor::values).toList();
    assertThat(chiSquare(single)).isLessThan(FRESH_LIMIT);

    List<long[]> sums = new ArrayList<>();
    for (int pass = 0; pass < 3; pass++) {
      long[] sum = single.get(2 * pass).clone();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += single.get(2 * pass + 1)[i];
      }
      sums.add(sum);
      assertThat(largest(sum)).isLessThan(1L << 30);
    }
    // The control: what is not masked fails the same test by far.
    assertThat(chiSquare(sums)).isGreaterThan(10 * CHI_SQUARE_LIMIT);
  }

  @Test
  void labelHoldersView_twoFeatureHolders_scalarsMakeSenseInTheirSumOnly() {
    LogisticTerms terms = LogisticTerms.builder().maxIter(3).columnBits(8).build();
    List<DotProducts> view =
        only(labelHoldersView(terms, Fits.generate(300, 12, 1, 2, 3)), DotProducts.class);
    for (int pass = 0; pass < 3; pass++) {
      BigInteger[] one = view.get(2 * pass).values();
      BigInteger[] other = view.get(2 * pass + 1).values();
      for (int i = 0; i < one.length; i++) {
        assertThat(Math.abs(RingScalars.decode(one[i]))).isGreaterThan(1e3);
        assertThat(Math.abs(RingScalars.decode(RingScalars.add(one[i], other[i])))).isLessThan(1e3);
      }
    }
  }

  @Test
  void labelHoldersView_oneFeatureHolder_isThePredictorItself() {
    LogisticTerms terms = LogisticTerms.builder().maxIter(2).columnBits(8).build();
    List<Predictor> view =
        only(labelHoldersView(terms, Fits.generate(200, 13, 1, 2)), Predictor.class);
    assertThat(view).hasSize(2);
    assertThat(largest(view.get(0).values())).isLessThan(1L << 30);
  }

  private static PairwiseMasks masks(PartyId self, Map<PartyId, byte[]> secrets) {
    Map<PartyId, byte[]> publicKeys = new HashMap<>();
    secrets.forEach(
        (party, secret) -> {
          if (!party.equals(self)) {
            publicKeys.put(party, PairwiseMasks.publicKey(secret));
          }
        });
    return new PairwiseMasks(self, "1-fit", Objects.requireNonNull(secrets.get(self)), publicKeys);
  }

  @Test
  void masks_ofFourParties_cancelInTheSumOnly() {
    Map<PartyId, byte[]> secrets = new HashMap<>();
    for (int k = 0; k < 4; k++) {
      byte[] secret = new byte[32];
      Randomness.derive(Fits.seed(), "test").fill(k, secret);
      secrets.put(Fits.featureHolder(k), secret);
    }
    int rows = 20_000;
    long[] expected = new long[rows];
    long[] sum = new long[rows];
    BigInteger expectedScalar = BigInteger.ZERO;
    BigInteger scalar = BigInteger.ZERO;
    SplittableRandom random = new SplittableRandom(1);
    for (PartyId party : secrets.keySet()) {
      PairwiseMasks masks = masks(party, secrets);
      long[] values = random.longs(rows, -1000, 1000).toArray();
      BigInteger[] scalars = RingScalars.encode(new double[] {random.nextDouble()});
      for (int i = 0; i < rows; i++) {
        expected[i] += values[i];
      }
      expectedScalar = expectedScalar.add(scalars[0]);
      masks.mask("pass-1/predictor", values);
      masks.mask("pass-1/penalty", scalars);
      assertThat(chiSquare(List.of(values))).isLessThan(CHI_SQUARE_LIMIT);
      for (int i = 0; i < rows; i++) {
        sum[i] += values[i];
      }
      scalar = RingScalars.add(scalar, scalars[0]);
    }
    assertThat(sum).isEqualTo(expected);
    assertThat(scalar).isEqualTo(expectedScalar);
  }

  @Test
  void masks_usedTwice_isABug() {
    Map<PartyId, byte[]> secrets =
        Map.of(Fits.featureHolder(1), Fits.seed(), Fits.featureHolder(2), new byte[32]);
    PairwiseMasks masks = masks(Fits.featureHolder(1), secrets);
    masks.mask("pass-1/predictor", new long[1]);
    assertThatThrownBy(() -> masks.mask("pass-1/predictor", new long[1]))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("used twice");
  }

  @Test
  void trainedModel_threeParties_reportsSumsOnly() {
    LogisticTerms terms = LogisticTerms.builder().maxIter(2).columnBits(8).build();
    Outcome outcome = Fits.fit(terms, Fits.generate(200, 14, 1, 2, 2), null);
    for (LogisticFit fit : outcome.fits()) {
      assertThat(fit.summary().ledger()).anyMatch(line -> line.contains("saw the sum of"));
    }
  }
}
