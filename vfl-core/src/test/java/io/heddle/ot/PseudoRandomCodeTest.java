// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class PseudoRandomCodeTest {
  private static final int DISTANCE = 128;

  @Test
  void words_ofDifferentItems_differInAboutHalfOfThePlaces() {
    int count = PseudoRandomCode.MOST;
    byte[] items = TwoParties.bytes("items", count * PseudoRandomCode.ITEM_BYTES);
    // One bit apart.
    System.arraycopy(items, 0, items, 16, 16);
    items[31] ^= 1;
    long[] words = new long[count * PseudoRandomCode.WORDS];
    new PseudoRandomCode(TwoParties.COIN).encode(items, 0, count, words, 0);
    long all = 0;
    for (int i = 1; i < count; i++) {
      int distance = 0;
      for (int word = 0; word < PseudoRandomCode.WORDS; word++) {
        distance +=
            Long.bitCount(
                words[i * PseudoRandomCode.WORDS + word]
                    ^ words[(i - 1) * PseudoRandomCode.WORDS + word]);
      }
      // Six and a half standard deviations; 128 is nine away.
      assertThat(distance).isBetween(224 - 69, 224 + 69);
      all += distance;
    }
    assertThat(all / (double) (count - 1)).isBetween(223.0, 225.0);
  }

  /** What the class says of its length. */
  @Test
  void words_nearerThanTheDistance_haveAProbabilityBelow2ToTheMinus66() {
    BigInteger near = BigInteger.ZERO;
    BigInteger choose = BigInteger.ONE;
    for (int i = 0; i < DISTANCE; i++) {
      near = near.add(choose);
      choose =
          choose
              .multiply(BigInteger.valueOf(KkrtSender.COLUMNS - i))
              .divide(BigInteger.valueOf(i + 1));
    }
    // The number of bits of the part that is near: 2^-66.5 of all.
    assertThat(near.bitLength()).isEqualTo(KkrtSender.COLUMNS - 66);
    assertThat(KkrtSender.COLUMNS).isEqualTo(Long.SIZE * PseudoRandomCode.WORDS);
  }
}
