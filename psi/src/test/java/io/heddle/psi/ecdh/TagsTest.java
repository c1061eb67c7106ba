// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TagsTest {
  private static final PartyId PEER = new PartyId("peer");

  @ParameterizedTest
  @CsvSource({
    "0, 5",
    "1, 5",
    "2, 6",
    "16, 6",
    "17, 7",
    "20000, 9",
    "100000, 10",
    "1048576, 10",
    "1048577, 11",
    "33554432, 12",
    "2147483647, 13"
  })
  void width_largestSet_is40BitsAndTwiceItsLogarithm(int largest, int bytes) {
    assertThat(Tags.width(largest)).isEqualTo(bytes);
  }

  @Test
  void common_threeLists_positionsAreThoseOfEqualTagsInTagOrder() {
    Tags a = new Tags(PEER, new byte[] {9, 1, (byte) 200, 5, 7}, 1);
    Tags b = new Tags(PEER, new byte[] {(byte) 200, 2, 7, 9}, 1);
    Tags c = new Tags(PEER, new byte[] {7, (byte) 200, 1}, 1);
    assertThat(Tags.common(List.of(a, b, c))).isEqualTo(new int[][] {{4, 2}, {2, 0}, {0, 1}});
    assertThat(Tags.common(List.of(a, b))).isEqualTo(new int[][] {{4, 0, 2}, {2, 3, 0}});
  }

  @Test
  void common_emptyList_isEmpty() {
    assertThat(
            Tags.common(List.of(new Tags(PEER, new byte[] {1}, 1), new Tags(PEER, new byte[0], 1))))
        .isEqualTo(new int[][] {{}, {}});
    assertThat(
            Tags.common(List.of(new Tags(PEER, new byte[0], 1), new Tags(PEER, new byte[] {1}, 1))))
        .isEqualTo(new int[][] {{}, {}});
  }

  @Test
  void tags_equalOnes_areRefused() {
    assertThatThrownBy(() -> new Tags(PEER, new byte[] {1, 2, 3, 4, 1, 2}, 2))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("The list of 3 items from peer holds one twice");
  }
}
