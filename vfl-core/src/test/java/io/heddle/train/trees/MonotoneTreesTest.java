// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.config.MonotoneConstraints;
import io.heddle.error.ConfigurationException;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.train.trees.Forests.Joined;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Scores that may not fall, or not rise, along columns of the label holder. */
class MonotoneTreesTest {
  private static final MonotoneConstraints BOTH = MonotoneConstraints.parse("x0=1,x1=-1");

  private static TreeTerms.Builder terms() {
    return TreeTerms.builder().maxIter(4).maxDepth(4).maxBins(12).firstTreeAlone(false);
  }

  /**
   * Labels rise and fall with each of the label holder's first two columns, in the middle against
   * their constraints; what they do hangs on the feature holder's columns too.
   */
  private static Joined wavy(int rows, long seed, boolean holes) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] own = new double[3][rows];
    double[][] others = new double[3][rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      for (double[] column : own) {
        column[i] = random.nextDouble();
      }
      for (double[] column : others) {
        column[i] = random.nextInt(20);
      }
      double z = 2 * own[0][i] + 1.2 * Math.sin(12 * own[0][i]) + (others[0][i] > 9 ? 1 : -1);
      z += -2 * own[1][i] + 1.2 * Math.sin(12 * own[1][i]) * (others[1][i] > 9 ? 1 : 0);
      z += own[2][i] > 0.5 ? 0.5 : -0.5;
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
      if (holes && i % 7 == 0) {
        own[i % 2][i] = Double.NaN;
      }
    }
    return new Joined(labels, List.of(own, others));
  }

  private static List<TreesFit> fit(
      TreeTerms terms, Joined joined, MonotoneConstraints constraints, List<Message> received) {
    return Forests.fit(
        terms,
        joined,
        null,
        new TreeRules(true),
        UnaryOperator.identity(),
        TappedChannel.recording(received),
        (exchange, opened) -> Session.open(exchange, opened, Progress.NONE),
        constraints);
  }

  private static List<TreesFit> requireEqual(
      TreeTerms terms, Joined joined, MonotoneConstraints constraints) {
    List<TreesFit> fits = fit(terms, joined, constraints, Forests.tap());
    int columns = joined.holders().get(0).length;
    TreeEnsemble reference =
        JoinedTrees.of(terms, Forests.seed(), joined.labels(), joined.holders())
            .withDirections(constraints.of(List.of("x0", "x1", "x2").subList(0, columns)))
            .fit(terms.maxIter());
    assertThat(Forests.ensemble(fits).trees()).isEqualTo(reference.trees()).isNotEmpty();
    return fits;
  }

  /** How often scores go against a direction where one column of some rows goes over a grid. */
  private static int against(List<TreesFit> fits, Joined joined, int column, int direction) {
    int points = 60;
    int violations = 0;
    for (int row = 0; row < joined.rows(); row += 17) {
      int at = row;
      List<double[][]> grid =
          joined.holders().stream()
              .map(
                  columns ->
                      Arrays.stream(columns)
                          .map(
                              values -> {
                                double[] same = new double[points];
                                Arrays.fill(same, values[at]);
                                return same;
                              })
                          .toArray(double[][]::new))
              .toList();
      Arrays.setAll(grid.get(0)[column], i -> -0.1 + 1.2 * i / points);
      double[] scores = Forests.scores(fits, new Joined(new double[points], grid))[0];
      for (int i = 1; i < points; i++) {
        violations += direction * (scores[i] - scores[i - 1]) < 0 ? 1 : 0;
      }
    }
    return violations;
  }

  private static void assertMonotone(List<TreesFit> fits, Joined joined) {
    assertThat(against(fits, joined, 0, 1)).isZero();
    assertThat(against(fits, joined, 1, -1)).isZero();
    // The columns are split by, and not held fast; nor is the feature holder's.
    assertThat(against(fits, joined, 0, -1)).isPositive();
    assertThat(against(fits, joined, 1, 1)).isPositive();
    assertThat(fits.get(1).part().thresholds()).isNotEmpty();
  }

  @Test
  void scores_alongConstrainedColumns_neverGoAgainstThem() {
    Joined joined = wavy(1500, 81, false);
    List<TreesFit> free = requireEqual(terms().build(), joined, MonotoneConstraints.NONE);
    assertThat(against(free, joined, 0, 1)).isPositive();
    assertThat(against(free, joined, 1, -1)).isPositive();
    List<TreesFit> fits = requireEqual(terms().build(), joined, BOTH);
    assertMonotone(fits, joined);
    List<Double> losses = fits.get(0).summary().losses();
    assertThat(losses.get(losses.size() - 1)).isLessThan(losses.get(0) - 0.02);
  }

  @Test
  void scores_leafByLeafInTurnWithTreesOfTheLabelHolderAlone_neverGoAgainstThem() {
    Joined joined = wavy(1500, 82, true);
    TreeTerms terms = terms().maxLeaves(9).maxDepth(6).alternate(true).subsamplingRate(0.7).build();
    assertMonotone(requireEqual(terms, joined, BOTH), joined);
  }

  @Test
  void scores_ofNumbersByLargeDerivatives_neverGoAgainstThem() {
    Joined joined = wavy(1500, 83, true);
    double[] numbers = joined.labels().clone();
    Arrays.setAll(numbers, i -> 5 * numbers[i] + i % 3);
    TreeTerms terms = terms().objective(TreeObjective.SQUARED).goss(0.3, 0.3).build();
    Joined ofNumbers = joined.withLabels(numbers);
    assertMonotone(requireEqual(terms, ofNumbers, BOTH), ofNumbers);
  }

  /** Its values are parted from the missing ones whatever they are, and not from each other. */
  @Test
  void column_thatOnlyTellsWhatIsMissing_isNotConstrained() {
    double[] column = new double[600];
    double[] labels = new double[600];
    for (int i = 0; i < 600; i++) {
      column[i] = i % 2 == 0 ? Double.NaN : i % 5;
      labels[i] = i / 10 % 10 < (i % 2 == 0 ? 2 : 7) ? 1 : 0;
    }
    Joined joined =
        new Joined(labels, List.of(new double[][] {column}, wavy(600, 84, false).holders().get(1)));
    for (String direction : List.of("1", "-1")) {
      List<TreesFit> fits =
          requireEqual(
              terms().maxIter(1).maxDepth(1).build(),
              joined,
              MonotoneConstraints.parse("x0=" + direction));
      assertThat(fits.get(0).part().thresholds())
          .singleElement()
          .matches(threshold -> Double.isInfinite(threshold.value()));
    }
  }

  /** Feature holders get messages of the same kinds and sizes, and none names a constraint. */
  @Test
  void terms_ofAFitWithConstraints_areThoseOfOneWithout() {
    Joined joined = wavy(600, 85, false);
    TreeTerms terms = terms().maxIter(1).maxDepth(2).build();
    List<Message> with = Forests.tap();
    List<Message> without = Forests.tap();
    // Both open the step by the same terms, which are all that a feature holder gives.
    fit(terms, joined, BOTH, with);
    fit(terms, joined, MonotoneConstraints.NONE, without);
    assertThat(with.stream().map(Message::getClass).distinct().toList())
        .isEqualTo(without.stream().map(Message::getClass).distinct().toList());
    assertThat(terms.asTerms()).doesNotContainKey("monotoneConstraints");
  }

  @Test
  void constraints_ofOtherColumnsOrSeveralClasses_areRefusedBeforeAnythingIsSent() {
    List<Message> received = Forests.tap();
    assertThatThrownBy(
            () ->
                fit(
                    terms().build(),
                    wavy(600, 86, false),
                    MonotoneConstraints.parse("income=1"),
                    received))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Invalid monotoneConstraints income=1: income must be one of the label holder's 3 columns"
                + " [x0, x1, x2]");
    assertThatThrownBy(
            () ->
                fit(
                    terms().objective(TreeObjective.MULTI_CLASS).classes(3).build(),
                    Forests.classes(900, 87, false, 3, 2, 2),
                    MonotoneConstraints.parse("x0=1"),
                    received))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("must be none with several classes");
    assertThat(received).isEmpty();
  }
}
