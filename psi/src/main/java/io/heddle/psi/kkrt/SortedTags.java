// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.Arrays;

/**
 * Tags or names in ascending order, bytes taken as unsigned, with the positions that they had. The
 * work on any list that a peer may choose is that on a random one.
 */
final class SortedTags {
  /** Wide enough for lists of 2^24. */
  private static final int INDEX_BITS = 24;

  private static final int PREFIX_BYTES = 5;

  // Of 2^24 random tags more than eight begin with the same five bytes once in 2^100 lists.
  private static final int MOST_ALIKE = 8;

  private final PartyId from;
  private final byte[] flat;
  private final int width;
  // The first five bytes of each, and its position.
  private final long[] order;

  /**
   * @param from who made the list, for errors
   * @param flat {@code width} bytes each, five or more; not copied
   * @throws ProtocolException if so many begin alike that the list cannot be random
   */
  SortedTags(PartyId from, byte[] flat, int width) {
    this.from = from;
    this.flat = flat;
    this.width = width;
    order = new long[flat.length / width];
    Arrays.parallelSetAll(order, i -> (prefix(flat, i * width) << INDEX_BITS | i) ^ Long.MIN_VALUE);
    Arrays.parallelSort(order);
    int start = 0;
    for (int i = 1; i <= order.length; i++) {
      if (i == order.length || order[i] >> INDEX_BITS != order[start] >> INDEX_BITS) {
        if (i - start > 1) {
          sort(start, i);
        }
        start = i;
      }
    }
  }

  private static long prefix(byte[] flat, int at) {
    long prefix = 0;
    for (int i = 0; i < PREFIX_BYTES; i++) {
      prefix = prefix << Byte.SIZE | (flat[at + i] & 0xff);
    }
    return prefix;
  }

  /** Those that begin alike, by all of their bytes. */
  private void sort(int start, int end) {
    if (end - start > MOST_ALIKE) {
      throw new ProtocolException(
          "The list of "
              + order.length
              + " items from "
              + from
              + " is not random: "
              + (end - start)
              + " begin alike");
    }
    for (int i = start + 1; i < end; i++) {
      for (int j = i; j > start && compare(j - 1, this, j) > 0; j--) {
        long swapped = order[j];
        order[j] = order[j - 1];
        order[j - 1] = swapped;
      }
    }
  }

  private int compare(int i, SortedTags other, int j) {
    int byPrefix = Long.compare(order[i] >> INDEX_BITS, other.order[j] >> INDEX_BITS);
    if (byPrefix != 0) {
      return byPrefix;
    }
    int mine = position(i) * width;
    int theirs = other.position(j) * width;
    return Arrays.compareUnsigned(flat, mine, mine + width, other.flat, theirs, theirs + width);
  }

  int size() {
    return order.length;
  }

  /** Where an item stood in the list. */
  int position(int place) {
    return (int) order[place] & ((1 << INDEX_BITS) - 1);
  }

  /**
   * Refuses a list that holds an item twice.
   *
   * @throws ProtocolException if it does
   */
  SortedTags requireDistinct() {
    for (int i = 1; i < order.length; i++) {
      if (compare(i - 1, this, i) == 0) {
        throw new ProtocolException(
            "The list of " + order.length + " items from " + from + " holds one twice");
      }
    }
    return this;
  }

  /** The items, flat, in ascending order. */
  byte[] ascending() {
    byte[] sorted = new byte[flat.length];
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(flat, position(i) * width, sorted, i * width, width);
    }
    return sorted;
  }

  /** The positions, in this list, of the items that another one holds as well, ascending. */
  int[] positionsIn(SortedTags other) {
    return merged(this, other, this);
  }

  /** The positions, in this list, of the items of another one, in ascending order of these. */
  int[] positionsOf(SortedTags other) {
    return merged(other, this, this);
  }

  /** Where each item of a list that another one holds as well stands in one of the two. */
  private static int[] merged(SortedTags each, SortedTags other, SortedTags in) {
    int[] positions = new int[each.order.length];
    int count = 0;
    int j = 0;
    for (int i = 0; i < each.order.length; i++) {
      int compared = 1;
      while (j < other.order.length && (compared = each.compare(i, other, j)) > 0) {
        j++;
      }
      if (compared == 0) {
        positions[count++] = in == each ? in.position(i) : in.position(j);
      }
    }
    return Arrays.copyOf(positions, count);
  }
}
