// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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

  @Test
  void digest_anyGivenOrder_isThatOfTheSetByItself() throws Exception {
    MessageDigest expected = MessageDigest.getInstance("SHA-256");
    for (int id : new int[] {3, 127, 128, 200}) {
      expected.update(new byte[] {0, 0, 0, 1, (byte) id});
    }
    byte[] digest = expected.digest();
    assertThat(SortedIds.of(ids(200, 3, 127, 128)).digest()).isEqualTo(digest);
    assertThat(SortedIds.of(ids(128, 127, 3, 200)).digest()).isEqualTo(digest);
    assertThat(SortedIds.of(ids(128, 127, 3)).digest()).isNotEqualTo(digest);
  }

  @Test
  void rows_manyIds_leadBackToTheGivenOnes() {
    Random random = new Random(11);
    List<byte[]> given = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      given.add(("customer-" + i * 7919L % 10_007).getBytes(StandardCharsets.US_ASCII));
    }
    SortedIds sorted = SortedIds.of(given);
    int[] places = random.ints(5000, 0, given.size()).toArray();

    int[] rows = sorted.rows(places);

    for (int i = 0; i < places.length; i++) {
      assertThat(given.get(rows[i])).isEqualTo(sorted.ids().get(places[i]));
    }
    assertThat(sorted.ids()).isSortedAccordingTo(Arrays::compareUnsigned);
  }

  @Test
  void of_tooManyIds_isRefused() {
    List<byte[]> many = Collections.nCopies(PsiLimits.LARGEST_SET + 1, new byte[0]);
    assertThatThrownBy(() -> SortedIds.of(many))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid set of 33554433 ids: must be at most 33554432");
  }
}
