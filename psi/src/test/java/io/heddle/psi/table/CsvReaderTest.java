// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import com.univocity.parsers.csv.UnescapedQuoteHandling;
import io.heddle.error.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader against another library, a slow reader of our own, and bytes that are no CSV. */
class CsvReaderTest {
  private static final int FILES = 3000;
  private static final String[] PIECES = {
    "a",
    "Zz",
    "0",
    "-1.5e3",
    " ",
    "\t",
    "#",
    "'",
    ";",
    "\\",
    "\u00fc",
    "\u20ac",
    "\ud83d\ude00",
    "\0",
  };
  private static final String[] QUOTED_PIECES = {",", "\n", "\r\n", "\r", "\"", "\"\"", "\n\n"};

  private final Path file;

  CsvReaderTest(@TempDir Path directory) {
    file = directory.resolve("t.csv");
  }

  private Table read(byte[] bytes, int blockBytes) throws IOException {
    Files.write(file, bytes);
    return new CsvTableReader(file, blockBytes).read(List.of(file));
  }

  private static String value(Random random, boolean quoted) {
    StringBuilder value = new StringBuilder();
    for (int n = random.nextInt(5); n > 0; n--) {
      value.append(
          quoted && random.nextInt(3) == 0
              ? QUOTED_PIECES[random.nextInt(QUOTED_PIECES.length)]
              : PIECES[random.nextInt(PIECES.length)]);
    }
    return value.toString();
  }

  /** A file that follows the rules, with one kind of line ends. */
  private static String wellFormed(Random random) {
    String end = random.nextBoolean() ? "\n" : "\r\n";
    int columns = 1 + random.nextInt(4);
    StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "\uFEFF" : "");
    for (int j = 0; j < columns; j++) {
      text.append(j == 0 ? "" : ",").append(random.nextBoolean() ? "c" + j : "\"c" + j + "\"");
    }
    for (int rows = 1 + random.nextInt(6); rows > 0; rows--) {
      text.append(end);
      for (int j = 0; j < columns; j++) {
        text.append(j == 0 ? "" : ",");
        boolean quoted = random.nextInt(3) == 0;
        String value = value(random, quoted);
        // Univocity drops white space behind some quotes.
        value = quoted ? value.replaceAll("[ \t\0]", "") : value;
        // A row of nothing is a blank line, which is another test's; univocity loses some others.
        value = value.isEmpty() && j == 0 ? "x" : value;
        text.append(quoted ? "\"" + value.replace("\"", "\"\"") + "\"" : value);
      }
    }
    for (int ends = random.nextInt(4); ends > 0; ends--) {
      text.append(end);
    }
    return text.toString();
  }

  @Test
  void read_wellFormed_isWhatUnivocityReads() throws IOException {
    for (int seed = 0; seed < FILES; seed++) {
      byte[] bytes = wellFormed(new Random(seed)).getBytes(StandardCharsets.UTF_8);
      Files.write(file, bytes);
      List<List<@Nullable String>> expected = univocity();
      while (isBlank(expected.get(expected.size() - 1))) {
        expected.remove(expected.size() - 1);
      }

      SimpleCsv.Content content = SimpleCsv.Content.of(read(bytes, 3 + seed % 50));

      assertThat(content.names()).as("seed %d", seed).isEqualTo(expected.get(0));
      assertThat(content.rows())
          .as("seed %d", seed)
          .isEqualTo(expected.subList(1, expected.size()));
    }
  }

  private static boolean isBlank(List<@Nullable String> record) {
    return record.size() == 1 && record.get(0) == null;
  }

  private List<List<@Nullable String>> univocity() {
    CsvParserSettings settings = new CsvParserSettings();
    settings.setLineSeparatorDetectionEnabled(true);
    settings.setNormalizeLineEndingsWithinQuotes(false);
    settings.setIgnoreLeadingWhitespaces(false);
    settings.setIgnoreTrailingWhitespaces(false);
    settings.setSkipEmptyLines(false);
    settings.setEmptyValue("");
    settings.setCommentProcessingEnabled(false);
    settings.setUnescapedQuoteHandling(UnescapedQuoteHandling.RAISE_ERROR);
    List<List<@Nullable String>> records = new ArrayList<>();
    for (@Nullable String[] record :
        new CsvParser(settings).parseAll(file.toFile(), StandardCharsets.UTF_8)) {
      records.add(Arrays.asList(record));
    }
    return records;
  }

  /** Well-formed files with some bytes changed, and bytes that mean something in any order. */
  private static byte[] anyFile(Random random) {
    if (random.nextBoolean()) {
      byte[] bytes = wellFormed(random).getBytes(StandardCharsets.UTF_8);
      for (int n = random.nextInt(4); n > 0; n--) {
        bytes[random.nextInt(bytes.length)] = anyByte(random);
      }
      return random.nextInt(3) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (random.nextBoolean()) {
      bytes.writeBytes((random.nextBoolean() ? "a,b" : "a").getBytes(StandardCharsets.US_ASCII));
      bytes.write('\n');
    }
    for (int n = random.nextInt(25); n > 0; n--) {
      bytes.write(anyByte(random));
    }
    return bytes.toByteArray();
  }

  private static byte anyByte(Random random) {
    byte[] special = {
      ',', ',', '"', '"', '\n', '\n', '\r', 'a', 'a', 'b', ' ', 0, (byte) 0xc3, (byte) 0xbc,
    };
    return random.nextInt(12) == 0
        ? (byte) random.nextInt(256)
        : special[random.nextInt(special.length)];
  }

  @Test
  void read_anyBytes_areReadOrRefusedAsBySimpleReader() throws IOException {
    int accepted = 0;
    for (int seed = 0; seed < 4 * FILES; seed++) {
      byte[] bytes = anyFile(new Random(seed));
      SimpleCsv.Content expected;
      try {
        expected = SimpleCsv.read(bytes);
      } catch (SimpleCsv.Refusal e) {
        int blockBytes = 3 + seed % 20;
        assertThatThrownBy(() -> read(bytes, blockBytes))
            .as("seed %d", seed)
            .isInstanceOf(DataException.class)
            .hasMessageContaining("t.csv")
            .hasNoCause();
        continue;
      }
      accepted++;
      assertThat(SimpleCsv.Content.of(read(bytes, 3 + seed % 20)))
          .as("seed %d", seed)
          .isEqualTo(expected);
    }
    // The test would say nothing if nearly all were refused, or nearly none.
    assertThat(accepted).isBetween(FILES / 2, 7 * FILES / 2);
  }

  @Test
  void read_manyRowsThatGrowLonger_areReadWhole() throws Exception {
    Random random = new Random(3);
    StringBuilder text = new StringBuilder("id,v,w\n");
    for (int row = 0; row < 60_000; row++) {
      text.append(row).append(',');
      if (row > 20_000) {
        text.append("\"").append("x".repeat(random.nextInt(40))).append("\"\"\n\"");
      }
      text.append(',').append(random.nextInt(9) == 0 ? "" : random.nextLong()).append('\n');
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);

    Files.write(file, bytes);
    SimpleCsv.Content content = SimpleCsv.Content.of(TableFiles.read(file));

    assertThat(content).isEqualTo(SimpleCsv.read(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "\u00fc", "\u20ac", "\ud83d\ude00", "\"\""})
  void read_longestValue_isReadAndALongerOneRefused(String piece) throws IOException {
    int each = piece.equals("\"\"") ? 1 : piece.length();
    String longest = piece.repeat(CsvRecords.MAX_CHARACTERS / each);
    for (String quote : piece.equals("\"\"") ? List.of("\"") : List.of("", "\"")) {
      String head = "id,v\n1," + quote;
      Table table = read((head + longest + quote + "\n2,b").getBytes(StandardCharsets.UTF_8), 100);
      assertThat(table.text("v", 0)).hasSize(CsvRecords.MAX_CHARACTERS);
      assertThat(table.text("v", 1)).isEqualTo("b");

      byte[] longer = (head + longest + piece + quote + "\n").getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> read(longer, 100))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("t.csv:2: corrupt record")
          .hasMessageContaining("more than 1048576 characters");
    }
  }

  @Test
  void read_quoteNeverClosed_isRefusedAtItsLine() throws IOException {
    byte[] bytes = new byte[20 << 20];
    Arrays.fill(bytes, (byte) '\n');
    System.arraycopy("id\n\"".getBytes(StandardCharsets.US_ASCII), 0, bytes, 0, 4);
    Files.write(file, bytes);
    try (CsvRecords records = CsvRecords.open(file, 1 << 18)) {
      assertThat(records.next()).isTrue();
      assertThat(records.value(null)).isFalse();
      assertThat(records.next()).isTrue();
      assertThatThrownBy(() -> records.value(null))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("t.csv:2: corrupt record");
    }
  }

  @Test
  void read_tooManyFields_areRefusedAndCounted() {
    StringBuilder header = new StringBuilder("c0");
    for (int j = 1; j <= 20_000; j++) {
      header.append(",c").append(j);
    }
    assertThatThrownBy(() -> read((header + "\n").getBytes(StandardCharsets.US_ASCII), 1000))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("t.csv:1: more than 20000 fields");
    assertThatThrownBy(
            () -> read(("id\n1\n" + ",".repeat(20_000)).getBytes(StandardCharsets.US_ASCII), 1000))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("t.csv:3: more than 20000 fields");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c080", // an overlong zero
        "eda080", // half of a surrogate pair
        "f4908080", // beyond Unicode
        "e282", // cut off
        "80",
        "ff",
        "c3",
      })
  void read_notUtf8_namesTheLine(String hex) {
    byte[] bad = HexFormat.of().parseHex(hex);
    for (String around : List.of("%", "\"%\"", "\u00fc%", "\"a\n%\"")) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      String[] halves = around.split("%", -1);
      bytes.writeBytes(("id,v\n\u00fc,\u20ac\n1," + halves[0]).getBytes(StandardCharsets.UTF_8));
      bytes.writeBytes(bad);
      bytes.writeBytes((halves[1] + "\n2,secret\n").getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> read(bytes.toByteArray(), 3))
          .isInstanceOf(DataException.class)
          .hasMessage(file + ":3: not UTF-8 in the record that begins here");
    }
  }
}
