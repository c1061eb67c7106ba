// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import org.jspecify.annotations.Nullable;

/**
 * Words that look random in ascending order, taken as unsigned. Each stands as its upper bits with
 * its place in the lower ones: so one array is dealt, by radix over the upper 24 bits, and the few
 * that are out of order are moved then.
 */
final class SortedWords {
  /** Bits of a place. */
  private static final int PLACE_BITS = 26;

  private static final int PLACE = (1 << PLACE_BITS) - 1;
  private static final int DIGIT_BITS = 8;
  private static final int VALUES = 1 << DIGIT_BITS;
  private static final int PASSES = 3;
  // So few are moved one by one. Of random words some share the upper 24 bits, and not so many.
  private static final int MOST_MOVES = 64;

  private final long[] words;
  private final long[] keys;

  private SortedWords(long[] words, long[] keys) {
    this.words = words;
    this.keys = keys;
  }

  /**
   * Sorts words.
   *
   * @param words at most 2^26; not changed, not copied
   * @return null if so many begin alike that they are not random
   * @throws IllegalArgumentException if there are more
   */
  static @Nullable SortedWords of(long[] words) {
    if (words.length > 1 << PLACE_BITS) {
      throw new IllegalArgumentException(
          "Invalid list of " + words.length + " words: must be at most " + (1 << PLACE_BITS));
    }
    long[] keys = new long[words.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (words[i] & ~(long) PLACE) | i;
    }
    SortedWords sorted = new SortedWords(words, words.length > MOST_MOVES ? dealt(keys) : keys);
    return sorted.settle() ? sorted : null;
  }

  /** In the order of their upper 24 bits. */
  private static long[] dealt(long[] keys) {
    int[] counts = new int[PASSES * VALUES];
    for (long key : keys) {
      for (int pass = 0; pass < PASSES; pass++) {
        counts[pass * VALUES + digit(key, pass)]++;
      }
    }
    long[] from = keys;
    long[] to = new long[keys.length];
    for (int pass = 0; pass < PASSES; pass++) {
      int start = 0;
      for (int at = pass * VALUES; at < (pass + 1) * VALUES; at++) {
        int count = counts[at];
        counts[at] = start;
        start += count;
      }
      deal(from, pass, counts, to);
      long[] before = from;
      from = to;
      to = before;
    }
    return from;
  }

  private static int digit(long key, int pass) {
    return (int) (key >>> (Long.SIZE - DIGIT_BITS * (PASSES - pass))) & (VALUES - 1);
  }

  private static void deal(long[] from, int pass, int[] starts, long[] to) {
    int base = pass * VALUES;
    for (long key : from) {
      to[starts[base + digit(key, pass)]++] = key;
    }
  }

  /** Moves what is out of order; false if that is too much. */
  private boolean settle() {
    for (int i = 1; i < keys.length; i++) {
      long key = keys[i];
      int to = i;
      while (to > 0 && isBefore(key, keys[to - 1])) {
        if (i - to == MOST_MOVES) {
          return false;
        }
        keys[to] = keys[to - 1];
        to--;
      }
      keys[to] = key;
    }
    return true;
  }

  private boolean isBefore(long key, long other) {
    long upper = key | PLACE;
    long otherUpper = other | PLACE;
    return upper == otherUpper
        ? Long.compareUnsigned(words[place(key)], words[place(other)]) < 0
        : Long.compareUnsigned(upper, otherUpper) < 0;
  }

  private static int place(long key) {
    return (int) key & PLACE;
  }

  int size() {
    return keys.length;
  }

  /** The upper 38 bits of the word at a position in the order; unsigned. */
  long upper(int position) {
    return keys[position] >>> PLACE_BITS;
  }

  /** Where the word at a position in the order stands in the list. */
  int place(int position) {
    return place(keys[position]);
  }

  /** The word at a position in the order. */
  long word(int position) {
    return words[place(position)];
  }

  /** The places of all words, in their order. */
  int[] places() {
    int[] places = new int[keys.length];
    for (int i = 0; i < places.length; i++) {
      places[i] = place(i);
    }
    return places;
  }
}
