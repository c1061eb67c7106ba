// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.Randomness;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
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

  private static Randomness randomness(int context) {
    return Randomness.derive(
        new byte[32], "shuffle", ByteBuffer.allocate(4).putInt(context).array());
  }

  @Test
  void shuffle_sameBytes_sameOrder() {
    int[] places = IntStream.range(0, 5000).toArray();
    int[] order = new Shuffle(5000, randomness(1)).invert(places);
    assertThat(order).isEqualTo(new Shuffle(5000, randomness(1)).invert(places));
    assertThat(order).isNotEqualTo(new Shuffle(5000, randomness(2)).invert(places));
  }

  @Test
  void shuffle_largeBound_skipsWordsThatWouldFavourSmallNumbers() {
    // Words: 0 for one item, 0 for two, 2^32 - 1 (0 modulo 3) passed over for three, then 1.
    Shuffle shuffle =
        new Shuffle(
            3,
            (index, into) -> {
              Arrays.fill(into, (byte) 0);
              Arrays.fill(into, 8, 12, (byte) 0xff);
              into[15] = 1;
            });
    assertThat(shuffle.invert(new int[] {0, 1, 2})).containsExactly(1, 2, 0);
  }

  @Test
  void shuffle_anySize_isAPermutationThatInverts() {
    for (int size : new int[] {0, 1, 2, 500, 5000}) {
      Shuffle shuffle = new Shuffle(size, randomness(size));
      int[] positions = new int[size];
      byte[] flat = new byte[2 * size];
      for (int i = 0; i < size; i++) {
        positions[i] = i;
        flat[2 * i] = (byte) (i >>> 8);
        flat[2 * i + 1] = (byte) i;
      }
      int[] items = shuffle.invert(positions);
      byte[] shuffled = shuffle.apply(flat, 2);
      assertThat(items).containsExactlyInAnyOrder(positions);
      for (int i = 0; i < size; i++) {
        assertThat((shuffled[2 * i] & 0xff) << 8 | (shuffled[2 * i + 1] & 0xff))
            .isEqualTo(items[i])
            .isEqualTo(shuffle.item(i));
      }
    }
  }

  @Test
  void shuffle_threeItems_reachesEachOfTheSixOrders() {
    int[] seen = new int[27];
    for (int i = 0; i < 600; i++) {
      Shuffle shuffle = new Shuffle(3, randomness(i));
      seen[9 * shuffle.item(0) + 3 * shuffle.item(1) + shuffle.item(2)]++;
    }
    // 100 of each are expected; fewer than 40 happen once in 10^12.
    assertThat(Arrays.stream(seen).filter(count -> count > 40).count()).isEqualTo(6);
  }
}
