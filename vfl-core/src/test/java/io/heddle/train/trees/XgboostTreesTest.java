// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Scores beside those of XGBoost 2.1.4, where both have the same bins and start from the mean:
 * {@code xgboost-margins.txt} has them, and the script that made them. Least weights of children
 * are such that neither makes a leaf of fewer than ten rows.
 */
class XgboostTreesTest {
  private static final int ROWS = 800;
  private static final int EVERY = 20;
  private static final int[] BOTH = {1, -1, 0, 0, 0};

  private long state = 1;
  private final double[][] columns = new double[5][ROWS];
  private final double[] label = new double[ROWS];
  private final double[] number = new double[ROWS];
  private final double[] count = new double[ROWS];

  XgboostTreesTest() {
    for (int i = 0; i < ROWS; i++) {
      int[] x = new int[columns.length];
      for (int j = 0; j < x.length; j++) {
        x[j] = draw(16);
        columns[j][i] = x[j];
      }
      int noise = draw(12);
      number[i] = 3 * x[0] - 2 * x[1] + 5 * (x[0] * 5 % 16) / 4 + (x[2] > 7 ? 9 : 0) + noise;
      label[i] = number[i] > 18 + x[4] % 3 ? 1 : 0;
      count[i] = (x[3] == 15 ? 60 : 0) + (x[0] > 7 && x[1] > 7 ? 4 : 0) + (x[0] + noise) / 9;
      if (noise % 4 == 3) {
        columns[2][i] = Double.NaN;
      }
    }
  }

  /** As the script draws. */
  private int draw(int below) {
    state = (state * 1103515245 + 12345) % (1L << 31);
    return (int) (state >> 16) % below;
  }

  private double[] labels(TreeObjective objective) {
    return switch (objective) {
      case LOGISTIC -> label;
      case SQUARED -> number;
      case POISSON -> count;
      case MULTI_CLASS -> throw new AssertionError("no vectors");
    };
  }

  private double[] scores(TreeTerms terms, boolean constrained) {
    return JoinedTrees.of(
            terms, Forests.seed(), labels(terms.objective()), List.<double[][]>of(columns))
        .withDirections(constrained ? BOTH : new int[columns.length])
        .scores()[0];
  }

  private static double[] margins(String name) throws IOException {
    try (InputStream in = XgboostTreesTest.class.getResourceAsStream("xgboost-margins.txt")) {
      String line =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(each -> each.startsWith(name + ": "))
              .findFirst()
              .orElseThrow();
      return Arrays.stream(line.substring(name.length() + 2).split(" "))
          .mapToDouble(Double::parseDouble)
          .toArray();
    }
  }

  @ParameterizedTest
  @CsvSource({"LOGISTIC, 4", "SQUARED, 10", "POISSON, 120"})
  void scores_ofTheSameBins_areThoseOfXgboost(TreeObjective objective, double minChildWeight)
      throws IOException {
    TreeTerms terms =
        TreeTerms.builder()
            .objective(objective)
            .maxIter(8)
            .maxDepth(4)
            .minChildWeight(minChildWeight)
            .build();
    for (boolean constrained : new boolean[] {false, true}) {
      double[] margins =
          margins(objective.name().toLowerCase(Locale.ROOT) + (constrained ? ", constrained" : ""));
      double[] scores = scores(terms, constrained);
      assertThat(margins).hasSize(ROWS / EVERY);
      for (int i = 0; i < margins.length; i++) {
        // XGBoost's numbers have 24 bits.
        assertThat(scores[i * EVERY])
            .as("row %d, constrained %s", i * EVERY, constrained)
            .isCloseTo(margins[i], within(1e-5 * (1 + Math.abs(margins[i]))));
      }
    }
  }

  /** A Newton step by the second derivatives of the loss alone goes e^9 times too high here. */
  @Test
  void losses_ofCountsOfWhichSomeAreHuge_fallWithEachTree() {
    double[] counts = count.clone();
    Arrays.setAll(counts, i -> columns[3][i] == 15 && columns[0][i] < 8 ? 2000 : i % 2);
    TrainingRows rows = TrainingRows.of(TreeObjective.POISSON, 0, counts, null, null);
    double last = rows.meanLoss(rows.startScores());
    for (int trees = 1; trees <= 12; trees++) {
      TreeTerms terms =
          TreeTerms.builder().objective(TreeObjective.POISSON).maxIter(trees).maxDepth(3).build();
      double[][] scores =
          JoinedTrees.of(terms, Forests.seed(), counts, List.<double[][]>of(columns)).scores();
      double loss = rows.meanLoss(scores);
      assertThat(loss).isLessThan(last);
      last = loss;
    }
  }
}
