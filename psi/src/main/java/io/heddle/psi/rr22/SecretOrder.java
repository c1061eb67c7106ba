// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.crypto.Randomness;
import io.heddle.vole.Elements;

/** A secret order of a list, each with the same probability, the same again from the same bytes. */
final class SecretOrder {
  private SecretOrder() {}

  /**
   * The items in their order: that of random words, which are drawn anew where two are equal.
   *
   * @return {@code items[k]} is the item at place k
   */
  static int[] of(int size, Randomness randomness) {
    byte[] drawn = new byte[Math.multiplyExact(size, Long.BYTES)];
    for (int attempt = 0; ; attempt++) {
      randomness.fill(attempt, drawn);
      long[] words = new long[size];
      Elements.fromBytes(drawn, 0, words, 0, size);
      SortedWords sorted = SortedWords.of(words);
      if (sorted != null && isStrict(sorted)) {
        return sorted.places();
      }
    }
  }

  private static boolean isStrict(SortedWords sorted) {
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.upper(i - 1) == sorted.upper(i) && sorted.word(i - 1) == sorted.word(i)) {
        return false;
      }
    }
    return true;
  }
}
