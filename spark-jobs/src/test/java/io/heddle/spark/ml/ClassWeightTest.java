// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassWeightTest {
  private static final double[] LABELS = {1, 0, 0, 0};

  @Test
  void weighed_none_changesNothing() {
    LabelColumns columns = new LabelColumns(LABELS, null);
    assertThat(ClassWeight.weighed(columns, "none", 2)).isSameAs(columns);
  }

  @Test
  void weighed_balanced_bothClassesWeighHalfOfAll() {
    assertThat(ClassWeight.weighed(new LabelColumns(LABELS, null), "balanced", 2).weights())
        .containsExactly(2, 4.0 / 6, 4.0 / 6, 4.0 / 6);
    double[] given = {1, 2, 0, 2};
    assertThat(ClassWeight.weighed(new LabelColumns(LABELS, given), "balanced", 2).weights())
        .containsExactly(2.5, 1.25, 0, 1.25);
    assertThat(given).containsExactly(1, 2, 0, 2);
  }

  @Test
  void weighed_number_isTheWeightOfLabelOne() {
    assertThat(ClassWeight.weighed(new LabelColumns(LABELS, null), "9", 2).weights())
        .containsExactly(9, 1, 1, 1);
    assertThat(
            ClassWeight.weighed(new LabelColumns(LABELS, new double[] {2, 3, 4, 5}), "0.5", 2)
                .weights())
        .containsExactly(1, 3, 4, 5);
  }

  @Test
  void weighed_balancedWhereAClassWeighsNothing_isRefused() {
    assertThatThrownBy(
            () ->
                ClassWeight.weighed(
                    new LabelColumns(LABELS, new double[] {0, 1, 1, 1}), "balanced", 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("one label");
  }

  @Test
  void weighed_balancedOfSeveralClasses_eachWeighsAsMuch() {
    double[] labels = {2, 0, 0, 1, 0, 2, 7};
    assertThat(ClassWeight.weighed(new LabelColumns(labels, null), "balanced", 3).weights())
        .containsExactly(1, 6.0 / 9, 6.0 / 9, 2, 6.0 / 9, 1, 1);
    assertThatThrownBy(() -> ClassWeight.weighed(new LabelColumns(labels, null), "balanced", 4))
        .isInstanceOf(DataException.class)
        .hasMessage("No row of weight above 0 is of class 3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "NaN", "Infinity", "heavy", "", "Balanced"})
  void setter_badText_isRefused(String text) {
    assertThatThrownBy(() -> new VerticalGBTClassifier().setClassWeight(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("classWeight");
  }
}
