// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.NodeSums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A curious label holder tries to learn a feature holder's bins from sums that it has decrypted:
 * each is a linear equation on them, and it knows both derivatives of every row. The names of
 * candidates are given to it, so it links them over all trees.
 */
class TreeAttackTest {
  /** Equations on whether rows are left of one candidate. */
  private static final class Equations {
    private final List<double[]> coefficients = new ArrayList<>();
    private final List<Double> results = new ArrayList<>();

    /** Adds those of a node, if the sums of the candidate are among those that were sent. */
    void add(int rows, int[] node, Gradients gradients, boolean[] truth, Sums sent) {
      int[] left = Arrays.stream(node).filter(row -> truth[row]).toArray();
      Sums trueSums = Sums.of(left, gradients);
      for (int i = 0; i < sent.g().length / sent.outputs(); i++) {
        if (sent.isSame(i, trueSums, 0)) {
          for (int c = 0; c < sent.outputs(); c++) {
            double[] ofG = new double[rows];
            double[] ofH = new double[rows];
            for (int row : node) {
              ofG[row] = gradients.g(c, row);
              ofH[row] = gradients.h(c, row);
            }
            coefficients.add(ofG);
            results.add((double) trueSums.g()[c]);
            coefficients.add(ofH);
            results.add((double) trueSums.h()[c]);
          }
          return;
        }
      }
    }

    /** The solution by least squares that is nearest to not knowing, one half for each row. */
    double[] solve(int unknowns) {
      double[][] normal = new double[unknowns][unknowns + 1];
      for (int e = 0; e < coefficients.size(); e++) {
        double[] row = coefficients.get(e);
        double rest = results.get(e) - Arrays.stream(row).sum() / 2;
        for (int i = 0; i < unknowns; i++) {
          if (row[i] != 0) {
            for (int j = 0; j < unknowns; j++) {
              normal[i][j] += row[i] * row[j];
            }
            normal[i][unknowns] += row[i] * rest;
          }
        }
      }
      for (int i = 0; i < unknowns; i++) {
        normal[i][i] += 1e-3;
      }
      return Arrays.stream(eliminate(normal)).map(x -> x + 0.5).toArray();
    }

    private static double[] eliminate(double[][] m) {
      int n = m.length;
      for (int i = 0; i < n; i++) {
        int pivot = i;
        for (int k = i + 1; k < n; k++) {
          pivot = Math.abs(m[k][i]) > Math.abs(m[pivot][i]) ? k : pivot;
        }
        double[] swap = m[i];
        m[i] = m[pivot];
        m[pivot] = swap;
        for (int k = 0; k < n; k++) {
          double factor = m[k][i] / m[i][i];
          if (k != i && factor != 0) {
            for (int j = i; j <= n; j++) {
              m[k][j] -= factor * m[i][j];
            }
          }
        }
      }
      double[] solution = new double[n];
      Arrays.setAll(solution, i -> m[i][n] / m[i][i]);
      return solution;
    }
  }

  /**
   * A secret column of two values, another one, and labels by the label holder's and that one: of a
   * column that splits nodes the label holder is told which rows go left, by the protocol.
   */
  private static Joined joined(int rows) {
    SplittableRandom random = new SplittableRandom(11);
    double[] own = new double[rows];
    double[] secret = new double[rows];
    double[] other = new double[rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      own[i] = random.nextInt(8);
      secret[i] = random.nextInt(2);
      other[i] = random.nextInt(6);
      double z = own[i] - 3.5 + other[i] - 2.5;
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
    }
    return new Joined(labels, List.of(new double[][] {own}, new double[][] {secret, other}));
  }

  /** The share of the rows of which the attack tells the secret column's value. */
  private static double accuracy(Joined joined, TreeTerms terms, TreeRules rules) {
    List<Message> fromFeature = Forests.tap();
    List<Message> fromLabel = Forests.tap();
    List<TreesFit> fits =
        Forests.fit(
            terms,
            joined,
            null,
            rules,
            channel -> TappedChannel.keepingSent(channel, fromLabel),
            channel -> TappedChannel.keepingSent(channel, fromFeature),
            (exchange, opened) -> Session.open(exchange, opened, Progress.NONE));
    assertThat(fits.get(1).part().thresholds()).noneMatch(split -> split.column() == 0);
    int rows = joined.rows();
    boolean[] truth = new boolean[rows];
    double[] secret = joined.holders().get(1)[0];
    for (int i = 0; i < rows; i++) {
      truth[i] = secret[i] < 0.5;
    }
    double[] found = equations(terms, joined, fits, fromFeature, fromLabel, truth).solve(rows);
    int right = 0;
    for (int i = 0; i < rows; i++) {
      right += (found[i] > 0.5) == truth[i] ? 1 : 0;
    }
    return right / (double) rows;
  }

  /** As the label holder follows the trees: by its derivatives before each and who is where. */
  private static Equations equations(
      TreeTerms terms,
      Joined joined,
      List<TreesFit> fits,
      List<Message> fromFeature,
      List<Message> fromLabel,
      boolean[] truth) {
    List<NodeSums> sums = Forests.sent(NodeSums.class, fromFeature);
    List<Descent> descents = Forests.sent(Descent.class, fromLabel);
    TrainingRows labels =
        TrainingRows.of(terms.objective(), terms.classes(), joined.labels(), null, null);
    Equations equations = new Equations();
    int perTree = terms.maxDepth();
    int trees = Forests.ensemble(fits).trees().size();
    int all = joined.rows();
    int at = 0;
    for (int tree = 1; tree <= trees; tree++) {
      double[][] scores = Forests.scores(fits, joined, tree - 1);
      Gradients gradients = Gradients.of(labels, scores, terms, Forests.seed(), tree);
      int[] root = RowSets.all(all);
      add(equations, all, root, gradients, truth, sums.get(at++));
      Descent descent = perTree == 1 ? null : descents.get(tree - 1);
      if (descent != null && descent.fates()[0] != Descent.ENDED) {
        boolean[] left = RowSets.read(descent.bits(), 0, all);
        boolean leftIsBuilt = descent.fates()[0] == Descent.LEFT_IS_SMALLER;
        int[] built = RowSets.part(root, left, leftIsBuilt);
        add(equations, all, built, gradients, truth, sums.get(at++));
      }
    }
    assertThat(at).isEqualTo(sums.size());
    assertThat(equations.coefficients).hasSizeGreaterThanOrEqualTo(trees);
    return equations;
  }

  private static void add(
      Equations equations,
      int rows,
      int[] node,
      Gradients gradients,
      boolean[] truth,
      NodeSums message) {
    GradientPacking packing = GradientPacking.of(2048, rows, gradients.outputs());
    equations.add(rows, node, gradients, truth, Forests.open(message, packing, node.length));
  }

  private static TreeTerms.Builder terms() {
    return TreeTerms.builder()
        .maxBins(8)
        .rowPacking(TreesRowPacking.OFF)
        .firstTreeAlone(false)
        .gamma(8);
  }

  private static double majority(Joined joined) {
    double share = Arrays.stream(joined.holders().get(1)[0]).average().orElse(0);
    return Math.max(share, 1 - share);
  }

  /** What the limit is for: the attack of the other test works. */
  @Test
  void sumsOfManyTrees_beyondTheLimit_showTheColumn() {
    Joined joined = joined(110);
    TreeTerms terms = terms().maxIter(120).maxDepth(1).stepSize(0.2).build();
    assertThat(accuracy(joined, terms, new TreeRules(true))).isGreaterThan(0.99);
  }

  @Test
  void sumsOfAllTrees_withinTheLimit_tellNoMoreRowsThanTheLedgerSays() {
    Joined joined = joined(600);
    TreeTerms terms = terms().maxIter(100).maxDepth(2).stepSize(0.2).build();
    double accuracy = accuracy(joined, terms, TreeRules.DEFAULT);
    // 10 trees of 3 nodes: 40 equations on 600 rows, and so much the ledger says.
    double told = TreesReport.told(40, 600);
    System.out.printf(
        "a hidden column: %.3f of the rows told, %.3f said, %.3f by the majority%n",
        accuracy, told, majority(joined));
    assertThat(accuracy).isBetween(0.45, told + 3 * 0.5 / Math.sqrt(600));
  }

  /** What the ledger's figure is of: as many bits come out right, whatever the equations are. */
  @Test
  void told_byRandomEquations_isWhatTheNearestSolutionTells() {
    SplittableRandom random = new SplittableRandom(13);
    int rows = 300;
    for (int count : new int[] {20, 60, 150}) {
      int right = 0;
      int repetitions = 25;
      for (int r = 0; r < repetitions; r++) {
        boolean[] truth = new boolean[rows];
        for (int i = 0; i < rows; i++) {
          truth[i] = random.nextBoolean();
        }
        Equations equations = new Equations();
        for (int e = 0; e < count; e++) {
          double[] coefficients = new double[rows];
          Arrays.setAll(coefficients, i -> random.nextDouble(-1000, 1000));
          equations.coefficients.add(coefficients);
          equations.results.add(
              IntStream.range(0, rows)
                  .filter(i -> truth[i])
                  .mapToDouble(i -> coefficients[i])
                  .sum());
        }
        double[] found = equations.solve(rows);
        right += (int) IntStream.range(0, rows).filter(i -> (found[i] > 0.5) == truth[i]).count();
      }
      double all = rows * repetitions;
      double told = TreesReport.told(count, rows);
      assertThat(right / all).isBetween(told - 1.6 / Math.sqrt(all), told + 1.6 / Math.sqrt(all));
    }
  }

  @Test
  void told_atItsLimits() {
    assertThat(TreesReport.told(0, 100)).isEqualTo(0.5);
    assertThat(TreesReport.told(100, 100)).isOne();
    assertThat(TreesReport.told(99, 100)).isOne();
    assertThat(TreesReport.told(200, 100)).isOne();
    // Phi(1), Phi(2) and Phi(1/2) as tables have them.
    assertThat(TreesReport.told(50, 100)).isCloseTo(0.8413447461, within(1e-10));
    assertThat(TreesReport.told(80, 100)).isCloseTo(0.9772498681, within(1e-10));
    assertThat(TreesReport.told(20, 100)).isCloseTo(0.6914624613, within(1e-10));
  }

  /** Labels of three classes, of about as many rows each. */
  private static Joined ofThreeClasses(int rows) {
    Joined two = joined(rows);
    double[] own = two.holders().get(0)[0];
    double[] other = two.holders().get(1)[1];
    SplittableRandom random = new SplittableRandom(12);
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      double z = own[i] - 3.5 + other[i] - 2.5 + random.nextDouble(-2, 2);
      labels[i] = z < -1 ? 0 : z < 1 ? 1 : 2;
    }
    return two.withLabels(labels);
  }

  /** Each class is two more equations: a third of the trees of the test of two classes do. */
  @Test
  void sumsOfSeveralClasses_showTheColumnInFewerTrees() {
    Joined joined = ofThreeClasses(330);
    TreeTerms terms =
        terms()
            .objective(TreeObjective.MULTI_CLASS)
            .classes(3)
            .maxIter(120)
            .maxDepth(1)
            .stepSize(0.2)
            .build();
    assertThat(accuracy(joined, terms, new TreeRules(true))).isGreaterThan(0.99);
  }

  @Test
  void sumsOfSeveralClasses_withinTheLimit_tellNoMoreRowsThanTheLedgerSays() {
    Joined joined = ofThreeClasses(900);
    TreeTerms terms =
        terms()
            .objective(TreeObjective.MULTI_CLASS)
            .classes(3)
            .maxIter(100)
            .maxDepth(2)
            .stepSize(0.2)
            .build();
    double accuracy = accuracy(joined, terms, TreeRules.DEFAULT);
    // 5 trees of 3 nodes and 3 classes: 60 equations on 900 rows.
    double told = TreesReport.told(60, 900);
    System.out.printf(
        "a hidden column, three classes: %.3f of the rows told, %.3f said, %.3f by the majority%n",
        accuracy, told, majority(joined));
    assertThat(accuracy).isBetween(0.45, told + 3 * 0.5 / Math.sqrt(900));
  }
}
