// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParquetTest {
  private static final String EVERY_KIND =
      """
      message t {
        required int64 id;
        optional int32 count;
        optional binary name (STRING);
        optional double x;
        optional float f;
        optional boolean b;
        optional int32 day (DATE);
        optional int64 at (TIMESTAMP(MILLIS,true));
      }
      """;

  private final Path directory;

  ParquetTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @SafeVarargs
  private Path write(String name, String schemaText, Consumer<Group>... rows) throws IOException {
    MessageType schema = MessageTypeParser.parseMessageType(schemaText);
    Path file = directory.resolve(name);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .build()) {
      for (Consumer<Group> row : rows) {
        Group group = new SimpleGroup(schema);
        row.accept(group);
        writer.write(group);
      }
    }
    return file;
  }

  private Path everyKind() throws IOException {
    return write(
        "t.parquet",
        EVERY_KIND,
        g ->
            g.append("id", 1L)
                .append("count", -5)
                .append("name", "M\u00fcller")
                .append("x", 0.1)
                .append("f", 0.5f)
                .append("b", true)
                .append("day", 19_000)
                .append("at", 1_700_000_000_123L),
        g -> g.append("id", 2L));
  }

  @Test
  void read_everyKind_hasTheTextsOfACsvFile() throws IOException {
    Table table = TableFiles.read(everyKind());

    assertThat(table.rows()).isEqualTo(2);
    assertThat(table.columnNames())
        .containsExactly("id", "count", "name", "x", "f", "b", "day", "at");
    assertThat(table.columnNames().stream().map(name -> table.text(name, 0)))
        .containsExactly(
            "1",
            "-5",
            "M\u00fcller",
            "0.1",
            "0.5",
            "true",
            "2022-01-08",
            "2023-11-14T22:13:20.123Z");
    assertThat(table.columnNames().stream().skip(1).map(name -> table.text(name, 1)))
        .containsOnlyNulls();
  }

  @Test
  void output_parquet_roundTripsEveryKind() throws IOException {
    Table table = TableFiles.read(everyKind());
    Path file = directory.resolve("out.parquet");
    write(file, table, 1, 0, 1);

    Table back = TableFiles.read(file);

    assertThat(back.rows()).isEqualTo(3);
    for (String name : table.columnNames()) {
      assertThat(back.column(name).kind()).isEqualTo(table.column(name).kind());
      assertThat(back.text(name, 0)).isEqualTo(table.text(name, 1));
      assertThat(back.text(name, 1)).isEqualTo(table.text(name, 0));
    }
  }

  @Test
  void ids_integerAndText_areTheSameBytes() throws IOException {
    Table parquet = TableFiles.read(everyKind());
    Table csv = TableFiles.read(Files.writeString(directory.resolve("t.csv"), "id\n1\n2\n"));

    List<byte[]> fromParquet = Ids.of(parquet, List.of("id"), List.of()).values();
    List<byte[]> fromCsv = Ids.of(csv, List.of("id"), List.of()).values();

    assertThat(fromParquet).hasSize(2);
    assertThat(Arrays.equals(fromParquet.get(0), fromCsv.get(0))).isTrue();
    assertThat(Arrays.equals(fromParquet.get(1), fromCsv.get(1))).isTrue();
  }

  @Test
  void ids_fractions_areRefused() throws IOException {
    Table table = TableFiles.read(everyKind());
    assertThatThrownBy(() -> Ids.of(table, List.of("x"), List.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Column x")
        .hasMessageContaining("text or whole numbers");
  }

  @Test
  void ids_missing_namesTheRow() throws IOException {
    Table table = TableFiles.read(everyKind());
    assertThatThrownBy(() -> Ids.of(table, List.of("name"), List.of()))
        .hasMessageContaining("1 of 2 ids")
        .hasMessageContaining("at row 2");
  }

  @Test
  void numbers_missingOrNotFinite_areRefused() throws IOException {
    Path file =
        write(
            "n.parquet",
            "message t { required int64 id; optional double x; }",
            g -> g.append("id", 1L).append("x", 1.5),
            g -> g.append("id", 2L),
            g -> g.append("id", 3L).append("x", Double.NaN),
            g -> g.append("id", 4L).append("x", Double.NEGATIVE_INFINITY));
    Table table = TableFiles.read(file);

    assertThat(table.numbers("id")).containsExactly(1, 2, 3, 4);
    assertThatThrownBy(() -> table.numbers("x"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("3 of 4 values of column x")
        .hasMessageContaining("(1 of them missing)")
        .hasMessageContaining("rows 2, 3, 4");
  }

  @Test
  void read_directoryOfParts_isOneTable() throws IOException {
    Path parts = Files.createDirectory(directory.resolve("parts"));
    write("parts/part-1.parquet", "message t { required int64 id; }", g -> g.append("id", 2L));
    write("parts/part-0.parquet", "message t { required int64 id; }", g -> g.append("id", 1L));
    Files.writeString(parts.resolve("_SUCCESS"), "");

    assertThat(TableFiles.read(parts).numbers("id")).containsExactly(1, 2);

    write("parts/part-2.parquet", "message t { required double id; }", g -> g.append("id", 1.0));
    assertThatThrownBy(() -> TableFiles.read(parts))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("part-2.parquet")
        .hasMessageContaining("other columns");
    Files.delete(parts.resolve("part-2.parquet"));

    Files.writeString(parts.resolve("part-2.csv"), "id\n3\n");
    assertThatThrownBy(() -> TableFiles.read(parts))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("both CSV and Parquet");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "repeated int64 bad;",
        "optional group bad { optional int64 x; }",
        "optional binary bad;",
        "optional int96 bad;",
        "optional fixed_len_byte_array(4) bad;",
        "optional int64 bad (DECIMAL(10,2));",
        "optional int64 bad (TIMESTAMP(NANOS,true));",
        "optional int64 bad (INTEGER(64,false));",
      })
  void read_unsupportedType_namesTheColumn(String field) throws IOException {
    Path file =
        write(
            "t.parquet", "message t { required int64 id; " + field + " }", g -> g.append("id", 1L));
    assertThatThrownBy(() -> TableFiles.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Column bad")
        .hasMessageContaining(file.toString())
        .hasMessageContaining("must be a string");
  }

  @Test
  void read_noRows_isRefused() throws IOException {
    Path file = write("t.parquet", "message t { required int64 id; }");
    assertThatThrownBy(() -> TableFiles.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has no rows");
  }

  @Test
  void read_damaged_isRefused() throws IOException {
    byte[] good = Files.readAllBytes(everyKind());
    Path file = directory.resolve("bad.parquet");
    for (int length = 4; length < good.length; length += 97) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThatThrownBy(() -> TableFiles.read(file))
          .isInstanceOf(DataException.class)
          .hasMessageContaining(file.toString());
    }
    Files.writeString(file, "id\n1\n");
    assertThatThrownBy(() -> TableFiles.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("first bytes must be PAR1");
  }

  @Test
  void write_missingRows_readBackAsRowsWithoutValues() throws IOException {
    Table table = TableFiles.read(everyKind());
    Path file = directory.resolve("out.parquet");
    write(file, table, -1, 0, -1);
    Table back = TableFiles.read(file);
    assertThat(back.rows()).isEqualTo(3);
    for (String column : table.columnNames()) {
      assertThat(back.text(column, 0)).isNull();
      assertThat(back.text(column, 1)).isEqualTo(table.text(column, 0));
      assertThat(back.text(column, 2)).isNull();
    }
  }

  private static void write(Path file, Table table, int... rows) {
    try (TableOutput output = TableOutput.open(file)) {
      output.write(table, rows);
      output.publish();
    }
  }
}
