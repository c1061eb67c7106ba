// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.party.PartyId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExpansionTest {
  private static final PartyId A = new PartyId("a");
  private static final PartyId B = new PartyId("b");
  private static final PartyId C = new PartyId("c");
  private static final int MOST = 1 << 25;

  private static SortedMap<PartyId, int[]> counts(int[]... counts) {
    SortedMap<PartyId, int[]> all = new TreeMap<>();
    for (int i = 0; i < counts.length; i++) {
      all.put(List.of(A, B, C).get(i), counts[i]);
    }
    return all;
  }

  private static RowsById rows(String... ids) {
    return RowsById.of(
        Stream.of(ids).map(id -> id.getBytes(StandardCharsets.UTF_8)).toList(),
        PsiDuplicates.EXPAND);
  }

  @Test
  void rowsOf_threeParties_firstByNameIsSlowest() {
    // Common are y, then x: (2, 1, 2) rows of y and (1, 3, 1) of x.
    SortedMap<PartyId, int[]> counts = counts(new int[] {2, 1}, new int[] {1, 3}, new int[] {2, 1});
    Expansion expansion = Expansion.of(counts);

    assertThat(Expansion.rows(counts, MOST)).isEqualTo(7);
    assertThat(expansion.rowsOf(A, rows("x", "y", "z", "y"), new int[] {1, 0}))
        .containsExactly(1, 1, 3, 3, 0, 0, 0);
    assertThat(expansion.rowsOf(B, rows("x", "x", "y", "x"), new int[] {1, 0}))
        .containsExactly(2, 2, 2, 2, 0, 1, 3);
    assertThat(expansion.rowsOf(C, rows("y", "x", "y"), new int[] {0, 1}))
        .containsExactly(0, 2, 0, 2, 1, 1, 1);
  }

  @Test
  void rows_noCommonId_areNone() {
    SortedMap<PartyId, int[]> none = counts(new int[0], new int[0]);

    assertThat(Expansion.rows(none, MOST)).isZero();
    assertThat(Expansion.of(none).rowsOf(A, rows("x"), new int[0])).isEmpty();
  }

  @Test
  void rows_upToTheMost_areCountedAndNoMore() {
    assertThat(Expansion.rows(counts(new int[] {1 << 13}, new int[] {1 << 12}), MOST))
        .isEqualTo(MOST);
    assertThat(Expansion.rows(counts(new int[] {1 << 13, 1}, new int[] {1 << 12, 1}), MOST))
        .isEqualTo(MOST + 1);
    assertThat(Expansion.rows(counts(new int[] {1 << 13}, new int[] {(1 << 12) + 1}), MOST))
        .isEqualTo(MOST + 1);
  }

  /** Products that would come out small in 32 or in 64 bits. */
  @Test
  void rows_productsBeyondEveryNumber_areTooMany() {
    SortedMap<PartyId, int[]> eight = new TreeMap<>();
    for (int i = 0; i < 8; i++) {
      eight.put(new PartyId("p" + i), new int[] {MOST});
    }
    assertThat(Expansion.rows(eight, MOST)).isEqualTo(MOST + 1);
    assertThat(Expansion.rows(counts(new int[] {1 << 16}, new int[] {1 << 16}), MOST))
        .isEqualTo(MOST + 1);
    int[] largest = new int[100];
    Arrays.fill(largest, Integer.MAX_VALUE);
    assertThat(Expansion.rows(counts(largest, largest, largest), MOST)).isEqualTo(MOST + 1);
    assertThatThrownBy(() -> Expansion.of(counts(largest, largest, largest)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void digest_ofAnyOtherRows_isAnother() {
    byte[] alignment = new byte[32];
    byte[] other = new byte[32];
    other[0] = 1;

    assertThat(
            Stream.of(
                    Expansion.of(counts(new int[] {2, 1}, new int[] {1, 1})).digest(alignment),
                    Expansion.of(counts(new int[] {2, 1}, new int[] {1, 1})).digest(other),
                    Expansion.of(counts(new int[] {1, 2}, new int[] {1, 1})).digest(alignment),
                    Expansion.of(counts(new int[] {1, 1}, new int[] {2, 1})).digest(alignment),
                    Expansion.of(counts(new int[] {1, 1}, new int[] {1, 2})).digest(alignment),
                    Expansion.of(counts(new int[] {2, 1}, new int[] {1, 1}, new int[] {1, 1}))
                        .digest(alignment))
                .map(Arrays::toString))
        .doesNotHaveDuplicates();
    assertThat(Expansion.of(counts(new int[] {2, 3}, new int[] {4, 1})).digest(alignment))
        .isEqualTo(Expansion.of(counts(new int[] {2, 3}, new int[] {4, 1})).digest(alignment));
  }
}
