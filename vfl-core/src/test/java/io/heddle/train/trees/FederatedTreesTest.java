// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Trees on columns of several parties are those of training on the joined columns. */
class FederatedTreesTest {
  private static TreeTerms.Builder terms() {
    return TreeTerms.builder().maxIter(3).maxDepth(3).maxBins(16);
  }

  /** Both, which must be alike to the last bit. */
  private static List<TreesFit> requireEqual(
      TreeTerms terms, Forests.Joined joined, double @Nullable [] weights) {
    List<TreesFit> fits = Forests.fit(terms, joined, weights);
    TreeEnsemble federated = Forests.ensemble(fits);
    TreeEnsemble reference =
        JoinedTrees.fit(
            terms,
            federated.trees().size(),
            Forests.seed(),
            joined.labels(),
            weights,
            joined.holders());
    assertThat(federated.largestLeafDifference(reference)).isZero();
    assertThat(federated.trees()).isEqualTo(reference.trees());
    return fits;
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
    double[] scores = Forests.scores(fits, joined);
    double loss = 0;
    for (int i = 0; i < scores.length; i++) {
      loss += TreeObjective.LOGISTIC.loss(scores[i], joined.labels()[i]) / scores.length;
    }
    List<Double> losses = fits.get(0).summary().losses();
    assertThat(loss)
        .isCloseTo(losses.get(losses.size() - 1), org.assertj.core.data.Offset.offset(1e-12));
  }
}
