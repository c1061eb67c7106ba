// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.party.PartyId;
import io.heddle.party.PredictorConsent;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.table.LocalAlignedRows;
import io.heddle.table.PartyTable;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** For tests: whole fits in memory on generated tables. */
final class Fits {
  static final PartyId BANK = new PartyId("bank");
  static final PaillierPrivateKey KEY = PaillierPrivateKey.generate(2048, new SecureRandom());
  static final PrivacyRules RULES = PrivacyRules.DEFAULT;
  static final PrivacyRules FULL = new PrivacyRules(10, PredictorConsent.FULL);
  static final byte[] DIGEST = new byte[32];
  static final List<MessageType<?>> TYPES = types();

  private Fits() {}

  private static List<MessageType<?>> types() {
    List<MessageType<?>> types = new ArrayList<>(LogisticMessages.TYPES);
    types.addAll(ScoringMessages.TYPES);
    return types;
  }

  static byte[] seed() {
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) 7);
    return seed;
  }

  static PartyId featureHolder(int number) {
    return new PartyId("shop-" + number);
  }

  /** Labels and the columns of every holder, the label holder's first. */
  record Joined(double[] labels, List<double[][]> holders) {
    int rows() {
      return labels.length;
    }

    double[][] all() {
      return holders.stream().flatMap(Arrays::stream).toArray(double[][]::new);
    }
  }

  /** Correlated columns on odd scales, some two-valued, one heavy-tailed; labels from all. */
  static Joined generate(int rows, long seed, int... columnsPerHolder) {
    SplittableRandom random = new SplittableRandom(seed);
    int columns = Arrays.stream(columnsPerHolder).sum();
    double[] weights = random.doubles(columns, -1, 1).toArray();
    double[][] table = new double[columns][rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      double common = gaussian(random);
      double z = -0.3;
      for (int j = 0; j < columns; j++) {
        double value = 0.5 * common + gaussian(random);
        if (j % 5 == 3) {
          value = value > 0.6 ? 1 : 0;
        }
        z += weights[j] * value;
        if (j % 7 == 4) {
          value = Math.exp(1.3 * value);
        }
        table[j][i] = 100 * j + value * Math.pow(10, j % 4 - 1);
      }
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
    }
    List<double[][]> holders = new ArrayList<>();
    int from = 0;
    for (int count : columnsPerHolder) {
      holders.add(Arrays.copyOfRange(table, from, from + count));
      from += count;
    }
    return new Joined(labels, holders);
  }

  static double gaussian(SplittableRandom random) {
    return Math.sqrt(-2 * Math.log(1 - random.nextDouble()))
        * Math.cos(2 * Math.PI * random.nextDouble());
  }

  static PartyTable table(double[][] columns, int rows, int partitions) {
    return new PartyTable(
        LocalAlignedRows.of(rows, columns, partitions),
        IntStream.range(0, columns.length).mapToObj(j -> "x" + j).toList(),
        DIGEST);
  }

  /** What all parties of a fit ended with; the label holder's first. */
  record Outcome(List<LogisticFit> fits, List<List<double[]>> trace) {
    FitSummary summary() {
      return fits.get(0).summary();
    }
  }

  static Outcome fit(LogisticTerms terms, Joined joined, double @Nullable [] weights) {
    return fit(
        terms, joined, weights, FULL, FULL, UnaryOperator.identity(), UnaryOperator.identity());
  }

  static Outcome fit(
      LogisticTerms terms,
      Joined joined,
      PrivacyRules labelRules,
      PrivacyRules featureRules,
      int openedBefore) {
    return fit(
        terms,
        joined,
        null,
        labelRules,
        featureRules,
        openedBefore,
        UnaryOperator.identity(),
        UnaryOperator.identity());
  }

  static Outcome fit(
      LogisticTerms terms, Joined joined, PrivacyRules labelRules, PrivacyRules featureRules) {
    return fit(terms, joined, labelRules, featureRules, 0);
  }

  static Outcome fit(
      LogisticTerms terms,
      Joined joined,
      double @Nullable [] weights,
      PrivacyRules labelRules,
      PrivacyRules featureRules,
      UnaryOperator<Channel> wrapLabel,
      UnaryOperator<Channel> wrapFeature) {
    return fit(terms, joined, weights, labelRules, featureRules, 0, wrapLabel, wrapFeature);
  }

  /** With sessions that are opened in another way, and one wrapper for all parties. */
  static Outcome fit(
      LogisticTerms terms,
      Joined joined,
      double @Nullable [] weights,
      Parties.Opening opening,
      UnaryOperator<Channel> wrap) {
    return fit(terms, joined, weights, FULL, FULL, 0, wrap, wrap, opening);
  }

  static Outcome fit(
      LogisticTerms terms,
      Joined joined,
      double @Nullable [] weights,
      PrivacyRules labelRules,
      PrivacyRules featureRules,
      int openedBefore,
      UnaryOperator<Channel> wrapLabel,
      UnaryOperator<Channel> wrapFeature) {
    return fit(
        terms,
        joined,
        weights,
        labelRules,
        featureRules,
        openedBefore,
        wrapLabel,
        wrapFeature,
        (exchange, opened) -> Session.open(exchange, opened, Progress.NONE));
  }

  /**
   * @param openedBefore what every feature holder says
   * @param wrapLabel what the label holder speaks through
   * @param wrapFeature what every feature holder speaks through
   */
  static Outcome fit(
      LogisticTerms terms,
      Joined joined,
      double @Nullable [] weights,
      PrivacyRules labelRules,
      PrivacyRules featureRules,
      int openedBefore,
      UnaryOperator<Channel> wrapLabel,
      UnaryOperator<Channel> wrapFeature,
      Parties.Opening opening) {
    List<List<double[]>> traces = new ArrayList<>();
    joined.holders().forEach(holder -> traces.add(new ArrayList<>()));
    Map<PartyId, Parties.Code<LogisticFit>> code = new HashMap<>();
    code.put(
        BANK,
        session ->
            new LogisticLabelHolder(terms, labelRules, KEY, session::privateRandomness, seed())
                .fit(
                    wrapLabel.apply(begin(session, terms)),
                    table(joined.holders().get(0), joined.rows(), 3),
                    joined.labels(),
                    weights,
                    (pass, coefficients) -> traces.get(0).add(coefficients),
                    Progress.NONE));
    for (int k = 1; k < joined.holders().size(); k++) {
      int number = k;
      code.put(
          featureHolder(k),
          session ->
              new LogisticFeatureHolder(terms, featureRules, session::privateRandomness)
                  .fit(
                      wrapFeature.apply(begin(session, terms)),
                      BANK,
                      table(joined.holders().get(number), joined.rows(), number + 1),
                      openedBefore,
                      (pass, coefficients) -> traces.get(number).add(coefficients),
                      Progress.NONE));
    }
    SortedMap<PartyId, LogisticFit> fits =
        Parties.run(InMemoryExchange::network, TYPES, opening, code);
    return new Outcome(List.copyOf(fits.values()), byPass(traces));
  }

  static Channel begin(Session session, LogisticTerms terms) {
    return session.beginStep("fit", new TreeMap<>(terms.asTerms()));
  }

  private static List<List<double[]>> byPass(List<List<double[]>> traces) {
    return IntStream.range(0, traces.get(0).size())
        .mapToObj(pass -> traces.stream().map(trace -> trace.get(pass)).toList())
        .toList();
  }

  /** The area under the ROC curve, ties counted half. */
  static double auc(double[] scores, double[] labels) {
    Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Double.compare(scores[a], scores[b]));
    double ranks = 0;
    double positives = 0;
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && scores[order[to]] == scores[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        if (labels[order[i]] == 1) {
          ranks += (from + to + 1) / 2.0;
          positives++;
        }
      }
      from = to;
    }
    return (ranks - positives * (positives + 1) / 2) / (positives * (order.length - positives));
  }

  /**
   * The optimum by Newton's method on doubles: columns standardised, nothing clipped, rounded or
   * split.
   *
   * @return the linear predictor of the rows
   */
  static double[] optimum(double[][] columns, double[] labels, double regParam) {
    int rows = labels.length;
    double[][] x = new double[columns.length + 1][rows];
    Arrays.fill(x[0], 1);
    for (int j = 0; j < columns.length; j++) {
      double mean = Arrays.stream(columns[j]).sum() / rows;
      double squares = Arrays.stream(columns[j]).map(v -> (v - mean) * (v - mean)).sum();
      double deviation = Math.sqrt(squares / (rows - 1));
      x[j + 1] = Arrays.stream(columns[j]).map(v -> (v - mean) / deviation).toArray();
    }
    double[] predictor = new double[rows];
    double[] weights = new double[x.length];
    for (int round = 0; round < 30; round++) {
      double[] gradient = new double[x.length];
      double[][] hessian = new double[x.length][x.length];
      for (int j = 0; j < x.length; j++) {
        for (int i = 0; i < rows; i++) {
          double p = 1 / (1 + Math.exp(-predictor[i]));
          gradient[j] += (p - labels[i]) * x[j][i] / rows;
          for (int k = 0; k < x.length; k++) {
            hessian[j][k] += p * (1 - p) * x[j][i] * x[k][i] / rows;
          }
        }
        if (j > 0) {
          gradient[j] += regParam * weights[j];
          hessian[j][j] += regParam;
        }
      }
      double[][] inverse = SmallMatrix.inverseCholesky(hessian);
      double[] step =
          SmallMatrix.transposedLowerTimes(inverse, SmallMatrix.lowerTimes(inverse, gradient));
      SmallMatrix.addScaled(weights, -1, step);
      predictor = new double[rows];
      for (int j = 0; j < x.length; j++) {
        SmallMatrix.addScaled(predictor, weights[j], x[j]);
      }
    }
    return predictor;
  }

  static double logLoss(double[] predictor, double[] labels) {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum += Math.log1p(Math.exp(labels[i] == 1 ? -predictor[i] : predictor[i]));
    }
    return sum / labels.length;
  }

  /** The joint model's predictor in original units. */
  static double[] predictor(Outcome outcome, Joined joined) {
    double[] sums = new double[joined.rows()];
    for (int k = 0; k < joined.holders().size(); k++) {
      LogisticModelPart part = outcome.fits().get(k).part();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += part.intercept();
        for (int j = 0; j < part.coefficients().length; j++) {
          double value = joined.holders().get(k)[j][i];
          sums[i] +=
              part.coefficients()[j] * Math.min(Math.max(value, part.lower()[j]), part.upper()[j]);
        }
      }
    }
    return sums;
  }
}
