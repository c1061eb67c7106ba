// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import org.jspecify.annotations.Nullable;

/**
 * Words that look random in ascending order, taken as unsigned, and where each of them stood: by
 * radix over the upper 33 bits, then by moving the few that are out of order.
 *
 * @param words not to be changed
 * @param places of the words, in their order; not to be changed
 */
record SortedWords(long[] words, int[] places) {
  private static final int DIGIT_BITS = 11;
  private static final int VALUES = 1 << DIGIT_BITS;
  private static final int PASSES = 3;
  // So few are moved one by one. Of random words hardly two share the upper 33 bits.
  private static final int MOST_MOVES = 64;

  /**
   * Sorts words.
   *
   * @param given written over
   * @return null if so many begin alike that they are not random
   */
  static @Nullable SortedWords of(long[] given) {
    long[] words = given;
    int[] places = new int[words.length];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
    }
    if (words.length > MOST_MOVES) {
      int[] counts = counts(words);
      long[] otherWords = new long[words.length];
      int[] otherPlaces = new int[words.length];
      for (int pass = 0; pass < PASSES; pass++) {
        deal(words, places, pass, counts, otherWords, otherPlaces);
        long[] dealtWords = otherWords;
        int[] dealtPlaces = otherPlaces;
        otherWords = words;
        otherPlaces = places;
        words = dealtWords;
        places = dealtPlaces;
      }
    }
    return settle(words, places) ? new SortedWords(words, places) : null;
  }

  private static int digit(long word, int pass) {
    return (int) (word >>> (Long.SIZE - DIGIT_BITS * (PASSES - pass))) & (VALUES - 1);
  }

  /** For each pass and value where the first word with it goes to. */
  private static int[] counts(long[] words) {
    int[] counts = new int[PASSES * VALUES];
    for (long word : words) {
      for (int pass = 0; pass < PASSES; pass++) {
        counts[pass * VALUES + digit(word, pass)]++;
      }
    }
    for (int pass = 0; pass < PASSES; pass++) {
      int start = 0;
      for (int at = pass * VALUES; at < (pass + 1) * VALUES; at++) {
        int count = counts[at];
        counts[at] = start;
        start += count;
      }
    }
    return counts;
  }

  private static void deal(
      long[] words, int[] places, int pass, int[] counts, long[] toWords, int[] toPlaces) {
    int base = pass * VALUES;
    for (int i = 0; i < words.length; i++) {
      long word = words[i];
      int to = counts[base + digit(word, pass)]++;
      toWords[to] = word;
      toPlaces[to] = places[i];
    }
  }

  /** Moves what is out of order; false if that is too much. */
  private static boolean settle(long[] words, int[] places) {
    for (int i = 1; i < words.length; i++) {
      long word = words[i];
      if (Long.compareUnsigned(words[i - 1], word) <= 0) {
        continue;
      }
      int place = places[i];
      int to = i;
      while (to > 0 && Long.compareUnsigned(words[to - 1], word) > 0) {
        if (i - to == MOST_MOVES) {
          return false;
        }
        words[to] = words[to - 1];
        places[to] = places[to - 1];
        to--;
      }
      words[to] = word;
      places[to] = place;
    }
    return true;
  }
}
