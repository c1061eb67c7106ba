// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.error.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever bytes a file holds: it is read as the slow reader reads it or refused by a {@link
 * DataException}, and what was read and is written is read as the same.
 */
class CsvFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
            "id,v\n1,a\n2,b\n",
            "\uFEFFid,v\r\n1,\"a,\"\"b\"\"\r\nc\"\r\n2, x \r\n3,\r\n4,\"\"\r\n",
            "id\ra\r\r\"b\" \r",
            "id\n\u00fc\n\u20ac\n\ud83d\ude00\n",
            "id,v\n1,x\"y\n",
            "id,id\n1,2\n",
            "id,v\n1,\"a\n",
            "")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "1m")
  void read_anyBytes_isATableOrADataException(byte[] input) throws IOException {
    Path file = Files.createTempFile("heddle", ".csv");
    Path copy = Files.createTempFile("heddle", ".csv");
    try {
      Files.write(file, input);
      SimpleCsv.@Nullable Content expected;
      try {
        expected = SimpleCsv.read(input);
      } catch (SimpleCsv.Refusal e) {
        expected = null;
      }
      Table table;
      try {
        table = new CsvTableReader(file, 3 + input.length % 16).read(List.of(file));
      } catch (DataException e) {
        assertThat(expected).isNull();
        return;
      }
      assertThat(SimpleCsv.Content.of(table)).isEqualTo(expected);
      CsvTableWriter.write(table, IntStream.range(0, table.rows()).toArray(), copy);
      if (table.columnNames().size() > 1) {
        // Of a single column the last rows may be blank lines.
        SimpleCsv.Content back = SimpleCsv.Content.of(new CsvTableReader(copy).read(List.of(copy)));
        assertThat(back.names()).isEqualTo(table.columnNames());
        assertThat(back.rows()).isEqualTo(SimpleCsv.Content.of(table).rows());
      }
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(copy);
    }
  }
}
