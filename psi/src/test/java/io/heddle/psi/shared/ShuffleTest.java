// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.crypto.Randomness;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShuffleTest {
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
