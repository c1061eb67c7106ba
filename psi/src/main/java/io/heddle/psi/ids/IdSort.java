// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ids;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Sorts ids by seven bytes at a time, from the first in which they differ: by radix, without
 * comparing and without objects. Those that are equal so far follow as ranges of their own. Ids
 * that share nothing beyond seven bytes cost one round; nothing costs more than their bytes. Used
 * once.
 */
final class IdSort {
  private static final int KEY_BYTES = 7;
  private static final int DIGITS = 8;
  private static final int VALUES = 256;

  /** Up to so many are compared with one another. */
  private static final int FEW = 32;

  private final IdList ids;
  private final byte[] bytes;
  private final int[] rows;
  private final int[] otherRows;
  private final long[] keys;
  private final long[] otherKeys;
  private final int[] counts = new int[DIGITS * VALUES];
  private final ArrayDeque<Range> ranges = new ArrayDeque<>();
  private int[] repeated = new int[8];
  private int repetitions;

  /** Places whose ids have {@code shared} bytes in common, and more each. */
  private record Range(int from, int to, int shared) {}

  IdSort(IdList ids) {
    this.ids = ids;
    bytes = ids.bytes();
    int size = ids.size();
    rows = new int[size];
    boolean few = size <= FEW;
    otherRows = new int[few ? 0 : size];
    keys = new long[few ? 0 : size];
    otherKeys = new long[few ? 0 : size];
  }

  IdOrder sort() {
    for (int row = 0; row < rows.length; row++) {
      rows[row] = row;
    }
    sortLater(0, rows.length, 0);
    for (Range range = ranges.poll(); range != null; range = ranges.poll()) {
      sort(range.from, range.to, range.shared);
    }
    int[] found = Arrays.copyOf(repeated, repetitions);
    Arrays.sort(found);
    return new IdOrder(rows, found);
  }

  private void sortLater(int from, int to, int shared) {
    if (to - from > FEW) {
      ranges.add(new Range(from, to, shared));
    } else if (to - from > 1) {
      insert(from, to, shared);
    }
  }

  private void sort(int from, int to, int shared) {
    int at = shared + common(from, to, shared);
    for (int place = from; place < to; place++) {
      keys[place] = key(rows[place], at);
    }
    byKeys(from, to);
    int next;
    for (int place = from; place < to; place = next) {
      long key = keys[place];
      next = place + 1;
      while (next < to && keys[next] == key) {
        next++;
      }
      if (next - place == 1) {
        continue;
      }
      if ((key & 0xff) <= KEY_BYTES) {
        // All of them end here.
        for (int other = place + 1; other < next; other++) {
          repeat(rows[other]);
        }
      } else {
        sortLater(place, next, at + KEY_BYTES);
      }
    }
  }

  /** How many bytes from {@code at} on all ids of a range have in common. */
  private int common(int from, int to, int at) {
    int first = ids.start(rows[from]) + at;
    int common = ids.end(rows[from]) - first;
    for (int place = from + 1; place < to && common > 0; place++) {
      int start = ids.start(rows[place]) + at;
      int most = Math.min(common, ids.end(rows[place]) - start);
      int same = 0;
      while (same < most && bytes[first + same] == bytes[start + same]) {
        same++;
      }
      common = same;
    }
    return common;
  }

  /**
   * Seven bytes from {@code at} on, zeros where there are fewer, and then how many there are, 8 for
   * all that have more: an id is before those that it begins, and after this they are told apart.
   */
  private long key(int row, int at) {
    int from = ids.start(row) + at;
    int left = Math.min(ids.end(row) - from, KEY_BYTES + 1);
    int taken = Math.min(left, KEY_BYTES);
    long key = 0;
    for (int i = 0; i < taken; i++) {
      key = (key << 8) | (bytes[from + i] & 0xff);
    }
    return (key << (8 * (DIGITS - taken))) | left;
  }

  /** Sorts a range by its keys; equal ones keep their order. */
  private void byKeys(int from, int to) {
    count(from, to);
    long[] fromKeys = keys;
    int[] fromRows = rows;
    long[] toKeys = otherKeys;
    int[] toRows = otherRows;
    for (int digit = 0; digit < DIGITS; digit++) {
      int shift = 8 * digit;
      if (counts[digit * VALUES + (int) ((fromKeys[from] >>> shift) & 0xff)] == to - from) {
        continue;
      }
      int start = from;
      for (int value = digit * VALUES; value < (digit + 1) * VALUES; value++) {
        int count = counts[value];
        counts[value] = start;
        start += count;
      }
      deal(fromKeys, fromRows, from, to, shift, counts, digit * VALUES, toKeys, toRows);
      long[] swappedKeys = fromKeys;
      int[] swappedRows = fromRows;
      fromKeys = toKeys;
      fromRows = toRows;
      toKeys = swappedKeys;
      toRows = swappedRows;
    }
    if (fromKeys != keys) {
      System.arraycopy(fromKeys, from, keys, from, to - from);
      System.arraycopy(fromRows, from, rows, from, to - from);
    }
  }

  private void count(int from, int to) {
    int[] counted = counts;
    Arrays.fill(counted, 0);
    for (int place = from; place < to; place++) {
      long key = keys[place];
      for (int digit = 0; digit < DIGITS; digit++) {
        counted[digit * VALUES + (int) (key & 0xff)]++;
        key >>>= 8;
      }
    }
  }

  private static void deal(
      long[] fromKeys,
      int[] fromRows,
      int from,
      int to,
      int shift,
      int[] places,
      int base,
      long[] toKeys,
      int[] toRows) {
    for (int place = from; place < to; place++) {
      long key = fromKeys[place];
      int there = places[base + (int) ((key >>> shift) & 0xff)]++;
      toKeys[there] = key;
      toRows[there] = fromRows[place];
    }
  }

  private void insert(int from, int to, int shared) {
    for (int place = from + 1; place < to; place++) {
      int row = rows[place];
      int there = place;
      while (there > from && compare(rows[there - 1], row, shared) > 0) {
        rows[there] = rows[there - 1];
        there--;
      }
      rows[there] = row;
    }
    for (int place = from + 1; place < to; place++) {
      if (compare(rows[place - 1], rows[place], shared) == 0) {
        repeat(rows[place]);
      }
    }
  }

  private int compare(int row, int other, int at) {
    return Arrays.compareUnsigned(
        bytes, ids.start(row) + at, ids.end(row), bytes, ids.start(other) + at, ids.end(other));
  }

  private void repeat(int row) {
    if (repetitions == repeated.length) {
      repeated = Arrays.copyOf(repeated, repetitions * 2);
    }
    repeated[repetitions++] = row;
  }
}
