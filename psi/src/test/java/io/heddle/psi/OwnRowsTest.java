// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.config.JobConfig.PsiDuplicates;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnRowsTest {
  private static List<byte[]> bytes(String... ids) {
    return Stream.of(ids).map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
  }

  @Test
  void of_noRows_hasNone() {
    OwnRows own = OwnRows.of(List.of(), PsiDuplicates.REFUSE);
    assertThat(own.ids()).isEmpty();
    assertThat(own.count()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"FIRST", "EXPAND"})
  void of_idsThatRepeat_haveEachOnceAndAllRows(PsiDuplicates duplicates) {
    OwnRows own = OwnRows.of(bytes("b", "a", "b", "b"), duplicates);
    assertThat(own.ids()).containsExactly(bytes("a", "b").toArray(byte[][]::new));
    assertThat(own.count()).isEqualTo(4);
    assertThat(own.rows().firstRows(new int[] {0, 1})).containsExactly(0, 1);
  }

  @Test
  void of_idsThatMayNotRepeat_areRefused() {
    assertThatThrownBy(() -> OwnRows.of(bytes("b", "a", "b"), PsiDuplicates.REFUSE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 of 3 ids stand in the list already: each may once");
  }

  /** Before any of them is looked at. */
  @Test
  void of_tooManyRowsThatAllCount_areRefused() {
    List<byte[]> many = Collections.nCopies(PsiLimits.LARGEST_SET + 1, new byte[0]);
    assertThatThrownBy(() -> OwnRows.of(many, PsiDuplicates.EXPAND))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid table of 33554433 rows: must be at most 33554432");
  }
}
