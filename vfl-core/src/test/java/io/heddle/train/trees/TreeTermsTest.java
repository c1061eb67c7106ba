// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TreeTermsTest {
  private static Arguments row(UnaryOperator<TreeTerms.Builder> change, String message) {
    return arguments(message, change);
  }

  static Stream<Arguments> outOfRange() {
    return Stream.of(
        row(b -> b.maxIter(0), "Invalid maxIter 0: must be 1 to 10000"),
        row(b -> b.maxIter(10_001), "Invalid maxIter 10001: must be 1 to 10000"),
        row(b -> b.maxDepth(0), "Invalid maxDepth 0: must be 1 to 12"),
        row(b -> b.maxDepth(13), "Invalid maxDepth 13: must be 1 to 12"),
        row(b -> b.maxLeaves(1), "Invalid maxLeaves 1: must be 2 to 2048, or 0"),
        row(b -> b.maxLeaves(2049), "Invalid maxLeaves 2049: must be 2 to 2048, or 0"),
        row(b -> b.maxBins(1), "Invalid maxBins 1: must be 2 to 255"),
        row(b -> b.maxBins(256), "Invalid maxBins 256: must be 2 to 255"),
        row(b -> b.stepSize(0), "Invalid stepSize 0.0: must be above 0 and at most 1"),
        row(b -> b.stepSize(1.5), "Invalid stepSize 1.5: must be above 0 and at most 1"),
        row(b -> b.stepSize(Double.NaN), "Invalid stepSize NaN: must be above 0 and at most 1"),
        row(b -> b.lambda(-1), "Invalid lambda -1.0: must be finite and at least 0"),
        row(b -> b.lambda(1 / 0.0), "Invalid lambda Infinity: must be finite and at least 0"),
        row(b -> b.gamma(-1), "Invalid gamma -1.0: must be finite and at least 0"),
        row(b -> b.gamma(Double.NaN), "Invalid gamma NaN: must be finite and at least 0"),
        row(
            b -> b.minChildWeight(-1),
            "Invalid minChildWeight -1.0: must be finite and at least 0"),
        row(b -> b.minInstancesPerNode(0), "Invalid minInstancesPerNode 0: must be at least 1"),
        row(
            b -> b.subsamplingRate(0),
            "Invalid subsamplingRate 0.0: must be above 0 and at most 1"),
        row(
            b -> b.subsamplingRate(Double.NaN),
            "Invalid subsamplingRate NaN: must be above 0 and at most 1"),
        row(b -> b.goss(1.5, 0.1), "Invalid gossTopRate 1.5: must be at least 0 and at most 1"),
        row(
            b -> b.goss(0.2, 0),
            "Invalid gossOtherRate 0.0: must be above 0 with gossTopRate, and at most 1 less"
                + " gossTopRate"),
        row(
            b -> b.goss(0.7, 0.4),
            "Invalid gossOtherRate 0.4: must be above 0 with gossTopRate, and at most 1 less"
                + " gossTopRate"),
        row(
            b -> b.goss(0.2, 0.1).subsamplingRate(0.5),
            "Invalid subsamplingRate 0.5: must be 1 with gossTopRate"),
        row(
            b -> b.featureSubsetStrategy("some"),
            "Invalid featureSubsetStrategy some: must be all, auto, sqrt, log2, onethird or a share"
                + " above 0 and at most 1.0"),
        row(
            b -> b.featureSubsetStrategy("0.0"),
            "Invalid featureSubsetStrategy 0.0: must be all, auto, sqrt, log2, onethird or a share"
                + " above 0 and at most 1.0"),
        row(b -> b.earlyStopping(0.95, 3), "Invalid validationFraction 0.95: must be 0 to 0.9"),
        row(b -> b.earlyStopping(0.2, -1), "Invalid earlyStoppingRounds -1: must be at least 0"),
        row(
            b -> b.earlyStopping(0, 3),
            "Invalid validationFraction 0.0: must be above 0 with earlyStoppingRounds"),
        row(b -> b.objective(TreeObjective.MULTI_CLASS), "Invalid classes 0: must be 3 to 64"),
        row(
            b -> b.objective(TreeObjective.MULTI_CLASS).classes(2),
            "Invalid classes 2: must be 3 to 64"),
        row(
            b -> b.objective(TreeObjective.MULTI_CLASS).classes(65),
            "Invalid classes 65: must be 3 to 64"),
        row(b -> b.classes(3), "Invalid classes 3: must be 0 with LOGISTIC"),
        row(b -> b.keyBits(1024), "Invalid keyBits 1024: must be 2048, 3072 or 4096"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("outOfRange")
  void terms_outOfRange_areNamed(String message, UnaryOperator<TreeTerms.Builder> change) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> change.apply(TreeTerms.builder()).build())
        .withMessage(message);
  }

  static Stream<Arguments> atTheLimit() {
    return Stream.of(
        row(b -> b.maxIter(10_000).maxDepth(12).maxBins(255).stepSize(1), "largest"),
        row(
            b -> b.maxIter(1).maxDepth(1).maxBins(2).lambda(0).gamma(0).minChildWeight(0),
            "smallest"),
        row(b -> b.minInstancesPerNode(Integer.MAX_VALUE).stepSize(Double.MIN_VALUE), "others"),
        row(b -> b.goss(0.5, 0.5).featureSubsetStrategy("1.0"), "shares"),
        row(b -> b.subsamplingRate(1e-9).earlyStopping(0.9, 1), "small shares"),
        row(b -> b.goss(0, 0).earlyStopping(0.5, 0), "rows held out for nothing"),
        row(b -> b.objective(TreeObjective.MULTI_CLASS).classes(64), "most classes"),
        row(b -> b.maxLeaves(2048), "most leaves"),
        row(b -> b.maxLeaves(2), "fewest leaves"),
        row(b -> b.keyBits(4096), "long key"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("atTheLimit")
  void terms_atTheLimit_areTaken(String name, UnaryOperator<TreeTerms.Builder> change) {
    assertThat(change.apply(TreeTerms.builder()).build()).isNotNull();
  }

  @Test
  void asTerms_hasEveryTerm() {
    Set<String> all =
        Arrays.stream(TreeTerms.class.getRecordComponents())
            .map(c -> c.getName())
            .collect(Collectors.toSet());
    TreeTerms classes =
        TreeTerms.builder()
            .objective(TreeObjective.MULTI_CLASS)
            .classes(5)
            .maxLeaves(9)
            .jointBuckets(false)
            .smallerChild(false)
            .build();
    assertThat(classes.asTerms().keySet()).isEqualTo(all);
    assertThat(classes.asTerms())
        .containsEntry("objective", "multi-class")
        .containsEntry("classes", "5");
    all.removeAll(Set.of("classes", "maxLeaves", "jointBuckets", "smallerChild"));
    assertThat(TreeTerms.builder().build().asTerms().keySet()).isEqualTo(all);
  }
}
