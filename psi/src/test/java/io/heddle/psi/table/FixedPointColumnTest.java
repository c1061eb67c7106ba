// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
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
        "9223372036854775808",
        "\u0661\u0662",
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

  private Table typed(Column.Kind kind, @Nullable Long... bits) {
    FixedColumn column = new FixedColumn(kind);
    for (Long each : bits) {
      if (each == null) {
        column.addNull();
      } else {
        column.add(each);
      }
    }
    return new Table(file, Map.of("v", column), bits.length, null);
  }

  private static Long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  @Test
  void read_typedNumbers_areWhatTheyShow() {
    assertThat(
            FixedPointColumn.read(
                typed(Column.Kind.REAL, bits(0.1), bits(-0.0), bits(-12.25), bits(1e13)), "v", 2))
        .containsExactly(10, 0, -1225, FixedPointColumn.LARGEST);
    assertThat(FixedPointColumn.read(typed(Column.Kind.WHOLE, -7L, 1_000_000L), "v", 9))
        .containsExactly(-7_000_000_000L, FixedPointColumn.LARGEST);
    assertThat(FixedPointColumn.read(typed(Column.Kind.REAL), "v", 2)).isEmpty();
  }

  static Stream<Arguments> unfit() {
    return Stream.of(
        Arguments.of(Column.Kind.REAL, null),
        Arguments.of(Column.Kind.REAL, bits(Double.NaN)),
        Arguments.of(Column.Kind.REAL, bits(Double.NEGATIVE_INFINITY)),
        Arguments.of(Column.Kind.REAL, bits(Double.MAX_VALUE)),
        Arguments.of(Column.Kind.REAL, bits(Double.MIN_VALUE)),
        Arguments.of(Column.Kind.REAL, bits(0.1 + 0.2)),
        Arguments.of(Column.Kind.REAL, bits(1.1f)),
        Arguments.of(Column.Kind.REAL, bits(Math.nextUp(1e13))),
        Arguments.of(Column.Kind.WHOLE, null),
        Arguments.of(Column.Kind.WHOLE, Long.MIN_VALUE),
        Arguments.of(Column.Kind.WHOLE, Long.MAX_VALUE),
        Arguments.of(Column.Kind.WHOLE, 10_000_000_000_001L),
        Arguments.of(Column.Kind.TRUTH, 1L),
        Arguments.of(Column.Kind.DATE, 1L),
        Arguments.of(Column.Kind.INSTANT, 1L));
  }

  @ParameterizedTest
  @MethodSource("unfit")
  void read_typedValueThatDoesNotFit_isCountedAndNotShown(Column.Kind kind, @Nullable Long bits) {
    Table table = typed(kind, bits, null);

    assertThatThrownBy(() -> FixedPointColumn.read(table, "v", 2))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "2 of 2 values of column v in "
                + file
                + " are not numbers of at most 2 decimal digits (psi.sum.scale) and at most"
                + " 10000000000000.00 in magnitude, first at rows 1, 2");
  }
}
