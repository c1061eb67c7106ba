// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.error.ProtocolException;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.NodeSums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees that are grown leaf by leaf are those of the joined columns. */
class LeafWiseTreesTest {
  private static TreeTerms.Builder terms(int leaves) {
    return TreeTerms.builder().maxIter(3).maxDepth(6).maxLeaves(leaves).maxBins(16);
  }

  /** Both, which must be alike to the last bit. */
  private static List<TreesFit> requireEqual(
      TreeTerms terms, Joined joined, double @Nullable [] weights) {
    List<TreesFit> fits = Forests.fit(terms, joined, weights, new TreeRules(true));
    TreeEnsemble federated = Forests.requireJoined(fits, terms, terms.maxIter(), joined, weights);
    assertThat(federated.depth()).isLessThanOrEqualTo(terms.maxDepth());
    assertThat(federated.trees())
        .allSatisfy(
            tree ->
                assertThat(tree.stream().filter(TreeNode::isLeaf).count())
                    .isLessThanOrEqualTo(terms.maxLeaves()));
    return fits;
  }

  private static long splits(List<TreesFit> fits, int owner) {
    return Forests.ensemble(fits).trees().stream()
        .flatMap(List::stream)
        .filter(node -> node.owner() == owner)
        .count();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6, 40})
  void trees_ofTwoParties_areThoseOfTheJoinedColumns(int leaves) {
    Joined joined = Forests.generate(2000, 51, true, 3, 5);
    List<TreesFit> fits = requireEqual(terms(leaves).firstTreeAlone(false).build(), joined, null);
    assertThat(splits(fits, 1)).isPositive();
    if (leaves == 6) {
      assertThat(splits(fits, 0)).isPositive();
      assertThat(Forests.ensemble(fits).trees())
          .allMatch(tree -> tree.stream().filter(TreeNode::isLeaf).count() == 6);
      // Another shape than level by level, where a tree of depth 3 has up to eight leaves.
      assertThat(Forests.ensemble(fits).depth()).isGreaterThan(3);
    }
    assertThat(fits.get(0).summary().ledger())
        .anyMatch(
            line -> line.startsWith("Feature holders learned in which order nodes were split"));
    for (TreesFit fit : fits) {
      assertThat(fit.summary().sharedNodes()).isEqualTo(fits.get(0).summary().sharedNodes());
    }
  }

  @Test
  void trees_whoseFirstIsGrownAloneOfThreeFeatureHolders() {
    Joined joined = Forests.generate(2400, 52, true, 2, 3, 2, 3);
    double[] weights = new double[joined.rows()];
    Arrays.setAll(weights, i -> 0.5 + i % 3);
    List<TreesFit> fits = requireEqual(terms(8).build(), joined, weights);
    assertThat(Forests.ensemble(fits).trees().get(0)).allMatch(node -> node.owner() <= 0);
    assertThat(splits(fits, 1) + splits(fits, 2) + splits(fits, 3)).isPositive();
  }

  @Test
  void trees_onSomeRows_areThoseOfTheJoinedColumns() {
    Joined joined = Forests.generate(2000, 53, false, 2, 4);
    requireEqual(terms(7).goss(0.3, 0.3).firstTreeAlone(false).build(), joined, null);
    requireEqual(
        terms(5).maxDepth(2).subsamplingRate(0.7).minInstancesPerNode(60).build(), joined, null);
    requireEqual(terms(5).maxIter(20).stepSize(0.9).earlyStopping(0.3, 2).build(), joined, null);
  }

  @Test
  void trees_ofNumbersAndOfClasses_areThoseOfTheJoinedColumns() {
    Joined joined = Forests.generate(1500, 54, false, 2, 4);
    double[] numbers = new double[joined.rows()];
    Arrays.setAll(numbers, i -> 7 * joined.labels()[i] + i % 5);
    requireEqual(
        terms(7).objective(TreeObjective.SQUARED).firstTreeAlone(false).build(),
        joined.withLabels(numbers),
        null);
    requireEqual(
        terms(5).objective(TreeObjective.MULTI_CLASS).classes(3).firstTreeAlone(false).build(),
        Forests.classes(2400, 55, true, 3, 2, 4),
        null);
  }

  @Test
  void trees_byOkamotoUchiyama_areThoseByPaillier() {
    Joined joined = Forests.generate(1200, 58, true, 2, 4);
    TreeTerms.Builder terms = terms(6).maxIter(2).firstTreeAlone(false);
    List<TreesFit> paillier = requireEqual(terms.build(), joined, null);
    List<TreesFit> fits =
        requireEqual(terms.scheme(TreeScheme.OKAMOTO_UCHIYAMA).build(), joined, null);
    assertThat(splits(fits, 0)).isPositive();
    assertThat(splits(fits, 1)).isPositive();
    assertThat(Forests.ensemble(fits).trees()).isEqualTo(Forests.ensemble(paillier).trees());
    assertThat(fits.get(1).part().thresholds()).isEqualTo(paillier.get(1).part().thresholds());
  }

  /** With as many leaves as fit a tree of that depth, the same splits in another order. */
  @Test
  void trees_ofAllLeaves_haveTheSplitsOfTreesLevelByLevel() {
    Joined joined = Forests.generate(1500, 56, false, 2, 4);
    TreeTerms.Builder terms = terms(8).maxDepth(3).firstTreeAlone(false);
    List<TreesFit> byLeaf = requireEqual(terms.build(), joined, null);
    List<TreesFit> byLevel =
        Forests.fit(
            terms.maxLeaves(0).build(),
            joined,
            null,
            UnaryOperator.identity(),
            UnaryOperator.identity());
    assertThat(Forests.scores(byLeaf, joined)).isEqualTo(Forests.scores(byLevel, joined));
  }

  /** No more sums than the limit of trees counts on, and none for the last split's children. */
  @Test
  void sums_ofATree_areOfFewerNodesThanItHasLeaves() {
    Joined joined = Forests.generate(2000, 57, false, 0, 4);
    TreeTerms terms = terms(5).maxIter(1).build();
    List<Message> sent = Forests.tap();
    List<TreesFit> fits =
        Forests.fit(
            terms,
            joined,
            null,
            UnaryOperator.identity(),
            channel -> TappedChannel.keepingSent(channel, sent));
    assertThat(splits(fits, 1)).isEqualTo(4);
    assertThat(TreeRules.lastNodes(terms)).isEqualTo(4);
    List<NodeSums> sums = Forests.sent(NodeSums.class, sent);
    assertThat(sums).hasSizeBetween(2, 4).allMatch(each -> each.counts().length == 1);
    // 2,000 rows hide 66 nodes of the last level.
    assertThat(TreeRules.DEFAULT.treeLimit(2000, terms, 0)).isEqualTo(66 / 4);
  }

  private static UnaryOperator<Channel> descents(UnaryOperator<List<Descent>> lie) {
    List<Descent> seen = new ArrayList<>();
    return TappedChannel.sending(
        message -> {
          if (!(message instanceof Descent descent)) {
            return message;
          }
          seen.add(descent);
          List<Descent> changed = lie.apply(seen);
          return changed.get(changed.size() - 1);
        });
  }

  private static void assertRefused(UnaryOperator<Channel> label, String message) {
    Joined joined = Forests.generate(2000, 57, false, 0, 4);
    assertThatThrownBy(
            () ->
                Forests.fit(
                    terms(3).maxIter(1).build(), joined, null, label, UnaryOperator.identity()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  @Test
  void descents_thatCannotBe_areRefused() {
    assertRefused(
        descents(seen -> List.of(new Descent(new byte[] {Descent.KEPT}, new byte[0]))),
        "keeps a node that this party has split");
    assertRefused(
        descents(seen -> List.of(new Descent(new byte[] {4}, new byte[0]))),
        "Invalid fate 4 of a node: must be 0 to 3");
    assertRefused(
        descents(
            seen -> {
              Descent last = seen.get(seen.size() - 1);
              return seen.size() < 2
                  ? seen
                  : List.of(new Descent(new byte[] {Descent.KEPT, Descent.KEPT}, last.bits()));
            }),
        "keeps a node that this party has split");
  }

  /** A column of the label holder says all; the other's nothing. */
  private static Joined ownColumnSplits() {
    double[] own = new double[1200];
    double[] other = new double[1200];
    double[] labels = new double[1200];
    for (int i = 0; i < own.length; i++) {
      own[i] = i * 7 % 1200;
      other[i] = i / 120 % 10;
      int quarter = (int) own[i] / 300;
      labels[i] = i % 10 < 2 + 2 * quarter ? 1 : 0;
    }
    return new Joined(labels, List.of(new double[][] {own}, new double[][] {other}));
  }

  private static void assertRefused(
      TreeTerms.Builder terms, int number, Descent lie, String message) {
    assertThatThrownBy(
            () ->
                Forests.fit(
                    terms.maxIter(1).firstTreeAlone(false).build(),
                    ownColumnSplits(),
                    null,
                    descents(seen -> seen.size() == number ? List.of(lie) : seen),
                    UnaryOperator.identity()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  @Test
  void descents_thatNeverEndOrGoTooFar_areRefused() {
    byte[] hundredOfAll = new byte[RowSets.bytes(1200)];
    byte[] hundredOfHalf = new byte[RowSets.bytes(600)];
    for (int i = 0; i < 100; i++) {
      RowSets.set(hundredOfAll, i);
      RowSets.set(hundredOfHalf, i);
    }
    byte small = Descent.LEFT_IS_SMALLER;
    assertRefused(
        terms(3),
        1,
        new Descent(new byte[] {Descent.KEPT}, new byte[0]),
        "keeps all nodes as they are");
    assertRefused(
        terms(3).maxDepth(1),
        1,
        new Descent(new byte[] {small}, hundredOfAll),
        "asks about a node at depth 1");
    assertRefused(
        terms(3),
        2,
        new Descent(new byte[] {small, Descent.ENDED}, hundredOfHalf),
        "asks about more nodes than a tree of 3 leaves and depth 6 has");
  }
}
