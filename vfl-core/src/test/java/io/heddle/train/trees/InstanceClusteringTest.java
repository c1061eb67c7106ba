// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.train.shared.PublicTables;
import io.heddle.train.trees.Forests.Joined;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * A curious feature holder knows no label and puts rows together by the nodes in which it has seen
 * them, after ID2Graph (Takahashi, Liu and Liu, arXiv 2307.10318), with k-means and the principal
 * axis of shared membership in place of communities of a graph. What this tells of labels is
 * compared with the same on its own columns, and with what the trees tell. The figures are in
 * docs/adr/0035-trees-rules.md.
 */
class InstanceClusteringTest {
  /** What the design allows beyond clustering on own columns. */
  private static final double LINE = 0.02;

  /**
   * What columns tell of labels.
   *
   * @param axis the area under the ROC curve of the first principal axis
   * @param clusters that of two clusters, which is the mean share of either label that is right
   * @param accuracy the share of the rows with the label of most of their cluster, of four
   */
  private record Told(double axis, double clusters, double accuracy) {
    static Told by(double[][] columns, double[] labels) {
      int[] two = Clusters.kMeans(columns, 2, 5);
      return new Told(
          Clusters.auc(Clusters.principalAxis(columns), labels),
          Clusters.auc(Arrays.stream(two).asDoubleStream().toArray(), labels),
          Clusters.accuracy(Clusters.kMeans(columns, 4, 5), labels));
    }

    @Override
    public String toString() {
      return String.format("%.3f %.3f %.3f", axis, clusters, accuracy);
    }
  }

  /**
   * Of one fit.
   *
   * @param nodes by the nodes of all trees that the feature holder saw
   * @param first by those of the first of them
   * @param own by its columns
   * @param trees the area under the ROC curve of what the trees say
   * @param pure the share of the rows that it knows to be in nodes of which more than 95 % have one
   *     label, in the tree with the most
   */
  private record Attack(Told nodes, Told first, Told own, double trees, double pure) {}

  private static Attack attack(String name, Joined joined, TreeTerms terms, TreeRules rules) {
    List<Message> received = Forests.tap();
    List<Message> sent = Forests.tap();
    List<TreesFit> fits =
        Forests.fit(
            terms,
            joined,
            null,
            rules,
            UnaryOperator.identity(),
            channel ->
                TappedChannel.recording(received).apply(TappedChannel.keepingSent(channel, sent)),
            (exchange, opened) -> Session.open(exchange, opened, Progress.NONE));
    assertThat(fits.get(0).summary().ledger())
        .anyMatch(line -> line.contains("told apart by their labels"));
    List<int[]> nodes = KnownNodes.of(joined.rows(), received, sent);
    requireTrue(terms, nodes, fits, joined);
    double[] labels = joined.labels();
    Attack attack =
        new Attack(
            Told.by(Clusters.indicators(nodes), labels),
            Told.by(Clusters.indicators(nodes.subList(0, 1)), labels),
            Told.by(Clusters.standardised(joined.holders().get(1)), labels),
            Clusters.auc(Forests.scores(fits, joined)[0], labels),
            nodes.stream().mapToDouble(places -> pure(places, labels)).max().orElseThrow());
    System.out.printf(
        "instance clustering, %s, first tree %s, step %.1f: nodes %s, first shared tree %s, own"
            + " columns %s, the trees %.3f; %.2f in pure nodes%n",
        name,
        terms.firstTreeAlone() ? "alone" : "shared",
        terms.stepSize(),
        attack.nodes(),
        attack.first(),
        attack.own(),
        attack.trees(),
        attack.pure());
    return attack;
  }

  /** The nodes are those of the trees: rows of one leaf are in one of them, and no node is tiny. */
  private static void requireTrue(
      TreeTerms terms, List<int[]> nodes, List<TreesFit> fits, Joined joined) {
    List<List<TreeNode>> trees = Forests.ensemble(fits).trees();
    int alone = trees.size() - nodes.size();
    assertThat(nodes).hasSize(fits.get(1).summary().sharedTrees());
    for (int t = 0; t < nodes.size(); t++) {
      int[] places = nodes.get(t);
      Map<Integer, Integer> ofLeaf = new HashMap<>();
      Map<Integer, Integer> rows = new HashMap<>();
      for (int i = 0; i < places.length; i++) {
        int leaf = leaf(fits, joined, trees.get(alone + t), i);
        assertThat(ofLeaf.merge(leaf, places[i], (old, same) -> old)).isEqualTo(places[i]);
        rows.merge(places[i], 1, Integer::sum);
      }
      assertThat(rows.values()).allMatch(count -> count >= TreeRules.leastBinRows(terms));
    }
  }

  /** Where a row of all parties' columns comes to in a tree: a number of a node. */
  private static int leaf(List<TreesFit> fits, Joined joined, List<TreeNode> tree, int row) {
    int at = 0;
    while (!tree.get(at).isLeaf()) {
      TreeNode node = tree.get(at);
      Threshold threshold = fits.get(node.owner()).part().thresholds().get(node.split());
      double value = joined.holders().get(node.owner())[threshold.column()][row];
      at = threshold.goesLeft(value) ? node.left() : node.right();
    }
    return at;
  }

  private static double pure(int[] places, double[] labels) {
    Map<Integer, int[]> counts = new HashMap<>();
    for (int i = 0; i < places.length; i++) {
      counts.computeIfAbsent(places[i], node -> new int[2])[labels[i] == 1 ? 1 : 0]++;
    }
    return counts.values().stream()
            .filter(two -> Math.max(two[0], two[1]) > TreeRules.MOST_PURE * (two[0] + two[1]))
            .mapToInt(two -> two[0] + two[1])
            .sum()
        / (double) labels.length;
  }

  private static double mean(List<Attack> attacks, ToDoubleFunction<Attack> figure) {
    return attacks.stream().mapToDouble(figure).average().orElseThrow();
  }

  /** With the default step of 0.3. */
  private static TreeTerms terms(int trees, int depth, boolean firstTreeAlone, int bins) {
    return builder(trees, depth, firstTreeAlone).maxBins(bins).build();
  }

  private static TreeTerms.Builder builder(int trees, int depth, boolean firstTreeAlone) {
    return TreeTerms.builder().maxIter(trees).maxDepth(depth).firstTreeAlone(firstTreeAlone);
  }

  /** Whatever protection there is, the nodes tell no more than what they were made for. */
  private static void assertNoMoreThanTheTrees(Attack attack) {
    assertThat(attack.nodes().axis()).isLessThanOrEqualTo(attack.trees());
    assertThat(attack.nodes().clusters()).isLessThanOrEqualTo(attack.trees());
  }

  /** The label holder's column tells nine labels of ten, the feature holder's columns nothing. */
  private static Joined known(int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] own = new double[rows];
    double[][] others = new double[3][rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      own[i] = random.nextDouble();
      for (double[] other : others) {
        other[i] = random.nextDouble();
      }
      labels[i] = own[i] > 0.5 == random.nextDouble() < 0.9 ? 1 : 0;
    }
    return new Joined(labels, List.of(new double[][] {own}, others));
  }

  /** One trait is in all of the feature holder's columns, and labels hang on it most. */
  private static Joined traits(int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] own = new double[rows];
    double[][] others = new double[5][rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      double trait = random.nextInt(2) - 0.5 + 0.3 * (random.nextDouble() - 0.5);
      own[i] = random.nextDouble() - 0.5;
      for (double[] other : others) {
        other[i] = trait + 1.2 * (random.nextDouble() - 0.5);
      }
      double z = 4 * trait + own[i];
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
    }
    return new Joined(labels, List.of(new double[][] {own}, others));
  }

  /** Every so many rows of a public table, from one on. */
  private static Joined table(String name, int from, int every) throws IOException {
    List<double[]> left = List.copyOf(PublicTables.read(name + "_hetero_guest.csv").values());
    List<double[]> right = List.copyOf(PublicTables.read(name + "_hetero_host.csv").values());
    int rows = (left.size() - from + every - 1) / every;
    double[] labels = new double[rows];
    double[][] own = new double[left.get(0).length - 1][rows];
    double[][] others = new double[right.get(0).length][rows];
    for (int i = 0; i < rows; i++) {
      double[] ofLabels = left.get(from + i * every);
      labels[i] = ofLabels[0];
      for (int j = 0; j < own.length; j++) {
        own[j][i] = ofLabels[j + 1];
      }
      for (int j = 0; j < others.length; j++) {
        others[j][i] = right.get(from + i * every)[j];
      }
    }
    return new Joined(labels, List.of(own, others));
  }

  /** The control: the attack works where nothing stands against it. */
  @Test
  void nodes_ofFewRowsWithoutProtection_tellLabelsThatOwnColumnsDoNot() {
    for (int seed = 0; seed < 3; seed++) {
      Attack attack =
          attack("few rows", known(240, seed), terms(4, 2, false, 32), new TreeRules(true));
      assertThat(attack.nodes().axis()).isGreaterThan(0.85);
      assertThat(attack.own().axis()).isLessThan(0.65);
      assertNoMoreThanTheTrees(attack);
    }
  }

  /** With steps as small as they are by default the second tree tells what the first would. */
  @Test
  void firstTreeAlone_takesAwayWhatTheFirstTreeTells_withWholeStepsOnly() {
    List<Attack> shared = new ArrayList<>();
    List<Attack> small = new ArrayList<>();
    List<Attack> whole = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      Joined joined = Forests.generate(1000, seed, false, 3, 3);
      shared.add(attack("generated", joined, terms(3, 3, false, 32), TreeRules.DEFAULT));
      small.add(attack("generated", joined, terms(3, 3, true, 32), TreeRules.DEFAULT));
      whole.add(
          attack("generated", joined, builder(3, 3, true).stepSize(1).build(), TreeRules.DEFAULT));
    }
    for (List<Attack> attacks : List.of(shared, small, whole)) {
      attacks.forEach(InstanceClusteringTest::assertNoMoreThanTheTrees);
    }
    assertThat(mean(small, attack -> attack.nodes().axis() - attack.own().axis()))
        .isGreaterThan(LINE);
    // The first tree itself is the same whatever the step.
    assertThat(mean(whole, attack -> attack.first().axis()))
        .isLessThan(mean(shared, attack -> attack.first().axis()) - 0.05);
  }

  /** Where own columns fall into groups as labels do, the design's line holds. */
  @Test
  void nodes_whereOwnColumnsTellLabels_tellNoMore() {
    for (int seed = 0; seed < 3; seed++) {
      Joined joined = traits(700, seed);
      for (boolean alone : new boolean[] {false, true}) {
        Attack attack = attack("traits", joined, terms(3, 3, alone, 32), TreeRules.DEFAULT);
        assertThat(attack.nodes().axis()).isLessThanOrEqualTo(attack.own().axis() + LINE);
        assertThat(attack.nodes().clusters()).isLessThanOrEqualTo(attack.own().clusters() + LINE);
        assertNoMoreThanTheTrees(attack);
      }
    }
  }

  @Test
  void nodes_ofDefaultCredit_tellMoreThanOwnColumns_andNoMoreThanTheTrees() throws IOException {
    for (boolean alone : new boolean[] {false, true}) {
      List<Attack> attacks = new ArrayList<>();
      for (int from = 0; from < 2; from++) {
        Joined joined = table("default_credit", from, 20);
        attacks.add(attack("default_credit", joined, terms(4, 3, alone, 8), TreeRules.DEFAULT));
      }
      attacks.forEach(InstanceClusteringTest::assertNoMoreThanTheTrees);
      // The design's line is not reached, and the ledger says so.
      assertThat(mean(attacks, attack -> attack.nodes().axis() - attack.own().axis()))
          .isGreaterThan(LINE);
    }
  }

  @Test
  void nodes_ofBreast_tellNoMoreThanTheTrees() throws IOException {
    Joined joined = table("breast", 0, 1);
    for (boolean alone : new boolean[] {false, true}) {
      assertNoMoreThanTheTrees(attack("breast", joined, terms(4, 3, alone, 8), TreeRules.DEFAULT));
    }
  }
}
