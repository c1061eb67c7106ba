// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SortedIdsTest {
  private static List<byte[]> ids(int... single) {
    return Arrays.stream(single).mapToObj(i -> new byte[] {(byte) i}).toList();
  }

  @Test
  void rows_anyPlaces_areThoseOfTheGivenList() {
    SortedIds sorted = SortedIds.of(ids(200, 3, 127, 128));
    assertThat(sorted.ids())
        .usingElementComparator(Arrays::compare)
        .isEqualTo(ids(3, 127, 128, 200));
    assertThat(sorted.rows(new int[] {3, 0, 2})).containsExactly(0, 1, 3);
    assertThat(sorted.rows(new int[0])).isEmpty();
  }

  @Test
  void of_emptyOrOne_isItself() {
    assertThat(SortedIds.of(List.of()).ids()).isEmpty();
    assertThat(SortedIds.of(List.of()).rows(new int[0])).isEmpty();
    assertThat(SortedIds.of(ids(7)).rows(new int[] {0})).containsExactly(0);
  }

  @Test
  void of_oneIdBeginsAnother_theShorterIsFirst() {
    byte[] longer = {1, 0};
    byte[] shorter = {1};
    assertThat(SortedIds.of(List.of(longer, shorter)).ids()).containsExactly(shorter, longer);
  }

  static Stream<List<byte[]>> twice() {
    return Stream.of(ids(1, 1, 2, 3), ids(1, 2, 3, 1), ids(3, 1, 2, 1));
  }

  @ParameterizedTest
  @MethodSource("twice")
  void of_anIdTwice_isRefusedWhereverItStands(List<byte[]> ids) {
    assertThatThrownBy(() -> SortedIds.of(ids))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 of 4 ids stand in the list already: each may once");
  }
}
