// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.config.IdRule;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.error.DataException;
import io.heddle.psi.ids.IdList;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class IdsTest {
  private final Path directory;

  IdsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private Table table(String text) throws IOException {
    return TableFiles.read(Files.writeString(directory.resolve("t.csv"), text));
  }

  private static List<String> texts(Ids ids) {
    return ids.values().stream().map(id -> new String(id, StandardCharsets.UTF_8)).toList();
  }

  @Test
  void of_oneColumn_isItsUtf8Form() throws IOException {
    Ids ids = Ids.of(table("id,x\n007,1\n7,2\n\u00fc,3\n"), List.of("id"), List.of());

    assertThat(texts(ids)).containsExactly("007", "7", "\u00fc");
    assertThat(ids.notes()).isEmpty();
  }

  @Test
  void of_twoColumns_joinUnambiguously() throws IOException {
    Ids ids = Ids.of(table("a,b\nab,c\na,bc\n"), List.of("a", "b"), List.of());

    assertThat(HexFormat.of().formatHex(ids.values().get(0))).isEqualTo("0000000261620000000163");
    assertThat(HexFormat.of().formatHex(ids.values().get(1))).isEqualTo("0000000161000000026263");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        " a b\t|TRIM|a b",
        "AbC\u00dc|LOWER|abc\u00fc",
        "u\u0308|NFC|\u00fc",
        "0070|STRIP_LEADING_ZEROS|70",
        "000|STRIP_LEADING_ZEROS|0",
        "0|STRIP_LEADING_ZEROS|0",
        "-07|STRIP_LEADING_ZEROS|-07",
      })
  void normalise_oneRule_changesTheText(String before, IdRule rule, String after) {
    assertThat(Ids.normalise(before, List.of(rule))).isEqualTo(after);
    assertThat(Ids.normalise(after, List.of(rule))).isEqualTo(after);
  }

  @Test
  void normalise_rules_applyInOrder() {
    assertThat(
            Ids.normalise(" 007A ", List.of(IdRule.TRIM, IdRule.STRIP_LEADING_ZEROS, IdRule.LOWER)))
        .isEqualTo("7a");
    assertThat(Ids.normalise(" 007A ", List.of(IdRule.STRIP_LEADING_ZEROS, IdRule.TRIM)))
        .isEqualTo("007A");
    assertThat(Ids.normalise(null, List.of(IdRule.TRIM))).isEmpty();
  }

  @Test
  void of_blankIds_areCountedAndPlaced() throws IOException {
    Table table = table("id,x\na,1\n,2\n\"\",3\n\"  \",4\nb,5\n,6\n");
    assertThatThrownBy(() -> Ids.of(table, List.of("id"), List.of()))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "4 of 6 ids of id in "
                + table.file()
                + " are missing or blank, first at lines 3, 4, 5, ...");
  }

  @Test
  void of_onePartBlank_isRefused() throws IOException {
    Table table = table("a,b\na,1\n,1\n");
    assertThatThrownBy(() -> Ids.of(table, List.of("a", "b"), List.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1 of 2 ids of a + b")
        .hasMessageContaining("at line 3");
  }

  @Test
  void of_repeatedIds_areCountedAndPlacedAndNotShown() throws IOException {
    Table table = table("id\nsecret\nb\nsecret\nsecret\n");
    assertThatThrownBy(() -> Ids.of(table, List.of("id"), List.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2 of 4 ids")
        .hasMessageContaining("lines 4, 5")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @CsvSource({"FIRST, these rows are left out", "EXPAND, each of these rows counts"})
  void of_repeatedIdsThatMayBe_areCountedAndNotShown(PsiDuplicates duplicates, String what)
      throws IOException {
    Table table = table("id\nsecret\nb\nsecret\nsecret\n");
    Ids ids = Ids.of(table, List.of("id"), List.of(), duplicates);

    assertThat(texts(ids)).containsExactly("secret", "b", "secret", "secret");
    assertThat(ids.notes())
        .containsExactly(
            "2 of 4 ids of id in "
                + table.file()
                + " repeat an earlier id; "
                + what
                + " (psi.duplicates)");
    assertThat(Ids.of(table("id\na\nb\n"), List.of("id"), List.of(), duplicates).notes()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void of_blankIds_areRefusedWhateverRepeatsMean(PsiDuplicates duplicates) throws IOException {
    Table table = table("id,x\na,1\n,2\n,3\n");
    assertThatThrownBy(() -> Ids.of(table, List.of("id"), List.of(), duplicates))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2 of 3 ids")
        .hasMessageContaining("missing or blank");
  }

  @Test
  void of_idsThatRulesMakeEqual_areRefused() throws IOException {
    Table table = table("id\n7\n07\n");
    assertThat(Ids.of(table, List.of("id"), List.of()).values()).hasSize(2);
    assertThatThrownBy(() -> Ids.of(table, List.of("id"), List.of(IdRule.STRIP_LEADING_ZEROS)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("repeat an earlier id");
  }

  @Test
  void of_longIds_areTakenUpToTheLimit() throws IOException {
    String tenKilobytes = "x".repeat(10_000);
    assertThat(
            Ids.of(table("id\n" + tenKilobytes + "\n"), List.of("id"), List.of()).values().get(0))
        .hasSize(10_000);
    assertThat(
            Ids.of(table("id\n" + "x".repeat(Ids.MAX_BYTES) + "\n"), List.of("id"), List.of())
                .values())
        .hasSize(1);
    Table tooLong = table("id\na\n" + "x".repeat(Ids.MAX_BYTES + 1) + "\n");
    assertThatThrownBy(() -> Ids.of(tooLong, List.of("id"), List.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1 of 2 ids")
        .hasMessageContaining("longer than 65536 bytes")
        .hasMessageContaining("line 3");
  }

  @Test
  void of_decomposedAndPaddedIds_areNoted() throws IOException {
    Ids ids = Ids.of(table("id\nu\u0308\n a\nb\n"), List.of("id"), List.of());
    assertThat(ids.notes()).hasSize(2);
    assertThat(ids.notes().get(0)).contains("1 ids", "nfc");
    assertThat(ids.notes().get(1)).contains("1 ids", "trim");

    assertThat(
            Ids.of(table("id\nu\u0308\n a\nb\n"), List.of("id"), List.of(IdRule.NFC, IdRule.TRIM))
                .notes())
        .isEmpty();
  }

  @Test
  void of_noColumn_isRefused() throws IOException {
    Table table = table("id\na\n");
    assertThatThrownBy(() -> Ids.of(table, List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Ids.of(table, List.of("key"), List.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("No column key");
  }

  @Test
  void of_manyIds_findsTheOneRepeated() throws IOException {
    StringBuilder text = new StringBuilder("id\n");
    for (int i = 0; i < 50_000; i++) {
      text.append(i).append('\n');
    }
    assertThat(Ids.of(table(text.toString()), List.of("id"), List.of()).values()).hasSize(50_000);
    Table repeated = table(text.append("123\n").toString());
    assertThatThrownBy(() -> Ids.of(repeated, List.of("id"), List.of()))
        .hasMessageContaining("1 of 50001 ids")
        .hasMessageContaining("line 50002");
  }

  @Test
  void of_anyTextsAndRules_isThatOfEachTextByItself() throws IOException {
    List<String> pieces =
        List.of(
            "a", "B", "0", "00", "7", " ", "\t", "\u001c", "\u00a0", "\u3000", "\u00dc", "u\u0308");
    int accepted = 0;
    for (int seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      // In a column of ASCII only each value is known to be so; in others each is looked at.
      int used = random.nextBoolean() ? pieces.size() : 7;
      List<IdRule> rules = new ArrayList<>(List.of(IdRule.values()));
      Collections.shuffle(rules, random);
      rules = rules.subList(0, random.nextInt(rules.size() + 1));
      int columns = 1 + random.nextInt(3);
      Map<List<Byte>, Integer> expected = new LinkedHashMap<>();
      List<@Nullable String[]> rows = new ArrayList<>();
      for (int row = 0; row < 12; row++) {
        @Nullable String[] texts = new String[columns];
        String[] parts = new String[columns];
        boolean blank = false;
        for (int j = 0; j < columns; j++) {
          StringBuilder text = new StringBuilder();
          for (int n = 1 + random.nextInt(6); n > 0; n--) {
            text.append(pieces.get(random.nextInt(used)));
          }
          texts[j] = text.toString();
          parts[j] = Ids.normalise(texts[j], rules);
          blank |= parts[j].isBlank();
        }
        // Without those that are refused: they are other tests'.
        if (!blank && expected.putIfAbsent(list(Ids.encode(parts)), row) == null) {
          rows.add(texts);
        }
      }
      List<String> names = IntStream.range(0, columns).mapToObj(j -> "c" + j).toList();

      IdList ids = Ids.of(rows, names, rules, PsiDuplicates.REFUSE).values();

      assertThat(ids.stream().map(IdsTest::list))
          .as("seed %d", seed)
          .containsExactlyElementsOf(expected.keySet());
      accepted += ids.size();
    }
    assertThat(accepted).isGreaterThan(3000);
  }

  private static List<Byte> list(byte[] bytes) {
    List<Byte> list = new ArrayList<>();
    for (byte b : bytes) {
      list.add(b);
    }
    return list;
  }

  @Test
  void of_rowsReadElsewhere_areRefusedWithCounts() {
    List<@Nullable String[]> rows = new ArrayList<>();
    rows.add(new @Nullable String[] {"a", "1"});
    rows.add(new @Nullable String[] {null, "1"});
    rows.add(new @Nullable String[] {"b", " "});
    assertThatThrownBy(() -> Ids.of(rows, List.of("k", "l"), List.of(), PsiDuplicates.REFUSE))
        .isInstanceOf(DataException.class)
        .hasMessage("2 of 3 ids of k + l are missing or blank");
    assertThat(Ids.of(List.of(), List.of("k"), List.of(), PsiDuplicates.REFUSE).values()).isEmpty();
  }

  @Test
  void of_plainColumn_isNotCopied() throws IOException {
    Table table = table("id\na\nb\n");
    assertThat(Ids.of(table, List.of("id"), List.of()).values().bytes())
        .isSameAs(((TextColumn) table.column("id")).bytes());
  }
}
