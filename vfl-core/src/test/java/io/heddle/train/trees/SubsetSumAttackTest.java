// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.NodeSums;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A curious label holder looks for the rows on the left of a candidate in one node: it has their
 * two sums, and knows both derivatives of each row. A node is solved if one subset of its rows
 * alone has the sums of a candidate.
 *
 * <p>The sums of derivatives that fill their 16 bits, which tell most, are about 36 + log2(n / 9)
 * bits for a subset of n rows, since each sum spreads with the root of n. A node of n rows has 2^n
 * subsets, so nodes of up to some 35 rows are solved, and those of more than 40 are not. At the
 * floors, 100 rows of which 10 are on a side, there are C(100, 10) = 2^44 subsets of ten rows for
 * 37 bits even if someone told how many there are, and 2^100 for 40 bits in the middle: a hundred
 * subsets or more for each pair of sums.
 *
 * <p>What this does not say. A column that goes with the labels has sums at the edge of what any
 * rows can have, and these are of one subset only (the last test): whoever sees them knows it, as
 * from a split by it. A candidate by which an earlier tree was split is known by that split, and
 * its sums in later trees are of its rows alone (rows of equal derivatives are all on one side).
 * And it is of one candidate: of ten stretches of ten rows whose candidates are all linked there
 * are 2^307, fewer than their sums have bits (nine times 37), so that only the search protects
 * these; names and {@link TreeAttackTest} are about that.
 */
class SubsetSumAttackTest {
  private static final int AT_FLOOR = 100;
  private static final int MOST_EXCHANGES = 1 << 20;

  /** Both numbers as one, of which sums are sums of both: those of h stay far below 2^31. */
  private static long pair(long g, long h) {
    return (g << 32) + h;
  }

  private static long[] pairs(Gradients gradients, int rows) {
    return IntStream.range(0, rows)
        .mapToLong(row -> pair(gradients.g(0, row), gradients.h(0, row)))
        .toArray();
  }

  private static long[] pick(long[] rows, IntPredicate which) {
    return IntStream.range(0, rows.length).filter(which).mapToLong(row -> rows[row]).toArray();
  }

  /** How many pairs of one number of each list have a sum; sorts both. */
  private static long ways(long[] first, long[] second, long sum) {
    Arrays.sort(first);
    Arrays.sort(second);
    long ways = 0;
    int i = 0;
    int j = second.length - 1;
    while (i < first.length && j >= 0) {
      long both = first[i] + second[j];
      if (both < sum) {
        i++;
      } else if (both > sum) {
        j--;
      } else {
        int nextI = i;
        while (nextI < first.length && first[nextI] == first[i]) {
          nextI++;
        }
        int nextJ = j;
        while (nextJ >= 0 && second[nextJ] == second[j]) {
          nextJ--;
        }
        ways += (long) (nextI - i) * (j - nextJ);
        i = nextI;
        j = nextJ;
      }
    }
    return ways;
  }

  /** The sums of all subsets. */
  private static long[] allSums(long[] rows) {
    long[] sums = new long[1 << rows.length];
    for (int subset = 1; subset < sums.length; subset++) {
      sums[subset] = sums[subset & (subset - 1)] + rows[Integer.numberOfTrailingZeros(subset)];
    }
    return sums;
  }

  /**
   * The attack: how many subsets of few rows have a sum (Horowitz and Sahni, J. ACM 21-2, 1974).
   */
  private static long solutions(long[] rows, long sum) {
    int half = rows.length / 2;
    return ways(
        allSums(Arrays.copyOf(rows, half)),
        allSums(Arrays.copyOfRange(rows, half, rows.length)),
        sum);
  }

  /** The sums of all subsets of so many rows. */
  private static long[] sumsOf(int count, long[] rows) {
    long[] sums = {0};
    int[] next = {0};
    for (int step = 0; step < count; step++) {
      int size = Arrays.stream(next).map(from -> rows.length - from).sum();
      long[] longer = new long[size];
      int[] after = new int[size];
      int at = 0;
      for (int i = 0; i < sums.length; i++) {
        for (int row = next[i]; row < rows.length; row++) {
          longer[at] = sums[i] + rows[row];
          after[at++] = row + 1;
        }
      }
      sums = longer;
      next = after;
    }
    return sums;
  }

  /**
   * What changes if up to so many rows of one kind give place to as many of the other; none first.
   */
  private static long[] exchanges(long[] gone, long[] come, int most) {
    long[] found = new long[MOST_EXCHANGES];
    int size = 1;
    for (int count = 1; count <= most; count++) {
      long[] coming = sumsOf(count, come);
      for (long going : sumsOf(count, gone)) {
        for (long sum : coming) {
          if (size == found.length) {
            return found;
          }
          found[size++] = sum - going;
        }
      }
    }
    return Arrays.copyOf(found, size);
  }

  /**
   * Whether no other rows are found that have the same sums as those on the left: found, not there
   * are, for all subsets of a hundred rows are too many. Others are as many rows as these, so that
   * who knows how many there are cannot tell them apart either.
   */
  private static boolean isSolved(long[] rows, boolean[] left) {
    boolean[] isFirst = new boolean[rows.length];
    int[] seen = new int[2];
    for (int row = 0; row < rows.length; row++) {
      isFirst[row] = seen[left[row] ? 1 : 0]++ % 2 == 0;
    }
    for (int most = 1; most <= 5; most++) {
      long[] first =
          exchanges(
              pick(rows, row -> isFirst[row] && left[row]),
              pick(rows, row -> isFirst[row] && !left[row]),
              most);
      long[] second =
          exchanges(
              pick(rows, row -> !isFirst[row] && left[row]),
              pick(rows, row -> !isFirst[row] && !left[row]),
              most);
      // One way is to exchange nothing.
      if (ways(first, second, 0) > 1) {
        return false;
      }
    }
    return true;
  }

  /** Of rows that differ as much as they can: any probability for either label. */
  private static Gradients different(int rows, SplittableRandom random) {
    double[] labels = new double[rows];
    double[][] scores = new double[1][rows];
    for (int i = 0; i < rows; i++) {
      labels[i] = i % 2;
      double p = random.nextDouble(0.001, 0.999);
      scores[0][i] = Math.log(p / (1 - p));
    }
    TreeTerms terms = TreeTerms.builder().build();
    TrainingRows known = TrainingRows.of(terms.objective(), terms.classes(), labels, null, null);
    return Gradients.of(known, scores, terms, Forests.seed(), 1);
  }

  private static boolean[] drawn(int rows, int count, SplittableRandom random) {
    boolean[] left = new boolean[rows];
    for (int i = 0; i < count; ) {
      int row = random.nextInt(rows);
      i += left[row] ? 0 : 1;
      left[row] = true;
    }
    return left;
  }

  private static long sum(long[] rows, boolean[] left) {
    return Arrays.stream(pick(rows, row -> left[row])).sum();
  }

  /** What the floors are for: the attack works. */
  @ParameterizedTest
  @ValueSource(ints = {12, 20, 26})
  void nodes_farBelowTheFloor_areSolved(int rows) {
    SplittableRandom random = new SplittableRandom(rows);
    int solved = 0;
    for (int node = 0; node < 20; node++) {
      long[] known = pairs(different(rows, random), rows);
      boolean[] left = drawn(rows, rows / 2, random);
      solved += solutions(known, sum(known, left)) == 1 ? 1 : 0;
    }
    assertThat(solved).isEqualTo(20);
  }

  /** Where it ends. */
  @Test
  void nodes_ofFortyTwoRows_haveOtherSubsetsOfTheSameSums() {
    SplittableRandom random = new SplittableRandom(42);
    for (int node = 0; node < 3; node++) {
      long[] known = pairs(different(42, random), 42);
      assertThat(solutions(known, sum(known, drawn(42, 21, random)))).isGreaterThan(1);
    }
  }

  /** Both ways to look for others say the same where the one looks at all of them. */
  @Test
  void isSolved_fewRows_isNeverToldOfOthersWhereThereAreNone() {
    SplittableRandom random = new SplittableRandom(5);
    int solved = 0;
    for (int node = 0; node < 200; node++) {
      // Numbers of few bits, so that some subsets have equal sums.
      long[] known = random.ints(14, 0, 40).mapToLong(g -> pair(g, random.nextInt(40))).toArray();
      boolean[] left = drawn(14, 3 + node % 9, random);
      boolean isOnly = solutions(known, sum(known, left)) == 1;
      if (!isSolved(known, left)) {
        assertThat(isOnly).isFalse();
      }
      solved += isOnly ? 1 : 0;
    }
    assertThat(solved).isBetween(1, 199);
  }

  @ParameterizedTest
  @CsvSource({"10, 6", "11, 6", "30, 3", "50, 3", "90, 6"})
  void nodes_atTheFloor_areSolvedInNone(int rowsOnTheLeft, int nodes) {
    assertThat(TreeRules.leastNodeRows(AT_FLOOR, TreeTerms.builder().build())).isEqualTo(AT_FLOOR);
    assertThat(TreeRules.leastBinRows(TreeTerms.builder().build())).isEqualTo(10);
    SplittableRandom random = new SplittableRandom(rowsOnTheLeft);
    int solved = 0;
    for (int node = 0; node < nodes; node++) {
      long[] known = pairs(different(AT_FLOOR, random), AT_FLOOR);
      solved += isSolved(known, drawn(AT_FLOOR, rowsOnTheLeft, random)) ? 1 : 0;
    }
    assertThat(solved).isZero();
  }

  /**
   * Columns of five values with 20 rows each at the feature holder, and labels by these and
   * another.
   */
  private static Joined joined() {
    SplittableRandom random = new SplittableRandom(17);
    double[][] own = new double[1][AT_FLOOR];
    double[][] theirs = new double[2][AT_FLOOR];
    double[] labels = new double[AT_FLOOR];
    for (int i = 0; i < AT_FLOOR; i++) {
      own[0][i] = random.nextInt(8);
      theirs[0][i] = i % 5;
      theirs[1][i] = Math.floor(i / 20.0);
      double z = (own[0][i] - 3.5) / 2 + theirs[0][i] - theirs[1][i];
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
    }
    return new Joined(labels, List.of(own, theirs));
  }

  /** Which rows the sums of a candidate are of; whichever, if these are of several cuts. */
  private static boolean[] truth(Joined joined, long[] known, long sum) {
    for (double[] column : joined.holders().get(1)) {
      for (int cut = 0; cut < 4; cut++) {
        boolean[] left = new boolean[AT_FLOOR];
        for (int row = 0; row < AT_FLOOR; row++) {
          left[row] = column[row] <= cut;
        }
        if (sum(known, left) == sum) {
          return left;
        }
      }
    }
    throw new AssertionError("A candidate's sums are of no cut's rows");
  }

  /** Whether one of the first trees is split so: which rows go left is then no secret. */
  private static boolean isTold(List<TreesFit> fits, Joined joined, int trees, boolean[] left) {
    for (List<TreeNode> tree : Forests.ensemble(fits).trees().subList(0, trees)) {
      TreeNode root = tree.get(0);
      if (!root.isLeaf() && root.owner() == 1) {
        Threshold split = fits.get(1).part().thresholds().get(root.split());
        double[] column = joined.holders().get(1)[split.column()];
        boolean[] told = new boolean[column.length];
        for (int row = 0; row < told.length; row++) {
          told[row] = split.goesLeft(column[row]);
        }
        if (Arrays.equals(told, left)) {
          return true;
        }
      }
    }
    return false;
  }

  /** The sums that cross in trees on a hundred rows, opened. */
  @Test
  void nodesOfAFit_atTheFloor_areSolvedInNone() {
    Joined joined = joined();
    TreeTerms terms =
        TreeTerms.builder()
            .maxBins(8)
            .maxIter(4)
            .maxDepth(1)
            .stepSize(0.5)
            .rowPacking(TreesRowPacking.OFF)
            .firstTreeAlone(false)
            .build();
    List<Message> fromFeature = Forests.tap();
    List<TreesFit> fits =
        Forests.fit(
            terms,
            joined,
            null,
            new TreeRules(true),
            UnaryOperator.identity(),
            channel -> TappedChannel.keepingSent(channel, fromFeature),
            (exchange, opened) -> Session.open(exchange, opened, Progress.NONE));
    List<NodeSums> nodes = Forests.sent(NodeSums.class, fromFeature);
    assertThat(nodes).hasSize(4);
    TrainingRows labels =
        TrainingRows.of(terms.objective(), terms.classes(), joined.labels(), null, null);
    int solved = 0;
    for (int tree = 1; tree <= nodes.size(); tree++) {
      double[][] scores = Forests.scores(fits, joined, tree - 1);
      Gradients gradients = Gradients.of(labels, scores, terms, Forests.seed(), tree);
      long[] known = pairs(gradients, AT_FLOOR);
      Sums sums = Forests.open(nodes.get(tree - 1), GradientPacking.of(terms, AT_FLOOR), AT_FLOOR);
      assertThat(sums.g()).hasSize(8);
      boolean anySolved = false;
      for (int i = 0; i < sums.g().length; i++) {
        boolean[] left = truth(joined, known, pair(sums.g()[i], sums.h()[i]));
        anySolved |= !isTold(fits, joined, tree - 1, left) && isSolved(known, left);
      }
      solved += anySolved ? 1 : 0;
    }
    assertThat(solved).isZero();
  }

  /** What no floor helps against: no other rows have so large a sum as all that are above zero. */
  @Test
  void column_thatIsTheLabels_isTold() {
    Gradients gradients = different(AT_FLOOR, new SplittableRandom(3));
    long most = 0;
    long ofColumn = 0;
    for (int row = 0; row < AT_FLOOR; row++) {
      assertThat(gradients.g(0, row)).isNotZero();
      most += Math.max(0, gradients.g(0, row));
      ofColumn += row % 2 == 0 ? gradients.g(0, row) : 0;
    }
    assertThat(ofColumn).isEqualTo(most);
  }
}
