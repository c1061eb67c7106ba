// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
  private final Path directory;

  CsvTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private Table read(String text) throws IOException {
    return TableFiles.read(Files.writeString(directory.resolve("t.csv"), text));
  }

  private static List<String> column(Table table, String name) {
    List<String> values = new ArrayList<>();
    for (int row = 0; row < table.rows(); row++) {
      values.add(String.valueOf(table.text(name, row)));
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id,v\n1,a\n2,b\n",
        "id,v\n1,a\n2,b",
        "id,v\r\n1,a\r\n2,b\r\n",
        "\uFEFFid,v\n1,a\n2,b\n",
        "\uFEFF\"id\",v\n\"1\",\"a\"\n2,b\n\n\n",
        "id,v\r1,a\r2,b\r",
        "id,v\n1,a\r\n2,b\r\n\n",
        "id,v\n\"1\" ,\"a\" \t\n2,b",
      })
  void read_usualSpellings_areOneTable(String text) throws IOException {
    Table table = read(text);

    assertThat(table.columnNames()).containsExactly("id", "v");
    assertThat(column(table, "id")).containsExactly("1", "2");
    assertThat(column(table, "v")).containsExactly("a", "b");
  }

  @Test
  void read_quotes_followRfc4180() throws IOException {
    Table table = read("id,v\n1,\"a,\"\"b\"\"\nc\"\n2, x \n3,\n4,\"\"\n5,#c\n");

    assertThat(column(table, "v")).containsExactly("a,\"b\"\nc", " x ", "null", "", "#c");
    assertThat(table.places(List.of(0, 1, 4))).isEqualTo("lines 2, 4, 7");
  }

  @Test
  void read_oneColumn_keepsBlankLinesBetweenRows() throws IOException {
    Table table = read("id\na\n\nb\n\n\n");

    assertThat(column(table, "id")).containsExactly("a", "null", "b");
    assertThat(table.places(List.of(2))).isEqualTo("line 4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | is empty",
        "'id,v\n' | has a header but no rows",
        "'id,id\n1,2\n' | t.csv:1: two columns have the name id",
        "'id,\n1,2\n' | t.csv:1: column 2 has no name",
        "'id,v\n1,2\n1\n' | t.csv:3: 1 fields where the header has 2",
        "'id,v\n1,2\n1,2,secret\n' | t.csv:3: 3 fields where the header has 2",
        "'id,v\n1,\"a\nb\"\n1,2,secret\n' | t.csv:4: 3 fields",
        "'id,v\n1,2\n\n3,4\n' | t.csv:3: blank line between rows",
        "'id,v\n1,2\n1,\"secret\n4,5\n' | t.csv:3: corrupt record",
        "'id,v\n1,2\n1,x\"secret\n' | t.csv:3: corrupt record",
        "'id,v\n1,2\n1,\"secret\" x\n' | t.csv:3: corrupt record",
        "'id,v\n1,2\n1,secret\"\n' | t.csv:3: corrupt record",
        "'id,v\n1,2\n1,sec\"\"ret\n' | t.csv:3: corrupt record",
        "'id,v\n1,2\n1, \"secret\"\n' | t.csv:3: corrupt record",
        "'id,v\r\n1,\"\r\n\r\n\"\r\n1,secret,\r\n' | t.csv:5: 3 fields",
      })
  void read_corrupt_namesFileAndLineAndNoValue(String text, String message) {
    assertThatThrownBy(() -> read(text == null ? "" : text))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(directory.resolve("t.csv").toString())
        .hasMessageContaining(message)
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }

  @Test
  void read_notUtf8_isRefused() throws IOException {
    Path file = directory.resolve("t.csv");
    Files.write(file, "id,v\n1,M\u00fcller\n".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> TableFiles.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("not UTF-8");
  }

  @Test
  void read_noFile_isRefused() {
    assertThatThrownBy(() -> TableFiles.read(directory.resolve("none.csv")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("No table " + directory.resolve("none.csv"));
  }

  @Test
  void read_tenThousandColumns_areRead() throws IOException {
    String header = String.join(",", IntStream.range(0, 10_000).mapToObj(j -> "c" + j).toList());

    assertThat(read(header + "\n" + header + "\n").columnNames()).hasSize(10_000);
  }

  @Test
  void read_directoryOfParts_isOneTable() throws IOException {
    Path parts = Files.createDirectory(directory.resolve("parts"));
    Files.writeString(parts.resolve("part-1.csv"), "id\nb\n");
    Files.writeString(parts.resolve("part-0.csv"), "id\na\n");
    Files.writeString(parts.resolve("_SUCCESS"), "");

    assertThat(column(TableFiles.read(parts), "id")).containsExactly("a", "b");

    Files.writeString(parts.resolve("part-2.csv"), "other\nb\n");
    assertThatThrownBy(() -> TableFiles.read(parts))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("part-2.csv")
        .hasMessageContaining("another header");
  }

  @Test
  void read_emptyDirectory_isRefused() throws IOException {
    Path parts = Files.createDirectory(directory.resolve("parts"));
    assertThatThrownBy(() -> TableFiles.read(parts))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no .csv and no .parquet");
  }

  @Test
  void numbers_good_areRead() throws IOException {
    assertThat(read("x\n1\n-2.5e3\n +0.25 \n1e308\n").numbers("x"))
        .containsExactly(1, -2500, 0.25, 1e308);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "-inf", "1e999", "0x1p3", "1d", "abc", "--1", "1,0"})
  void numbers_notFinite_areCountedAndPlaced(String value) throws IOException {
    Table table =
        read("x,y\n1,a\n\"" + value + "\",b\n,c\n\"" + value + "\",d\n\"" + value + "\",e\n");

    assertThatThrownBy(() -> table.numbers("x"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "4 of 5 values of column x in "
                + directory.resolve("t.csv")
                + " are not finite numbers (1 of them missing), first at lines 3, 4, 5, ...");
  }

  @Test
  void column_unknown_namesThoseThereAre() throws IOException {
    Table table = read("id,v\n1,2\n");
    assertThatThrownBy(() -> table.numbers("w"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("No column w in")
        .hasMessageContaining("id, v");
    assertThatThrownBy(() -> table.select(List.of("id", "w"))).isInstanceOf(DataException.class);
  }

  @Test
  void output_roundTrip_keepsEveryText() throws IOException {
    String text = "id,\"a \"\"b\"\"\"\n1,\"x,\"\"y\"\"\nz\"\n2,\n3,\"\"\n\u00fc, p \n";
    Table table = read(text);
    Path file = directory.resolve("out.csv");
    write(file, table, 3, 0, 1, 2);

    Table back = TableFiles.read(file);

    assertThat(back.columnNames()).isEqualTo(table.columnNames());
    assertThat(column(back, "id")).containsExactly("\u00fc", "1", "2", "3");
    assertThat(column(back, "a \"b\"")).containsExactly(" p ", "x,\"y\"\nz", "null", "");
    assertThat(Files.readString(file)).startsWith("\"id\",\"a \"\"b\"\"\"\n\"\u00fc\",\" p \"\n");
  }

  @Test
  void output_missingRows_readBackAsRowsWithoutValues() throws IOException {
    Path file = directory.resolve("out.csv");
    write(file, read("id,x\na,1\nb,2\n"), 1, -1, 0, -1);
    assertThat(file).hasContent("\"id\",\"x\"\n\"b\",\"2\"\n,\n\"a\",\"1\"\n,\n");
    Table back = TableFiles.read(file);
    assertThat(back.rows()).isEqualTo(4);
    assertThat(back.text("id", 3)).isNull();
    assertThat(back.text("x", 1)).isNull();
  }

  @Test
  void output_missingRowsOfOneColumn_areStillRows() throws IOException {
    Path file = directory.resolve("out.csv");
    write(file, read("id\na\nb\n"), 1, -1, -1);
    Table back = TableFiles.read(file);
    assertThat(back.rows()).isEqualTo(3);
    assertThat(back.text("id", 0)).isEqualTo("b");
    assertThat(back.text("id", 2)).isEmpty();
  }

  @Test
  void output_notWritten_leavesNothing() throws IOException {
    Path file = directory.resolve("out.csv");
    assertThat(TableOutput.open(file)).isNotNull();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void output_failsWhileWriting_leavesTheOldFile() throws IOException {
    Table table = read("id\n1\n");
    Path file = Files.writeString(directory.resolve("out.csv"), "old");
    try (TableOutput output = TableOutput.open(file)) {
      assertThatThrownBy(() -> output.write(table, new int[] {0, 7}))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    try (TableOutput output = TableOutput.open(file)) {
      // What comes after the writing fails.
      output.write(table, new int[] {0});
    }
    assertThat(file).hasContent("old");
    try (var files = Files.list(directory)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("t.csv", "out.csv");
    }
  }

  @Test
  void output_badPlace_isRefusedAtOnce() {
    assertThatThrownBy(() -> TableOutput.open(directory))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it is a directory");
    assertThatThrownBy(() -> TableOutput.open(directory.resolve("none/out.csv")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("there is no directory");
    assertThatThrownBy(() -> TableOutput.open(Path.of("/proc/heddle.csv")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("takes no new file");
  }

  @Test
  void read_hundredThousandRows_matchesASimpleReader() throws IOException {
    StringBuilder text = new StringBuilder("id,x\n");
    for (int i = 0; i < 100_000; i++) {
      text.append(i).append(',').append(i * 0.5).append('\n');
    }
    Table table = read(text.toString());

    double[] x = table.numbers("x");

    assertThat(Arrays.stream(x).sum()).isEqualTo(0.5 * 99_999 * 100_000 / 2);
    assertThat(table.text("id", 99_999)).isEqualTo("99999");
    assertThat(table.places(List.of(99_999))).isEqualTo("line 100001");
  }

  @Test
  void output_anyTexts_areTheirBytesInQuotes() throws IOException {
    Random random = new Random(9);
    StringBuilder text = new StringBuilder("id,v\n");
    StringBuilder expected = new StringBuilder("\"id\",\"v\"\n");
    int rows = 3000;
    for (int row = 0; row < rows; row++) {
      // Some values are longer than what is written at once.
      int times = row % 1000 == 7 ? 200_000 : random.nextInt(100);
      String piece = List.of("\u00fc,", "x", "\"\"", "\n \"\"\"\"", "").get(random.nextInt(5));
      String value = row % 5 == 0 ? "" : '"' + piece.repeat(times) + '"';
      text.append(row).append(',').append(value).append('\n');
      expected.append('"').append(row).append("\",").append(value).append('\n');
    }
    Table table = read(text.toString());
    Path file = directory.resolve("out.csv");

    write(file, table, IntStream.range(0, rows).toArray());

    assertThat(Files.mismatch(file, Files.writeString(directory.resolve("x"), expected)))
        .isEqualTo(-1);
  }

  private static void write(Path file, Table table, int... rows) {
    try (TableOutput output = TableOutput.open(file)) {
      output.write(table, rows);
      output.publish();
    }
  }
}
