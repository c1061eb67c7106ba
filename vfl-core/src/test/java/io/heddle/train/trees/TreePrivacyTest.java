// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.error.ConfigurationException;
import io.heddle.error.PrivacyException;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import io.heddle.train.trees.TreeMessage.NodeSums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What messages show, taken apart as a curious peer would; and what ends a fit early. */
class TreePrivacyTest {
  private static TreeTerms.Builder terms() {
    return TreeTerms.builder()
        .maxIter(2)
        .maxDepth(3)
        .maxBins(40)
        .rowPacking(TreesRowPacking.OFF)
        .firstTreeAlone(false);
  }

  private static List<TreesFit> fit(
      TreeTerms terms,
      Joined joined,
      TreeRules rules,
      UnaryOperator<Channel> label,
      UnaryOperator<Channel> feature) {
    return Forests.fit(
        terms,
        joined,
        null,
        rules,
        label,
        feature,
        (exchange, opened) -> Session.open(exchange, opened, Progress.NONE));
  }

  private static UnaryOperator<Channel> keeping(List<Message> sent) {
    return channel -> TappedChannel.keepingSent(channel, sent);
  }

  /**
   * At the feature holder one column of few values, some of them rare; numbers follow it, but more
   * so the label holder's: nodes split by that one have candidates of the other.
   */
  private static Joined numbers(long seed, int rows) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] column = new double[rows];
    double[] own = new double[rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      double x = random.nextDouble();
      own[i] = random.nextInt(4);
      column[i] = Math.floor(60 * x * Math.sqrt(x));
      labels[i] = column[i] + 70 * own[i] + 3 * random.nextDouble();
    }
    return new Joined(labels, List.of(new double[][] {own}, new double[][] {column}));
  }

  /**
   * Before the first tree second derivatives are all alike but for rounding, so sums are counts.
   */
  private static int[][] leftCounts(NodeSums sums, TreeTerms terms, Joined joined) {
    int rows = joined.rows();
    TrainingRows labels =
        TrainingRows.of(terms.objective(), terms.classes(), joined.labels(), null, null);
    Gradients gradients = Gradients.of(labels, labels.startScores(), terms, Forests.seed(), 1);
    double perRow = Sums.of(RowSets.all(rows), gradients).h()[0] / (double) rows;
    // With the shifts of other nodes' rows the first derivatives mean nothing; counts stand.
    long[] h = Forests.open(sums, GradientPacking.of(terms, rows), rows).h();
    int[][] counts = new int[sums.counts().length][];
    int at = 0;
    for (int p = 0; p < counts.length; p++) {
      counts[p] = new int[sums.counts()[p]];
      for (int i = 0; i < counts[p].length; i++, at++) {
        double count = h[at * terms.outputs()] / perRow;
        counts[p][i] = (int) Math.rint(count);
        assertThat(count).isCloseTo(counts[p][i], within(0.01));
      }
    }
    return counts;
  }

  private static void assertApart(int[] left, int rows, int least) {
    int[] sorted = left.clone();
    Arrays.sort(sorted);
    int before = 0;
    for (int count : sorted) {
      assertNoneOrEnough(count - before, least);
      before = count;
    }
    if (left.length > 0) {
      assertNoneOrEnough(rows - before, least);
    }
  }

  private static void assertNoneOrEnough(int rows, int least) {
    assertThat(rows).matches(each -> each == 0 || each >= least);
  }

  /** A node that was asked about: its rows, and how many lie left of each name. */
  private record Node(int[] rows, Map<Integer, Integer> left) {
    int leftOf(int name) {
      return Objects.requireNonNull(left.get(name), "The parent had no such candidate");
    }
  }

  @Test
  void sums_ofAnyTwoCandidates_differByNoOrTenRowsInNodeAndSibling() {
    TreeTerms terms = terms().objective(TreeObjective.SQUARED).maxIter(1).build();
    int asked = 0;
    for (int seed = 0; seed < 4; seed++) {
      asked += assertFloors(terms, numbers(seed, 700), 10, 100);
    }
    assertThat(asked).as("candidates below the roots").isGreaterThan(10);
  }

  /** With as many pairs of sums, each has as many rows to hide in. */
  @Test
  void sums_ofThreeClasses_areOfThreeTimesTheRows() {
    TreeTerms terms = terms().objective(TreeObjective.MULTI_CLASS).classes(3).maxIter(1).build();
    int asked = 0;
    for (int seed = 0; seed < 3; seed++) {
      Joined numbers = numbers(seed, 2100);
      double[] classes = new double[numbers.rows()];
      // One row of eight is of another class, for of a pure node and its sibling nothing is asked.
      Arrays.setAll(
          classes, i -> (Math.floor(numbers.labels()[i] / 92) + (i % 8 == 0 ? 1 : 0)) % 3);
      asked += assertFloors(terms, numbers.withLabels(classes), 30, 300);
    }
    assertThat(asked).as("candidates below the roots").isGreaterThan(10);
  }

  /** Follows one tree; how many candidates of nodes below the root were sent. */
  private static int assertFloors(TreeTerms terms, Joined joined, int leastBin, int leastNode) {
    int rows = joined.rows();
    int asked = 0;
    List<Message> sums = Forests.tap();
    List<Message> descents = Forests.tap();
    fit(terms, joined, TreeRules.DEFAULT, keeping(descents), keeping(sums));
    List<NodeSums> levels = Forests.sent(NodeSums.class, sums);
    int[][] root = leftCounts(levels.get(0), terms, joined);
    assertApart(root[0], rows, leastBin);
    List<Node> level = List.of(new Node(RowSets.all(rows), byName(levels.get(0), 0, root[0])));
    for (int depth = 1; depth < levels.size(); depth++) {
      Descent descent = Forests.sent(Descent.class, descents).get(depth - 1);
      int[][] counts = leftCounts(levels.get(depth), terms, joined);
      List<Node> below = new ArrayList<>();
      int at = 0;
      int pair = 0;
      int from = 0;
      for (int i = 0; i < level.size(); i++) {
        if (descent.fates()[i] == Descent.ENDED) {
          continue;
        }
        Node parent = level.get(i);
        boolean[] bits = RowSets.read(descent.bits(), at, parent.rows().length);
        at += RowSets.bytes(bits.length);
        boolean leftSmaller = descent.fates()[i] == Descent.LEFT_IS_SMALLER;
        int[] built = RowSets.part(parent.rows(), bits, leftSmaller);
        int[] sibling = RowSets.part(parent.rows(), bits, !leftSmaller);
        Map<Integer, Integer> here = byName(levels.get(depth), from, counts[pair]);
        Map<Integer, Integer> there = new TreeMap<>();
        here.forEach((name, left) -> there.put(name, parent.leftOf(name) - left));
        assertThat(built).hasSizeBetween(leastNode, sibling.length);
        assertApart(counts[pair], built.length, leastBin);
        assertApart(
            there.values().stream().mapToInt(Integer::intValue).toArray(),
            sibling.length,
            leastBin);
        from += counts[pair].length;
        pair++;
        asked += here.size();
        Node one = new Node(built, here);
        Node other = new Node(sibling, there);
        below.addAll(leftSmaller ? List.of(one, other) : List.of(other, one));
      }
      level = below;
    }
    return asked;
  }

  private static Map<Integer, Integer> byName(NodeSums sums, int from, int[] counts) {
    Map<Integer, Integer> byName = new TreeMap<>();
    for (int i = 0; i < counts.length; i++) {
      byName.put(sums.candidates()[from + i], counts[i]);
    }
    return byName;
  }

  @Test
  void names_ofTheSameCandidates_differBetweenTrees() {
    List<Message> sums = Forests.tap();
    Joined joined = numbers(9, 600);
    TreeTerms terms = terms().objective(TreeObjective.SQUARED).maxDepth(1).maxIter(3).build();
    fit(terms, joined, TreeRules.DEFAULT, UnaryOperator.identity(), keeping(sums));
    List<List<Integer>> names = new ArrayList<>();
    for (NodeSums root : Forests.sent(NodeSums.class, sums)) {
      int[] left = leftCounts(root, terms, joined)[0];
      Map<Integer, Integer> nameOf = new TreeMap<>();
      for (int i = 0; i < left.length; i++) {
        nameOf.put(left[i], root.candidates()[i]);
      }
      assertThat(nameOf.size()).isEqualTo(left.length).isGreaterThan(10);
      names.add(List.copyOf(nameOf.values()));
    }
    assertThat(names).hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  void ciphertexts_ofAWholeFit_areNeverTheSame() {
    List<Message> sent = Forests.tap();
    fit(
        terms().build(),
        Forests.generate(400, 91, true, 1, 3),
        TreeRules.DEFAULT,
        keeping(sent),
        keeping(sent));
    List<String> all = new ArrayList<>();
    for (Message message : sent) {
      byte[] bytes =
          message instanceof GradientChunk chunk
              ? chunk.ciphertexts()
              : message instanceof NodeSums sums ? sums.ciphertexts() : new byte[0];
      for (int from = 0; from < bytes.length; from += 512) {
        all.add(HexFormat.of().formatHex(bytes, from, from + 512));
      }
    }
    assertThat(all.size()).isGreaterThan(802);
    assertThat(all.stream().distinct().count()).isEqualTo(all.size());
  }

  private static boolean isPure(int[] rows, double[] labels) {
    long ones = Arrays.stream(rows).filter(row -> labels[row] == 1).count();
    return Math.max(ones, rows.length - ones) > 0.95 * rows.length;
  }

  @Test
  void pureNodesAndTheirSiblings_areNotAskedAbout() {
    int rows = 700;
    double[] strong = new double[rows];
    double[] other = new double[rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      strong[i] = i * 37 % rows;
      other[i] = i * 61 % rows;
      labels[i] = strong[i] < 300 ? (i % 50 == 0 ? 1 : 0) : other[i] < 350 != (i % 7 == 0) ? 1 : 0;
    }
    Joined joined = new Joined(labels, List.of(new double[][] {other}, new double[][] {strong}));
    TreeTerms terms = terms().maxIter(1).build();
    List<Message> sent = Forests.tap();
    List<TreesFit> fits =
        fit(terms, joined, TreeRules.DEFAULT, keeping(sent), UnaryOperator.identity());
    List<TreeNode> tree = Forests.ensemble(fits).trees().get(0);
    assertThat(tree.get(0).owner()).isEqualTo(1);
    boolean[] left = new boolean[rows];
    for (int i = 0; i < rows; i++) {
      left[i] = fits.get(1).part().thresholds().get(0).goesLeft(strong[i]);
    }
    int[] all = RowSets.all(rows);
    int[] pure = RowSets.part(all, left, true);
    int[] sibling = RowSets.part(all, left, false);
    assertThat(isPure(pure, labels)).isTrue();
    assertThat(isPure(sibling, labels)).isFalse();
    assertThat(pure.length).isGreaterThanOrEqualTo(TreeRules.leastNodeRows(rows, terms));
    assertThat(Forests.sent(Descent.class, sent))
        .allSatisfy(descent -> assertThat(descent.fates()).containsExactly(Descent.ENDED))
        .hasSize(1);
    assertThat(fits.get(1).summary().sharedNodes()).isOne();
    // The label holder goes on in the sibling, on its own columns.
    assertThat(tree.get(tree.get(0).right()).owner()).isZero();
    assertThat(tree)
        .isEqualTo(
            JoinedTrees.of(terms, Forests.seed(), labels, joined.holders()).fit(1).trees().get(0));
  }

  @Test
  void rows_tooFew_areRefusedOnBothSidesBeforeAnythingIsSent() {
    List<Message> sent = Forests.tap();
    assertThatThrownBy(
            () ->
                fit(
                    terms().build(),
                    Forests.generate(99, 92, false, 2, 2),
                    new TreeRules(true),
                    keeping(sent),
                    keeping(sent)))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("99 training rows, at least 100 needed")
        .satisfies(e -> assertThat(e.getSuppressed()).anyMatch(PrivacyException.class::isInstance));
    assertThat(sent).isEmpty();
  }

  @Test
  void rows_tooFewForOneTree_areRefusedByTheFeatureHolder() {
    List<Message> sent = Forests.tap();
    assertThatThrownBy(
            () ->
                fit(
                    terms().maxDepth(4).build(),
                    Forests.generate(239, 93, false, 2, 2),
                    TreeRules.DEFAULT,
                    UnaryOperator.identity(),
                    keeping(sent)))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("Too few rows for trees of depth 4: 239 training rows");
    assertThat(sent).isEmpty();
  }

  @Test
  void fit_atAFeatureHoldersLimit_endsIncomplete_unlessItConsents() {
    Joined joined = Forests.generate(200, 94, false, 1, 2);
    TreeTerms terms = terms().maxIter(3).maxBins(8).build();
    List<TreesFit> limited = Forests.fit(terms, joined, null);
    for (TreesFit fit : limited) {
      assertThat(fit.summary().complete()).isFalse();
      assertThat(fit.summary().trees()).isEqualTo(1);
      assertThat(fit.summary().warnings())
          .anyMatch(line -> line.startsWith("Stopped after 1 trees of 3"));
    }
    for (TreesFit fit : Forests.fit(terms, joined, null, new TreeRules(true))) {
      assertThat(fit.summary().complete()).isTrue();
      assertThat(fit.summary().trees()).isEqualTo(3);
      assertThat(fit.summary().warnings()).isEmpty();
    }
  }

  /** As many trees as of two classes, by the number of classes. */
  @Test
  void fit_ofSeveralClasses_isLimitedByTheirNumber() {
    Joined joined = Forests.classes(1200, 98, false, 4, 1, 2);
    TreeTerms terms =
        terms().objective(TreeObjective.MULTI_CLASS).classes(4).maxIter(5).maxBins(8).build();
    for (TreesFit fit : Forests.fit(terms, joined, null)) {
      assertThat(fit.summary().trees()).isEqualTo(1200 / 30 / 4 / 4);
      assertThat(fit.summary().warnings())
          .anyMatch(line -> line.startsWith("Stopped after 2 trees of 5"));
      assertThat(fit.summary().ledger()).anyMatch(line -> line.contains(" equations on 1200 rows"));
    }
  }

  /** They are in no sum, so they hide nothing. */
  @Test
  void fit_withRowsHeldOut_isLimitedByTheOthers() {
    Joined joined = Forests.generate(400, 90, false, 1, 2);
    TreeTerms terms = terms().maxIter(5).maxBins(8).earlyStopping(0.5, 0).build();
    for (TreesFit fit : Forests.fit(terms, joined, null)) {
      assertThat(fit.summary().trees()).isEqualTo(200 / 30 / 4);
      assertThat(fit.summary().ledger()).anyMatch(line -> line.contains(" equations on 200 rows"));
    }
    assertThatThrownBy(() -> Forests.fit(terms().earlyStopping(0.75, 0).build(), joined, null))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("Too few rows for trees of depth 3: 100 training rows");
  }

  private static List<TreesSummary> summaries(TreeTerms.Builder terms) {
    return Forests.fit(terms.build(), numbers(5, 700), null).stream()
        .map(TreesFit::summary)
        .toList();
  }

  /** They are, as {@code names_ofTheSameCandidates_differBetweenTrees} counts them. */
  @Test
  void ledger_ofSecondDerivativesThatAreAlike_saysThatSumsAreCounts() {
    String again = "in the roots the same in all trees";
    TreeTerms.Builder squared = terms().objective(TreeObjective.SQUARED);
    for (TreesSummary summary : summaries(squared)) {
      assertThat(summary.ledger())
          .anyMatch(line -> line.contains("told how many rows are") && line.contains(again));
    }
    for (TreesSummary summary : summaries(squared.subsamplingRate(0.5))) {
      assertThat(summary.ledger()).anyMatch(line -> line.contains("the roots nearly the same"));
    }
    TreeTerms.Builder poisson = terms().objective(TreeObjective.POISSON);
    for (TreesSummary summary : summaries(poisson)) {
      assertThat(summary.ledger())
          .anyMatch(line -> line.contains("before the first tree, so its sums told how many rows"))
          .noneMatch(line -> line.contains(again));
    }
    for (TreesSummary summary : summaries(poisson.firstTreeAlone(true))) {
      assertThat(summary.ledger()).noneMatch(line -> line.startsWith("Second derivatives"));
    }
  }

  /** What messages 127 to 129 tell stands in the ledgers of both sides. */
  @Test
  void ledgers_ofBothSides_sayWhatFeatureHoldersLearned() {
    TreeTerms.Builder terms =
        terms().maxLeaves(3).subsamplingRate(0.8).objective(TreeObjective.SQUARED);
    List<TreesSummary> summaries = summaries(terms.earlyStopping(0.3, 2));
    for (int k = 0; k < summaries.size(); k++) {
      String holder = k == 0 ? "Feature holders learned " : "This party learned ";
      assertThat(summaries.get(k).ledger())
          .anyMatch(line -> line.startsWith(holder + "which rows are in"))
          .anyMatch(line -> line.startsWith(holder) && line.contains("is the smaller one"))
          .anyMatch(line -> line.startsWith(holder + "in which order nodes were split"))
          .anyMatch(line -> line.startsWith(holder + "which rows each of these trees was grown on"))
          .anyMatch(
              line ->
                  line.startsWith(holder + "that 2 trees were grown, and that the loss of the rows")
                      && line.contains("smallest after the first "));
    }
  }

  /** Drawn rows count several times, so sums are no counts, and the root's are others each time. */
  @Test
  void ledgers_ofRowsOfLargeDerivatives_sayWhatSumsAre() {
    TreeTerms.Builder terms = terms().goss(0.4, 0.3).objective(TreeObjective.SQUARED);
    for (TreesSummary summary : summaries(terms)) {
      assertThat(summary.ledger())
          .filteredOn(line -> line.startsWith("Second derivatives"))
          .singleElement()
          .asString()
          .contains("the drawn ones as many times as that factor")
          .doesNotContain("known again");
    }
  }

  @Test
  void rows_tooFewForSeveralClasses_areRefused() {
    Joined joined = Forests.classes(299, 99, false, 3, 1, 2);
    TreeTerms terms = terms().objective(TreeObjective.MULTI_CLASS).classes(3).build();
    assertThatThrownBy(() -> Forests.fit(terms, joined, null, new TreeRules(true)))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("299 training rows, at least 300 needed");
  }

  /** On both sides, before anything is sent. */
  @Test
  void classes_thatACiphertextHasNoRoomFor_areRefusedWithTheNumberThatItHas() {
    int most = GradientPacking.of(2048, 4000, 1).perPlaintext();
    Joined joined = Forests.generate(4000, 99, false, 1, 2);
    List<Message> sent = Forests.tap();
    TreeTerms terms = terms().objective(TreeObjective.MULTI_CLASS).classes(most + 1).build();
    assertThatThrownBy(() -> fit(terms, joined, new TreeRules(true), keeping(sent), keeping(sent)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Invalid number of classes %d for 4000 training rows: must be at most %d, which a"
                + " ciphertext under a key of 2048 bits has room for. A longer key has more",
            most + 1, most)
        .satisfies(
            e -> assertThat(e.getSuppressed()).anyMatch(ConfigurationException.class::isInstance));
    assertThat(sent).isEmpty();
  }

  @Test
  void nodes_thatNothingMaySplit_areLeaves() {
    Joined joined = Forests.generate(200, 95, true, 1, 2);
    List<TreesFit> fits =
        Forests.fit(terms().maxDepth(2).minInstancesPerNode(101).build(), joined, null);
    assertThat(Forests.ensemble(fits).trees()).hasSize(2).allMatch(tree -> tree.size() == 1);
    assertThat(fits.get(1).part().thresholds()).isEmpty();
    assertThat(fits.get(0).summary().warnings())
        .anyMatch(
            warning ->
                warning.startsWith("No tree has a split")
                    && warning.contains("fewer than 101 rows on a side"));
    assertThat(Forests.fit(terms().maxDepth(2).build(), joined, null).get(0).summary().warnings())
        .noneMatch(warning -> warning.startsWith("No tree has a split"));
  }

  /** As the reference has it. */
  private static List<TreesFit> requireEqual(Joined joined, double @Nullable [] weights) {
    TreeTerms terms = terms().maxDepth(2).maxBins(8).build();
    List<TreesFit> fits = Forests.fit(terms, joined, weights);
    Forests.requireJoined(fits, terms, 2, joined, weights);
    return fits;
  }

  @Test
  void columns_thatAreConstantOrMissing_warnAndSplitNothing() {
    Joined some = Forests.generate(200, 96, true, 2, 2);
    double[] constant = new double[200];
    double[] missing = new double[200];
    Arrays.fill(missing, Double.NaN);
    double[][] shop = {constant, some.holders().get(1)[0], missing};
    List<TreesFit> fits =
        requireEqual(new Joined(some.labels(), List.of(some.holders().get(0), shop)), null);
    assertThat(fits.get(1).summary().warnings()).contains("Constant columns split nothing: x0, x2");
    assertThat(fits.get(1).part().thresholds()).allMatch(threshold -> threshold.column() == 1);
  }

  @Test
  void weights_hugeOrTiny_areTakenAsTheyAre() {
    Joined joined = Forests.generate(200, 97, false, 1, 3);
    for (double scale : new double[] {1e12, 1e-12, 1e290, 1e-290}) {
      double[] weights = new double[200];
      Arrays.setAll(weights, i -> scale * (1 + i % 3));
      List<TreesFit> fits = requireEqual(joined, weights);
      if (scale > 1) {
        assertThat(Forests.ensemble(fits).depth()).as("weights of %s", scale).isEqualTo(2);
      }
      assertThat(fits.get(0).summary().losses()).allMatch(Double::isFinite);
    }
  }
}
