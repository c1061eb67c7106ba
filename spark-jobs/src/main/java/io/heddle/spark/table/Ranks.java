// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.table;

import java.io.Serializable;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** How many of some numbers are below one of them, at once: a bit and a half for each number. */
final class Ranks implements Serializable {
  private static final long serialVersionUID = 1L;

  private final long[] words;

  /** How many are below the first number of each word. */
  private final int[] below;

  private Ranks(long[] words, int[] below) {
    this.words = words;
    this.below = below;
  }

  static Ranks of(BitSet numbers) {
    long[] words = numbers.toLongArray();
    int[] below = new int[words.length];
    for (int i = 1; i < words.length; i++) {
      below[i] = below[i - 1] + Long.bitCount(words[i - 1]);
    }
    return new Ranks(words, below);
  }

  /** Null for a number that is none of them. */
  @Nullable Integer rank(int number) {
    int word = number / Long.SIZE;
    long bit = 1L << number;
    return word >= words.length || (words[word] & bit) == 0
        ? null
        : below[word] + Long.bitCount(words[word] & (bit - 1));
  }
}
