// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import io.heddle.train.trees.TreeMessage.NodeSums;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Trees whose leaves have a value for each class are those of the joined columns. */
class MultiClassTreesTest {
  private static TreeTerms.Builder terms(int classes) {
    return TreeTerms.builder()
        .objective(TreeObjective.MULTI_CLASS)
        .classes(classes)
        .maxIter(3)
        .maxDepth(3)
        .maxBins(16);
  }

  /** Both, which must be alike to the last bit. */
  private static List<TreesFit> requireEqual(
      TreeTerms terms, Joined joined, double @Nullable [] weights) {
    List<TreesFit> fits = Forests.fit(terms, joined, weights, new TreeRules(true));
    TreeEnsemble federated = Forests.requireJoined(fits, terms, terms.maxIter(), joined, weights);
    assertThat(federated.trees())
        .allSatisfy(
            tree ->
                assertThat(tree)
                    .allSatisfy(
                        node ->
                            assertThat(node.values())
                                .hasSize(node.isLeaf() ? terms.classes() : 0)));
    return fits;
  }

  private static boolean splits(List<TreesFit> fits, int owner) {
    return Forests.ensemble(fits).trees().stream()
        .anyMatch(tree -> tree.stream().anyMatch(node -> node.owner() == owner));
  }

  @Test
  void trees_ofTwoParties_areThoseOfTheJoinedColumns() {
    Joined joined = Forests.classes(2400, 31, false, 3, 3, 4);
    List<TreesFit> fits = requireEqual(terms(3).firstTreeAlone(false).build(), joined, null);
    assertThat(splits(fits, 0)).isTrue();
    assertThat(splits(fits, 1)).isTrue();
    assertThat(fits.get(0).summary().losses())
        .isSortedAccordingTo(Comparator.reverseOrder())
        .hasSize(4);
    assertThat(fits.get(0).summary().ledger())
        .anyMatch(line -> line.startsWith("Feature holders know that labels are of 3 classes"))
        .anyMatch(line -> line.contains("at least 30 rows"));
  }

  @Test
  void trees_withMissingValuesAndWeights_areThoseOfTheJoinedColumns() {
    Joined joined = Forests.classes(2400, 32, true, 4, 3, 5);
    double[] weights = new double[joined.rows()];
    Arrays.setAll(weights, i -> 0.25 * (i % 5));
    List<TreesFit> fits = requireEqual(terms(4).build(), joined, weights);
    assertThat(fits.get(1).part().thresholds()).isNotEmpty();
    assertThat(Forests.ensemble(fits).trees().get(0)).allMatch(node -> node.owner() <= 0);
  }

  @Test
  void trees_ofThreeFeatureHoldersAndNoColumnsAtTheLabelHolder() {
    Joined joined = Forests.classes(2400, 33, true, 3, 0, 3, 2, 3);
    List<TreesFit> fits = requireEqual(terms(3).build(), joined, null);
    assertThat(splits(fits, 1) && splits(fits, 2) && splits(fits, 3)).isTrue();
  }

  @Test
  void trees_onRowsOfLargeDerivatives_areThoseOfTheJoinedColumns() {
    Joined joined = Forests.classes(2400, 34, true, 3, 3, 6);
    List<TreesFit> fits =
        requireEqual(terms(3).goss(0.3, 0.2).firstTreeAlone(false).build(), joined, null);
    assertThat(splits(fits, 1)).isTrue();
    requireEqual(terms(3).subsamplingRate(0.6).minInstancesPerNode(70).build(), joined, null);
  }

  @Test
  void earlyStopping_keepsTheTreesBeforeTheLossOfHeldOutRowsGrew() {
    Joined joined = Forests.classes(1200, 35, false, 3, 2, 3);
    TreeTerms terms = terms(3).maxIter(40).stepSize(0.8).earlyStopping(0.4, 2).build();
    List<TreesFit> fits = requireEqual(terms, joined, null);
    TreesSummary summary = fits.get(0).summary();
    List<Double> losses = summary.heldOutLosses();
    int best = losses.indexOf(losses.stream().min(Comparator.naturalOrder()).orElseThrow());
    assertThat(Forests.ensemble(fits).trees()).hasSize(best);
    assertThat(summary.trees()).isLessThan(40).isEqualTo(best + 2);
  }

  @Test
  void weights_hugeOrTiny_areTakenAsTheyAre() {
    Joined joined = Forests.classes(600, 36, false, 3, 1, 3);
    for (double scale : new double[] {1e12, 1e-290, 1e290}) {
      double[] weights = new double[joined.rows()];
      Arrays.setAll(weights, i -> scale * (1 + i % 3));
      TreeTerms terms = terms(3).maxIter(2).maxDepth(2).firstTreeAlone(false).build();
      List<TreesFit> fits = requireEqual(terms, joined, weights);
      assertThat(fits.get(0).summary().losses()).allMatch(Double::isFinite);
    }
  }

  /** A class of few rows is as good as another one. */
  @Test
  void trees_withARareClass_areThoseOfTheJoinedColumns() {
    Joined joined = Forests.classes(1500, 37, false, 4, 2, 4);
    double[] labels = joined.labels().clone();
    for (int i = 0; i < labels.length; i++) {
      labels[i] = labels[i] == 3 && i % 40 != 0 ? 2 : labels[i];
    }
    requireEqual(terms(4).firstTreeAlone(false).build(), joined.withLabels(labels), null);
  }

  @Test
  void losses_areThoseOfTheModelsParts() {
    Joined joined = Forests.classes(1500, 38, true, 5, 2, 4);
    List<TreesFit> fits = requireEqual(terms(5).build(), joined, null);
    double[][] scores = Forests.scores(fits, joined);
    double loss = 0;
    for (int i = 0; i < joined.rows(); i++) {
      double sum = 0;
      for (double[] ofClass : scores) {
        sum += Math.exp(ofClass[i]);
      }
      loss -= Math.log(Math.exp(scores[(int) joined.labels()[i]][i]) / sum) / joined.rows();
    }
    List<Double> losses = fits.get(0).summary().losses();
    assertThat(loss).isCloseTo(losses.get(losses.size() - 1), within(1e-12));
  }

  /** However many classes fill it: with the most that fit, a sum fills a plaintext alone. */
  @Test
  void trees_ofAsManyClassesAsFit_haveOneCiphertextPerRowAndCandidate() {
    int rows = 3500;
    int classes = GradientPacking.of(2048, rows, 1).perPlaintext();
    Joined joined = Forests.classes(rows, 39, false, classes, 1, 2);
    TreeTerms terms =
        terms(classes).maxIter(1).maxDepth(2).maxBins(6).firstTreeAlone(false).build();
    List<Message> fromLabel = Forests.tap();
    List<Message> fromFeature = Forests.tap();
    List<TreesFit> fits =
        Forests.fit(
            terms,
            joined,
            null,
            channel -> TappedChannel.keepingSent(channel, fromLabel),
            channel -> TappedChannel.keepingSent(channel, fromFeature));
    assertThat(Forests.ensemble(fits).trees())
        .isEqualTo(
            JoinedTrees.of(terms, Forests.seed(), joined.labels(), joined.holders())
                .fit(1)
                .trees());
    int bytes = 512;
    assertThat(
            Forests.sent(GradientChunk.class, fromLabel).stream()
                .mapToInt(chunk -> chunk.ciphertexts().length)
                .sum())
        .isEqualTo(rows * bytes);
    assertThat(Forests.sent(NodeSums.class, fromFeature))
        .isNotEmpty()
        .allSatisfy(
            sums -> assertThat(sums.ciphertexts()).hasSize(sums.candidates().length * bytes));
  }

  /**
   * Three classes take a third of the candidates of a ciphertext, and no more rows' ciphertexts.
   */
  @Test
  void ciphertexts_ofSums_areSharedByAsManyCandidatesAsFit() {
    Joined joined = Forests.classes(1200, 40, false, 3, 1, 4);
    List<Message> sent = Forests.tap();
    Forests.fit(
        terms(3).maxIter(1).firstTreeAlone(false).build(),
        joined,
        null,
        UnaryOperator.identity(),
        channel -> TappedChannel.keepingSent(channel, sent));
    int perPlaintext = GradientPacking.of(2048, 1200, 1).perPlaintext() / 3;
    assertThat(perPlaintext).isEqualTo(12);
    for (NodeSums sums : Forests.sent(NodeSums.class, sent)) {
      int count = sums.candidates().length;
      assertThat(sums.ciphertexts()).hasSize((count + perPlaintext - 1) / perPlaintext * 512);
    }
  }
}
