// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Channel;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.party.PartyId;
import io.heddle.session.PinnedSession;
import io.heddle.train.trees.TreeMessage.NodeSums;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees on columns of several parties are those of training on the joined columns. */
class FederatedTreesTest {
  private static TreeTerms.Builder terms() {
    return TreeTerms.builder().maxIter(3).maxDepth(3).maxBins(16);
  }

  /** Both, which must be alike to the last bit. */
  private static List<TreesFit> requireEqual(
      TreeTerms terms, Forests.Joined joined, double @Nullable [] weights) {
    List<TreesFit> fits = Forests.fit(terms, joined, weights);
    int trees = Forests.ensemble(fits).trees().size();
    Forests.requireJoined(fits, terms, trees, joined, weights);
    return fits;
  }

  private static final Parties.Opening PINNED =
      (exchange, opened) -> PinnedSession.open(exchange, opened, "secret", "nonce");

  /** As above where feature holders choose columns, of which the reference is told. */
  private static List<TreesFit> requireEqualSampled(TreeTerms terms, Forests.Joined joined) {
    List<TreesFit> fits =
        Forests.fit(
            terms,
            joined,
            null,
            new TreeRules(true),
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            PINNED);
    TreeEnsemble federated = Forests.ensemble(fits);
    TreeEnsemble reference =
        JoinedTrees.of(terms, Forests.seed(), joined.labels(), joined.holders())
            .withChoice(choices(terms, joined))
            .fit(terms.maxIter());
    assertThat(federated.trees()).isEqualTo(reference.trees());
    assertThat(federated.trees()).isNotEmpty();
    return fits;
  }

  private static JoinedTrees.ColumnChoice choices(TreeTerms terms, Forests.Joined joined) {
    Map<PartyId, Parties.Code<int[][]>> code = new TreeMap<>();
    code.put(
        Forests.BANK,
        session -> {
          Channel unused = Forests.begin(session, terms);
          return new int[0][];
        });
    for (int k = 1; k < joined.holders().size(); k++) {
      int columns = joined.holders().get(k).length;
      code.put(
          Forests.featureHolder(k),
          session -> {
            Channel fit = Forests.begin(session, terms);
            int[][] chosen = new int[terms.maxIter() + 1][];
            for (int tree = 1; tree < chosen.length; tree++) {
              chosen[tree] =
                  ColumnSampler.ofFeatureHolder(
                      terms.featureSubsetStrategy(),
                      columns,
                      session::privateRandomness,
                      fit.step("tree-" + tree).path().getBytes(StandardCharsets.UTF_8));
            }
            return chosen;
          });
    }
    Map<PartyId, int[][]> chosen =
        Parties.run(InMemoryExchange::network, TreeMessages.TYPES, PINNED, code);
    return (holder, tree) ->
        Objects.requireNonNull(chosen.get(Forests.featureHolder(holder)))[tree];
  }

  /** More candidates on the last level, or of one pair of nodes, than go into one message. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void trees_onManyColumns_areThoseOfTheJoinedColumns(boolean smallerChild) {
    Forests.Joined columns = Forests.generate(1600, 14, false, 0, 60);
    double[][] values = columns.holders().get(1);
    double[] labels = new double[1600];
    Arrays.setAll(
        labels, i -> values[0][i] > 0 == (i % 4 > 0) || values[4][i] > 40 == (i % 9 > 5) ? 1 : 0);
    Forests.Joined joined = columns.withLabels(labels);
    TreeTerms terms =
        TreeTerms.builder()
            .maxIter(1)
            .maxDepth(3)
            .maxBins(255)
            .rowPacking(TreesRowPacking.OFF)
            .firstTreeAlone(false)
            .smallerChild(smallerChild)
            .build();
    List<Message> received = Collections.synchronizedList(new ArrayList<>());
    List<TreesFit> fits =
        Forests.fit(
            terms, joined, null, TappedChannel.recording(received), UnaryOperator.identity());
    Forests.requireJoined(fits, terms, 1, joined, null);
    List<NodeSums> sums =
        received.stream().filter(NodeSums.class::isInstance).map(NodeSums.class::cast).toList();
    assertThat(sums).hasSizeGreaterThan(3);
    assertThat(sums)
        .allMatch(
            message ->
                message.counts().length == 1 || message.candidates().length <= SumsSender.TOGETHER);
  }

  @Test
  void messageOfSums_hasAsManyNodesAsItTakes() {
    List<List<Integer>> offered =
        IntStream.of(0, 1024, 1, 1023, 5000, 0, 1024, 1025)
            .mapToObj(count -> Collections.nCopies(count, 0))
            .toList();
    List<Integer> ends = new ArrayList<>();
    for (int from = 0; from < offered.size(); from = ends.get(ends.size() - 1)) {
      ends.add(SumsSender.groupEnd(offered, from));
    }
    assertThat(ends).containsExactly(2, 4, 5, 7, 8);
  }

  @Test
  void trees_byOkamotoUchiyama_areThoseOfTheJoinedColumns() {
    Forests.Joined joined = Forests.generate(1200, 12, true, 3, 5, 4);
    TreeTerms.Builder terms = terms().maxIter(2).firstTreeAlone(false);
    List<TreesFit> fits =
        requireEqual(terms.scheme(TreeScheme.OKAMOTO_UCHIYAMA).build(), joined, weights(1200));
    List<TreesFit> paillier =
        requireEqual(terms.scheme(TreeScheme.PAILLIER).build(), joined, weights(1200));
    assertThat(Forests.ensemble(fits).trees()).isEqualTo(Forests.ensemble(paillier).trees());
    assertThat(fits.get(1).summary().additions()).isEqualTo(paillier.get(1).summary().additions());
    requireEqual(
        TreeTerms.builder()
            .objective(TreeObjective.MULTI_CLASS)
            .classes(3)
            .maxIter(1)
            .maxDepth(3)
            .maxBins(8)
            .firstTreeAlone(false)
            .scheme(TreeScheme.OKAMOTO_UCHIYAMA)
            .build(),
        Forests.classes(1200, 5, true, 3, 2, 4),
        null);
  }

  private static double[] weights(int rows) {
    double[] weights = new double[rows];
    Arrays.setAll(weights, row -> 0.5 + row % 3);
    return weights;
  }

  @Test
  void trees_onSampledRowsAndColumns_areThoseOfTheJoinedColumns() {
    Forests.Joined joined = Forests.generate(1500, 8, true, 3, 6, 4);
    requireEqualSampled(
        terms().subsamplingRate(0.6).featureSubsetStrategy("0.5").maxIter(4).build(), joined);
  }

  @Test
  void trees_onRowsOfLargeDerivatives_areThoseOfTheJoinedColumns() {
    Forests.Joined joined = Forests.generate(1500, 9, true, 3, 6);
    TreeTerms goss = terms().goss(0.2, 0.15).firstTreeAlone(false).build();
    List<TreesFit> fits = requireEqualSampled(goss, joined);
    assertThat(fits.get(0).summary().losses())
        .isSortedAccordingTo(Comparator.reverseOrder())
        .hasSize(4);
    assertThat(fits.get(0).summary().ledger()).anyMatch(line -> line.contains("large derivatives"));
    List<TreesFit> whole =
        Forests.fit(terms().firstTreeAlone(false).build(), joined, null, TreeRules.DEFAULT);
    // Two rows of seven are added up instead of all.
    assertThat(3 * fits.get(1).summary().additions())
        .isLessThan(2 * whole.get(1).summary().additions());
  }

  @Test
  void earlyStopping_keepsTheTreesBeforeTheLossOfHeldOutRowsGrew() {
    Forests.Joined joined = Forests.generate(700, 10, false, 2, 3);
    TreeTerms terms = terms().maxIter(40).stepSize(0.5).earlyStopping(0.4, 2).build();
    List<TreesFit> fits = requireEqualSampled(terms, joined);
    TreesSummary summary = fits.get(0).summary();
    int kept = Forests.ensemble(fits).trees().size();
    List<Double> losses = summary.heldOutLosses();
    assertThat(summary.trees()).isLessThan(40).isEqualTo(best(losses) + 2);
    assertThat(kept).isPositive().isEqualTo(best(losses));
    assertThat(losses).hasSize(summary.trees() + 1);
    assertThat(summary.warnings()).anyMatch(line -> line.contains("Stopped after"));
    assertThat(fits.get(1).summary().warnings())
        .isEqualTo(summary.warnings())
        .anyMatch(line -> line.contains("held out"));
    assertThat(fits.get(1).summary().trees()).isEqualTo(summary.trees());
    Forests.requireOnlySplitsOfTheTrees(fits);
  }

  /** The last trees made it worse, but not often enough to stop before the last one. */
  @Test
  void earlyStopping_thatDoesNotCome_stillDropsTreesAfterTheSmallestLoss() {
    Forests.Joined joined = Forests.generate(700, 10, false, 2, 3);
    TreeTerms terms = terms().maxIter(12).stepSize(0.5).earlyStopping(0.4, 12).build();
    List<TreesFit> fits = requireEqualSampled(terms, joined);
    int kept = Forests.ensemble(fits).trees().size();
    assertThat(kept).isPositive().isLessThan(12);
    for (TreesFit fit : fits) {
      assertThat(fit.summary().trees()).isEqualTo(12);
      assertThat(fit.summary().warnings())
          .containsExactly(
              "The first "
                  + kept
                  + " of 12 trees are kept: the loss of the rows held out was smallest after these");
    }
    Forests.requireOnlySplitsOfTheTrees(fits);
  }

  private static int best(List<Double> losses) {
    return losses.indexOf(losses.stream().min(Comparator.naturalOrder()).orElseThrow());
  }

  @Test
  void column_ofAFeatureHolder_splitsTwiceOnAPath() {
    double[] column = new double[1200];
    double[] labels = new double[column.length];
    for (int i = 0; i < column.length; i++) {
      column[i] = i * 7 % 100;
      // Only the middle is likely.
      labels[i] = (column[i] > 30 && column[i] < 60) == (i % 5 != 0) ? 1 : 0;
    }
    Forests.Joined joined =
        new Forests.Joined(labels, List.of(new double[0][], new double[][] {column}));
    List<TreesFit> fits = requireEqual(terms().maxIter(1).maxDepth(2).build(), joined, null);
    List<TreeNode> tree = Forests.ensemble(fits).trees().get(0);
    TreeNode root = tree.get(0);
    assertThat(root.owner()).isEqualTo(1);
    assertThat(List.of(tree.get(root.left()), tree.get(root.right())))
        .anyMatch(node -> node.owner() == 1);
  }

  private static Set<Integer> owners(TreeEnsemble ensemble) {
    Set<Integer> owners = new TreeSet<>();
    ensemble.trees().forEach(tree -> tree.forEach(node -> owners.add(node.owner())));
    return owners;
  }

  @Test
  void trees_ofTwoParties_areThoseOfTheJoinedColumns() {
    Forests.Joined joined = Forests.generate(1200, 1, false, 3, 4);
    List<TreesFit> fits = requireEqual(terms().firstTreeAlone(false).build(), joined, null);
    assertThat(owners(Forests.ensemble(fits))).contains(0, 1);
    assertThat(fits.get(0).summary().losses())
        .isSortedAccordingTo(Comparator.reverseOrder())
        .hasSize(4);
  }

  @Test
  void trees_withMissingValuesAndWeights_areThoseOfTheJoinedColumns() {
    Forests.Joined joined = Forests.generate(1500, 2, true, 3, 5);
    double[] weights = new double[joined.rows()];
    Arrays.setAll(weights, i -> 0.25 * (i % 5));
    List<TreesFit> fits = requireEqual(terms().build(), joined, weights);
    assertThat(fits.get(1).part().thresholds()).isNotEmpty();
  }

  @Test
  void trees_ofThreeFeatureHoldersAndNoColumnsAtTheLabelHolder() {
    Forests.Joined joined = Forests.generate(1500, 3, true, 0, 3, 2, 3);
    List<TreesFit> fits = requireEqual(terms().build(), joined, null);
    assertThat(owners(Forests.ensemble(fits))).contains(1, 2, 3).doesNotContain(0);
    assertThat(fits.get(0).summary().sharedTrees()).isEqualTo(3);
  }

  @Test
  void trees_withMoreRowsPerSide_areThoseOfTheJoinedColumns() {
    Forests.Joined joined = Forests.generate(1500, 4, true, 2, 4);
    requireEqual(
        terms().minInstancesPerNode(150).firstTreeAlone(false).maxDepth(4).maxIter(2).build(),
        joined,
        null);
  }

  @Test
  void trees_ofNumbersAndCounts_areThoseOfTheJoinedColumns() {
    Forests.Joined joined = Forests.generate(1200, 5, false, 2, 4);
    double[] numbers = new double[joined.rows()];
    double[] counts = new double[joined.rows()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = 100 * joined.labels()[i] + joined.holders().get(1)[0][i];
      counts[i] = 3 * joined.labels()[i] + i % 2;
    }
    requireEqual(
        terms().objective(TreeObjective.SQUARED).firstTreeAlone(false).build(),
        joined.withLabels(numbers),
        null);
    requireEqual(
        terms().objective(TreeObjective.POISSON).firstTreeAlone(false).build(),
        joined.withLabels(counts),
        null);
  }

  @Test
  void firstTree_isGrownByTheLabelHolderAlone() {
    Forests.Joined joined = Forests.generate(1200, 6, false, 2, 4);
    List<TreesFit> fits = requireEqual(terms().build(), joined, null);
    assertThat(Forests.ensemble(fits).trees().get(0)).allMatch(node -> node.owner() <= 0);
    assertThat(fits.get(1).summary().sharedTrees()).isEqualTo(2);
  }

  @Test
  void losses_areThoseOfTheModelsParts() {
    Forests.Joined joined = Forests.generate(1000, 7, true, 2, 4);
    List<TreesFit> fits = requireEqual(terms().build(), joined, null);
    double[] scores = Forests.scores(fits, joined)[0];
    double loss = 0;
    for (int i = 0; i < scores.length; i++) {
      double[] ofRow = {scores[i]};
      loss += TreeObjective.LOGISTIC.loss(ofRow, joined.labels()[i]) / scores.length;
    }
    List<Double> losses = fits.get(0).summary().losses();
    assertThat(loss)
        .isCloseTo(losses.get(losses.size() - 1), org.assertj.core.data.Offset.offset(1e-12));
  }
}
