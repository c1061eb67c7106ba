// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FixedPointColumnTest {
  private final Path file;

  FixedPointColumnTest(@TempDir Path directory) {
    file = directory.resolve("values.csv");
  }

  private Table table(String... values) throws IOException {
    Files.writeString(file, "id,v\na," + String.join("\nb,", values) + "\n");
    return TableFiles.read(file);
  }

  @Test
  void read_decimals_areExact() throws IOException {
    assertThat(FixedPointColumn.read(table("0", "-0.0", "1.1", "-7.25", " 12 ", "1e3"), "v", 2))
        .containsExactly(0, 0, 110, -725, 1200, 100_000);
    assertThat(FixedPointColumn.read(table("0.300", "1E-1"), "v", 1)).containsExactly(3, 1);
    assertThat(FixedPointColumn.read(table("1000000000000000", "-1e15"), "v", 0))
        .containsExactly(FixedPointColumn.LARGEST, -FixedPointColumn.LARGEST);
    assertThat(FixedPointColumn.read(table("999999.999999999"), "v", 9))
        .containsExactly(999_999_999_999_999L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x91c4",
        "NaN",
        "Infinity",
        "0x10",
        "1.001",
        "10000000000000.01",
        "-10000000000000.01",
        "1e999999999",
        "1e-999999999",
        "-1e2147483647",
        "1e2147483648",
        "1000000000000000000000000000000000000000000000000000000000000000000000000"
      })
  void read_valueThatDoesNotFit_isCountedAndNotShown(String value) throws IOException {
    Table table = table("1", value, "2");

    assertThatThrownBy(() -> FixedPointColumn.read(table, "v", 2))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "1 of 3 values of column v in "
                + file
                + " are not numbers of at most 2 decimal digits (psi.sum.scale) and at most"
                + " 10000000000000.00 in magnitude, first at line 3");
  }

  @Test
  void read_noSuchColumn_isDataException() throws IOException {
    Table table = table("1");

    assertThatThrownBy(() -> FixedPointColumn.read(table, "amount", 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("No column amount in");
  }
}
