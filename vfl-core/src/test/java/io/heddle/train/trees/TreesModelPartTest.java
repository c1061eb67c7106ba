// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StateFormat;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TreesModelPartTest {
  private static final PartyId MALL = new PartyId("mall");
  private static final PartyId SHOP = new PartyId("shop");
  private static final String FIT = "00112233445566778899aabbccddeeff";

  /** Two trees: the label holder, the shop and the mall split the first, nobody the second. */
  private static TreesModelPart labelHolder() {
    List<TreeNode> tree =
        List.of(
            new TreeNode(0, 1, 1, 2, List.of(), 8, 40, 40),
            new TreeNode(2, 17, 3, 4, List.of(), 2, 30, 30),
            new TreeNode(1, 0, 5, 6, List.of(), 3, 10, 10),
            TreeNode.leaf(List.of(-1.0), 20),
            new TreeNode(2, 4, 7, 8, List.of(), 0.5, 10, 10),
            TreeNode.leaf(List.of(0.25), 5),
            TreeNode.leaf(List.of(2.0), 5),
            TreeNode.leaf(List.of(3.0), 5),
            TreeNode.leaf(List.of(4.0), 5));
    return new TreesModelPart(
        FIT,
        List.of("age", "income", "never"),
        List.of(new Threshold(1, 5, false), new Threshold(0, 35.5, true)),
        new TreeEnsemble(
            TreeObjective.SQUARED,
            List.of(10.0),
            List.of(tree, List.of(TreeNode.leaf(List.of(0.5), 40)))),
        List.of(MALL, SHOP));
  }

  private static TreesModelPart featureHolder() {
    return new TreesModelPart(
        FIT,
        List.of("visits", "spent"),
        List.of(
            new Threshold(1, 2.5, false),
            new Threshold(1, Double.POSITIVE_INFINITY, false),
            new Threshold(0, -1, true)),
        null,
        List.of());
  }

  @Test
  void importances_ofALabelHolder_nameItsColumnsAndPeersByTheirParty() {
    assertThat(labelHolder().importances())
        .containsExactly(
            new FeatureImportance(null, "age", 1, 8, 40),
            new FeatureImportance(MALL, null, 1, 3, 10),
            new FeatureImportance(SHOP, null, 2, 2.5, 40),
            new FeatureImportance(null, "income", 0, 0, 0),
            new FeatureImportance(null, "never", 0, 0, 0));
  }

  @Test
  void importances_ofAFeatureHolder_areFrequenciesOnly() {
    assertThat(featureHolder().importances())
        .containsExactly(
            new FeatureImportance(null, "spent", 2, Double.NaN, Double.NaN),
            new FeatureImportance(null, "visits", 1, Double.NaN, Double.NaN));
  }

  @Test
  void lines_ofALabelHolder_showPeersSplitsByNumber() {
    assertThat(labelHolder().lines())
        .containsExactly(
            "Start: 10.0",
            "Tree 1",
            "  If (age <= 35.5, missing left)",
            "    If (shop split 17)",
            "      Predict: -1.0",
            "    Else",
            "      If (shop split 4)",
            "        Predict: 3.0",
            "      Else",
            "        Predict: 4.0",
            "  Else",
            "    If (mall split 0)",
            "      Predict: 0.25",
            "    Else",
            "      Predict: 2.0",
            "Tree 2",
            "  Predict: 0.5");
  }

  /** A split by the label holder, two leaves of three classes. */
  private static TreesModelPart ofClasses(List<Double> leaf) {
    List<TreeNode> tree =
        List.of(
            new TreeNode(0, 0, 1, 2, List.of(), 8, 40, 40),
            TreeNode.leaf(List.of(-1.0, 0.5, 0.5), 20),
            TreeNode.leaf(leaf, 20));
    return new TreesModelPart(
        FIT,
        List.of("age"),
        List.of(new Threshold(0, 35.5, true)),
        new TreeEnsemble(TreeObjective.MULTI_CLASS, List.of(-1.0, -1.5, -0.5), List.of(tree)),
        List.of(MALL));
  }

  @Test
  void lines_ofSeveralClasses_haveANumberForEach() {
    assertThat(ofClasses(List.of(0.25, 0.0, -2.0)).lines())
        .containsExactly(
            "Start: -1.0, -1.5, -0.5",
            "Tree 1",
            "  If (age <= 35.5, missing left)",
            "    Predict: -1.0, 0.5, 0.5",
            "  Else",
            "    Predict: 0.25, 0.0, -2.0");
  }

  @Test
  void leaves_ofAnotherNumberOfClasses_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ofClasses(List.of(0.25, 0.5)))
        .withMessage("Invalid node 2 of a tree");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TreeEnsemble(TreeObjective.LOGISTIC, List.of(0.0, 1.0), List.of()))
        .withMessage("Invalid number of scores 2");
  }

  @Test
  void leafDifference_ofSeveralClasses_isTheLargestOfAny() {
    TreeEnsemble one = Objects.requireNonNull(ofClasses(List.of(0.25, 0.0, -2.0)).ensemble());
    TreeEnsemble other = Objects.requireNonNull(ofClasses(List.of(0.25, 0.0, -2.75)).ensemble());
    assertThat(one.largestLeafDifference(one)).isZero();
    assertThat(one.largestLeafDifference(other)).isEqualTo(0.75);
  }

  @Test
  void lines_ofAFeatureHolder_areItsSplits() {
    assertThat(featureHolder().lines())
        .containsExactly(
            "split 0: spent <= 2.5, missing right",
            "split 1: spent <= Infinity, missing right",
            "split 2: visits <= -1.0, missing left");
  }

  @Test
  void importances_ofAFit_areThoseOfItsSplits() {
    Forests.Joined joined = Forests.generate(1200, 21, true, 2, 3, 3);
    double[] numbers = new double[joined.rows()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = 5 * joined.labels()[i] + i % 7;
    }
    List<TreesFit> fits =
        Forests.fit(
            TreeTerms.builder()
                .objective(TreeObjective.SQUARED)
                .maxIter(3)
                .maxDepth(4)
                .maxBins(16)
                .build(),
            joined.withLabels(numbers),
            null);
    TreesModelPart part = fits.get(0).part();
    Map<Object, Integer> counted = new HashMap<>();
    double gain = 0;
    for (List<TreeNode> tree : Forests.ensemble(fits).trees()) {
      for (TreeNode node : tree) {
        // With half the squared error every row's second derivative is 1, which rounding keeps.
        assertThat(node.cover()).isEqualTo(node.isLeaf() ? 0 : node.rows());
        if (!node.isLeaf()) {
          Object of =
              node.owner() == 0
                  ? part.columnNames().get(part.thresholds().get(node.split()).column())
                  : Forests.featureHolder(node.owner());
          counted.merge(of, 1, Integer::sum);
          gain += node.gain();
        }
      }
    }
    List<FeatureImportance> importances = part.importances();
    assertThat(importances).hasSize(4);
    assertThat(importances)
        .isSortedAccordingTo(Comparator.comparingDouble(FeatureImportance::gain).reversed());
    double summed = 0;
    for (FeatureImportance each : importances) {
      Object of = each.peer() == null ? each.column() : each.peer();
      assertThat(each.splits()).isEqualTo(counted.getOrDefault(of, 0));
      summed += each.gain();
    }
    assertThat(summed).isCloseTo(gain, org.assertj.core.data.Offset.offset(1e-9 * gain));
    for (int k = 1; k <= 2; k++) {
      assertThat(
              fits.get(k).part().importances().stream().mapToInt(FeatureImportance::splits).sum())
          .isEqualTo(fits.get(k).part().thresholds().size())
          .isEqualTo(counted.getOrDefault(Forests.featureHolder(k), 0));
    }
  }

  @Test
  void part_ofSplitsThatNobodyHas_isRefused() {
    TreesModelPart part = labelHolder();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TreesModelPart(
                    FIT, part.columnNames(), part.thresholds(), part.ensemble(), List.of(MALL)))
        .withMessageContaining("split 17 of party 2: there are 1 peers");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TreesModelPart(
                    FIT,
                    part.columnNames(),
                    part.thresholds().subList(0, 1),
                    part.ensemble(),
                    part.peers()))
        .withMessageContaining("split 1 of party 0");
  }

  private static TreeNode split(int number, int left, int right) {
    return new TreeNode(1, number, left, right, List.of(), 1, 1, 9);
  }

  private static TreeNode leaf(double value) {
    return TreeNode.leaf(List.of(value), 9);
  }

  static Stream<Arguments> treesThatAreNone() {
    TreeNode leaf = leaf(0.5);
    double infinite = Double.POSITIVE_INFINITY;
    return Stream.of(
        arguments("a child of two", 1, List.of(split(0, 1, 2), split(1, 2, 3), leaf, leaf)),
        arguments("one child twice", 0, List.of(split(0, 1, 1), leaf)),
        arguments("a leaf that is no child", 3, List.of(split(0, 1, 2), leaf, leaf, leaf)),
        arguments("a split that is no child", 1, List.of(leaf, split(0, 2, 3), leaf, leaf)),
        arguments("a circle", 1, List.of(split(0, 1, 2), split(1, 0, 3), leaf, leaf)),
        arguments("its own child", 0, List.of(split(0, 0, 1), leaf)),
        arguments("a child that is not there", 0, List.of(split(0, 1, 3), leaf, leaf)),
        arguments("a child below zero", 0, List.of(split(0, 1, -1), leaf, leaf)),
        arguments("no number in a leaf", 0, List.of(leaf(Double.NaN))),
        arguments("an infinite leaf", 2, List.of(split(0, 1, 2), leaf, leaf(-infinite))),
        arguments(
            "a gain that is none",
            0,
            List.of(new TreeNode(1, 0, 1, 2, List.of(), Double.NaN, 1, 9), leaf, leaf)),
        arguments(
            "an infinite cover",
            0,
            List.of(new TreeNode(1, 0, 1, 2, List.of(), 1, infinite, 9), leaf, leaf)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("treesThatAreNone")
  void trees_thatNoFitGrows_areRefused(String what, int node, List<TreeNode> tree) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TreeEnsemble(
                    TreeObjective.SQUARED, List.of(0.0), List.of(List.of(leaf(1)), tree)))
        .withMessage("Invalid node " + node + " of a tree");
  }

  @Test
  void part_thatNoFitGives_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TreeEnsemble(TreeObjective.SQUARED, List.of(Double.NaN), List.of()))
        .withMessage("Scores before the first tree are not finite");
    List<TreeNode> tree = List.of(split(7, 1, 2), leaf(0.5), leaf(1));
    TreeEnsemble twice = new TreeEnsemble(TreeObjective.SQUARED, List.of(0.0), List.of(tree, tree));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TreesModelPart(FIT, List.of(), List.of(), twice, List.of(MALL)))
        .withMessage("Two nodes of split 7 of party 1");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TreesModelPart(
                    FIT,
                    List.of("age"),
                    List.of(new Threshold(0, Double.NaN, false)),
                    null,
                    List.of()))
        .withMessage("A threshold that is no number");
  }

  @Test
  void part_writtenAndRead_isEqual() {
    for (TreesModelPart part :
        List.of(labelHolder(), featureHolder(), ofClasses(List.of(0.25, 0.0, -2.0)))) {
      WireWriter out = new WireWriter();
      part.write(out);
      WireReader in = new WireReader(out.toByteArray());
      assertThat(TreesModelPart.read(in)).isEqualTo(part);
      in.end();
    }
  }

  /** As it was before nodes had a cover. */
  @Test
  void state_ofTheFormatBefore_isRefused() {
    OwnData data = new OwnData(new byte[32], List.of(new byte[32]), new byte[32]);
    byte[] old =
        StateFormat.write(
            out -> {
              data.write(out);
              out.writeBytes(new byte[0]);
              out.writeBoolean(false);
            });
    assertThatThrownBy(() -> TreesState.of(old))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("another version of the program wrote them");
    byte[] now = new TreesState(data, new byte[0], null).toBytes();
    assertThat(TreesState.of(now)).isNotNull();
    byte[] later = now.clone();
    later[7]++;
    assertThatThrownBy(() -> TreesState.of(later))
        .isInstanceOf(CheckpointException.class)
        .hasRootCauseMessage("Invalid state: format 6 of trees, must be 5");
  }
}
