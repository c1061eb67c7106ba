// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemoRequestTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "a.csv, 0, id, y, --feature-holder",
        "-, 1, id, y, --label-holder",
        "a.csv, 1, -, y, --id",
        "a.csv, 1, id, -, --label",
        "-, 0, id, -, --id",
        "a.csv, 8, id, y, 1 to 7",
      })
  void new_optionsThatDoNotGoTogether_refused(
      @Nullable String labelHolder,
      int featureHolders,
      @Nullable String id,
      @Nullable String label,
      String named) {
    assertThatThrownBy(() -> request(labelHolder, featureHolders, id, label, 0.3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 0.91, Double.NaN})
  void new_testFractionOutOfRange_refused(double fraction) {
    assertThatThrownBy(() -> request(null, 0, null, null, fraction))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--test-fraction")
        .hasMessageContaining("at most 0.9");
  }

  @Test
  void new_sevenFeatureHolders_accepted() {
    assertThat(request("a.csv", 7, "id", "y", 0.9).featureHolderFiles()).hasSize(7);
  }

  private static DemoRequest request(
      @Nullable String labelHolder,
      int featureHolders,
      @Nullable String id,
      @Nullable String label,
      double fraction) {
    return new DemoRequest(
        labelHolder == null ? null : Path.of(labelHolder),
        Collections.nCopies(featureHolders, Path.of("b.csv")),
        id,
        label,
        fraction,
        7,
        List.of(),
        Path.of("out"));
  }
}
