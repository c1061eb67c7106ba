// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.error.DataException;
import io.heddle.error.ProtocolException;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import io.heddle.train.trees.TreeMessage.TreeRows;
import io.heddle.train.trees.TreeMessage.TreesAgreed;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Trees of all parties in turn with trees of the label holder alone. */
class AlternatingTreesTest {
  private static TreeTerms.Builder terms() {
    return TreeTerms.builder().maxIter(5).maxDepth(3).maxBins(8).alternate(true);
  }

  private static boolean isAlone(List<TreeNode> tree) {
    return tree.stream().allMatch(node -> node.owner() <= 0);
  }

  /** The numbers of the trees in which feature holders split a node. */
  private static List<Integer> shared(List<TreesFit> fits) {
    List<List<TreeNode>> trees = Forests.ensemble(fits).trees();
    return IntStream.rangeClosed(1, trees.size())
        .filter(number -> !isAlone(trees.get(number - 1)))
        .boxed()
        .toList();
  }

  @Test
  void trees_firstAlone_areInTurnThoseOfTheJoinedColumnsAndOfTheLabelHolders() {
    Joined joined = Forests.generate(1200, 71, true, 3, 4);
    List<TreesFit> fits = Forests.requireEqual(terms().build(), joined, TreeRules.DEFAULT);
    assertThat(shared(fits)).containsExactly(2, 4);
    for (TreesFit fit : fits) {
      assertThat(fit.summary().trees()).isEqualTo(5);
      assertThat(fit.summary().sharedTrees()).isEqualTo(2);
      assertThat(fit.summary().sharedNodes()).isEqualTo(fits.get(0).summary().sharedNodes());
    }
    assertThat(fits.get(0).summary().ledger())
        .contains(
            "In 3 of 5 trees feature holders were not asked, and nothing of these trees was sent");
  }

  @Test
  void trees_firstShared_ofThreePartiesLeafByLeafOnSomeRows() {
    Joined joined = Forests.generate(1500, 72, false, 2, 3, 3);
    TreeTerms terms =
        terms()
            .firstTreeAlone(false)
            .maxLeaves(6)
            .maxDepth(5)
            .subsamplingRate(0.8)
            .maxIter(4)
            .build();
    List<TreesFit> fits = Forests.requireEqual(terms, joined, new TreeRules(true));
    assertThat(shared(fits)).containsExactly(1, 3);
    assertThat(fits.get(1).summary().trees()).isEqualTo(4);
    assertThat(fits.get(1).summary().sharedTrees()).isEqualTo(2);
  }

  @Test
  void messages_ofTreesThatTheLabelHolderGrowsAlone_areNone() {
    List<Message> sent = Forests.tap();
    Forests.fit(
        terms().maxDepth(2).build(),
        Forests.generate(300, 73, false, 2, 2),
        null,
        channel -> TappedChannel.keepingSent(channel, sent),
        UnaryOperator.identity());
    assertThat(Forests.sent(GradientChunk.class, sent)).filteredOn(m -> m.number() == 0).hasSize(2);
  }

  @Test
  void earlyStopping_inAnyTree_endsBothSides() {
    boolean beforeShared = false;
    boolean beforeAlone = false;
    for (int rounds = 1; rounds <= 4; rounds++) {
      Joined joined = Forests.generate(400, 74, false, 2, 3);
      TreeTerms terms =
          terms().maxIter(40).maxDepth(2).stepSize(1).earlyStopping(0.4, rounds).build();
      List<Message> sent = Forests.tap();
      List<TreesFit> fits =
          Forests.fit(
              terms,
              joined,
              null,
              channel -> TappedChannel.keepingSent(channel, sent),
              UnaryOperator.identity());
      TreesSummary summary = fits.get(0).summary();
      assertThat(summary.trees()).isLessThan(40);
      assertThat(Forests.ensemble(fits).trees())
          .isEqualTo(
              JoinedTrees.of(terms, Forests.seed(), joined.labels(), joined.holders())
                  .fit(40)
                  .trees());
      assertThat(fits.get(1).summary().sharedTrees()).isEqualTo(summary.sharedTrees());
      assertThat(fits.get(1).summary().trees()).isEqualTo(summary.trees());
      Forests.requireOnlySplitsOfTheTrees(fits);
      assertThat(Forests.sent(TreeRows.class, sent))
          .filteredOn(rows -> rows.bits().length == 0)
          .hasSize(1);
      beforeShared |= summary.trees() % 2 == 1;
      beforeAlone |= summary.trees() % 2 == 0;
    }
    assertThat(beforeShared && beforeAlone).as("both ways to end").isTrue();
  }

  /** 1,200 rows hide two trees of depth 5. */
  @Test
  void limit_ofAFeatureHolder_countsOnlyTreesThatAskIt() {
    Joined joined = Forests.generate(1200, 75, false, 3, 3);
    TreeTerms terms = terms().maxDepth(5).maxIter(9).build();
    assertThat(TreeRules.DEFAULT.treeLimit(1200, terms, 0)).isEqualTo(2);
    List<TreesFit> fits = Forests.requireEqual(terms, joined, TreeRules.DEFAULT);
    // The first, two that ask, and one after each of them.
    assertThat(Forests.ensemble(fits).trees()).hasSize(5);
    for (TreesFit fit : fits) {
      assertThat(fit.summary().complete()).isFalse();
      assertThat(fit.summary().sharedTrees()).isEqualTo(2);
    }
  }

  @Test
  void agreed_onMoreTreesThanAFeatureHolderAllows_isRefused() {
    Joined joined = Forests.generate(1200, 75, false, 3, 3);
    assertThatThrownBy(
            () ->
                Forests.fit(
                    terms().maxDepth(5).build(),
                    joined,
                    null,
                    TreeRules.DEFAULT,
                    TappedChannel.sending(
                        message ->
                            message instanceof TreesAgreed ? new TreesAgreed(1, 5, 1) : message),
                    UnaryOperator.identity(),
                    (exchange, opened) -> Session.open(exchange, opened, Progress.NONE)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("wants to ask in the trees 1 to 5: at most 2 are allowed here");
  }

  @Test
  void labelHolder_withoutColumnsThatSplit_isToldBeforeAnythingIsSent() {
    for (double[][] own : List.of(new double[0][], new double[1][300])) {
      Joined two = Forests.generate(300, 76, false, 1, 3);
      Joined joined = new Joined(two.labels(), List.of(own, two.holders().get(1)));
      List<Message> sent = Forests.tap();
      assertThatThrownBy(
              () ->
                  Forests.fit(
                      terms().maxDepth(2).build(),
                      joined,
                      null,
                      channel -> TappedChannel.keepingSent(channel, sent),
                      UnaryOperator.identity()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("sharedTrees must be all");
      assertThat(sent).isEmpty();
      assertThatThrownBy(
              () ->
                  JoinedTrees.of(terms().build(), Forests.seed(), joined.labels(), joined.holders())
                      .fit(1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void turns_atTheirLimits() {
    TreeTerms alternate = terms().maxIter(10).build();
    TreeTerms all = terms().maxIter(10).alternate(false).build();
    assertThat(SharedTrees.last(all, 2, 3)).isEqualTo(4);
    assertThat(SharedTrees.last(alternate, 2, 3)).isEqualTo(7);
    assertThat(SharedTrees.last(alternate, 1, 3)).isEqualTo(6);
    assertThat(SharedTrees.last(alternate, 2, Integer.MAX_VALUE)).isEqualTo(10);
    assertThat(SharedTrees.last(alternate, 2, 0)).isEqualTo(1);
    for (int first = 1; first <= 2; first++) {
      for (int last = 0; last <= 6; last++) {
        for (int every = 1; every <= 2; every++) {
          SharedTrees turns = new SharedTrees(first, last, every);
          List<Integer> asked =
              IntStream.rangeClosed(0, 9).filter(turns::isShared).boxed().toList();
          assertThat(turns.count()).isEqualTo(asked.size());
          int most = last;
          for (int grown = 0; grown < 6; grown++) {
            int from = grown;
            int next = turns.after(grown);
            assertThat(next).isGreaterThan(grown);
            assertThat(asked.stream().filter(number -> number > from).findFirst().orElse(most + 1))
                .isEqualTo(Math.min(next, most + 1));
          }
        }
      }
    }
    assertThat(alternate.mostSharedTrees()).isEqualTo(5);
    assertThat(terms().maxIter(1).build().mostSharedTrees()).isZero();
    assertThat(terms().maxIter(1).firstTreeAlone(false).build().mostSharedTrees()).isEqualTo(1);
  }
}
