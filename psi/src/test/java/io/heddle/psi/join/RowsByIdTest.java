// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.join;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.config.JobConfig.PsiDuplicates;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowsByIdTest {
  private static List<byte[]> bytes(List<String> ids) {
    return ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
  }

  private static List<String> texts(List<byte[]> ids) {
    return ids.stream().map(id -> new String(id, StandardCharsets.UTF_8)).toList();
  }

  @Test
  void of_refuse_isRowByRow() {
    RowsById rows = RowsById.of(bytes(List.of("b", "a", "c")), PsiDuplicates.REFUSE);

    assertThat(texts(rows.ids())).containsExactly("b", "a", "c");
    assertThat(rows.firstRows(new int[] {2, 0})).containsExactly(2, 0);
    assertThat(rows.counts(new int[] {2, 0})).containsExactly(1, 1);
    assertThat(rows.otherRows(new int[] {2})).containsExactly(0, 1);
  }

  @Test
  void of_first_leavesTheOthersOut() {
    RowsById rows = RowsById.of(bytes(List.of("b", "a", "b", "a", "c")), PsiDuplicates.FIRST);

    assertThat(texts(rows.ids())).containsExactly("b", "a", "c");
    assertThat(rows.firstRows(new int[] {2, 1, 0})).containsExactly(4, 1, 0);
    assertThat(rows.counts(new int[] {0, 1})).containsExactly(1, 1);
    assertThat(rows.otherRows(new int[] {1})).containsExactly(0, 4);
  }

  @Test
  void of_expand_keepsAllInTheTablesOrder() {
    RowsById rows = RowsById.of(bytes(List.of("b", "a", "b", "a", "b")), PsiDuplicates.EXPAND);

    assertThat(texts(rows.ids())).containsExactly("b", "a");
    assertThat(rows.counts(new int[] {1, 0})).containsExactly(2, 3);
    assertThat(List.of(rows.row(0, 2), rows.row(1, 1), rows.row(0, 0))).containsExactly(4, 3, 0);
    assertThat(rows.otherRows(new int[] {0})).containsExactly(1, 3);
    assertThat(rows.otherRows(new int[0])).containsExactly(0, 1, 2, 3, 4);
  }

  @ParameterizedTest
  @EnumSource
  void of_noRows_areNone(PsiDuplicates duplicates) {
    RowsById rows = RowsById.of(List.of(), duplicates);

    assertThat(rows.ids()).isEmpty();
    assertThat(rows.counts(new int[0])).isEmpty();
    assertThat(rows.otherRows(new int[0])).isEmpty();
  }

  /** Against Java's own maps. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void of_randomIds_groupsAsAMapDoes(long seed) {
    Random random = new Random(seed);
    List<String> ids = new ArrayList<>();
    int different = 1 + random.nextInt(500);
    // Some of equal hash code: "Aa" and "BB".
    IntStream.range(0, random.nextInt(2000))
        .forEach(
            i ->
                ids.add(
                    (random.nextBoolean() ? "Aa" : "BB").repeat(random.nextInt(3))
                        + random.nextInt(different)));
    Map<String, List<Integer>> map = new LinkedHashMap<>();
    for (int row = 0; row < ids.size(); row++) {
      map.computeIfAbsent(ids.get(row), id -> new ArrayList<>()).add(row);
    }

    RowsById rows = RowsById.of(bytes(ids), PsiDuplicates.EXPAND);

    assertThat(texts(rows.ids())).containsExactlyElementsOf(map.keySet());
    for (int id = 0; id < rows.ids().size(); id++) {
      List<Integer> expected = Objects.requireNonNull(map.get(texts(rows.ids()).get(id)));
      int number = id;
      assertThat(rows.counts(new int[] {id})).containsExactly(expected.size());
      assertThat(IntStream.range(0, expected.size()).mapToObj(place -> rows.row(number, place)))
          .containsExactlyElementsOf(expected);
    }
  }
}
