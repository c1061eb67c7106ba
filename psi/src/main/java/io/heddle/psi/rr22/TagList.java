// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.vole.Elements;
import java.util.Arrays;

/**
 * Tags that stand one after the other, in the order of their first eight bytes. Tags are taken as
 * random; a list that is not is refused before it costs more.
 */
final class TagList {
  private static final int MOST_ALIKE = 8;

  private final byte[] flat;
  private final int width;
  private final SortedWords sorted;

  private TagList(byte[] flat, int width, SortedWords sorted) {
    this.flat = flat;
    this.width = width;
    this.sorted = sorted;
  }

  /**
   * Sorts a list.
   *
   * @param from who made it, for errors
   * @param flat {@code width} bytes each; not copied
   * @throws ProtocolException if a tag stands in it twice, or so many begin alike that it cannot be
   *     random
   */
  static TagList of(PartyId from, byte[] flat, int width) {
    int count = flat.length / width;
    long[] words = new long[count];
    for (int i = 0; i < count; i++) {
      words[i] = Elements.get(flat, i * width);
    }
    SortedWords sorted = SortedWords.of(words);
    if (sorted == null) {
      throw notRandom(from, count);
    }
    TagList list = new TagList(flat, width, sorted);
    list.requireDistinct(from);
    return list;
  }

  private static ProtocolException notRandom(PartyId from, int count) {
    return new ProtocolException(
        "The list of " + count + " items from " + from + " is not random: too many begin alike");
  }

  private void requireDistinct(PartyId from) {
    int first = 0;
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.upper(i) != sorted.upper(first)) {
        first = i;
        continue;
      }
      if (i - first >= MOST_ALIKE) {
        throw notRandom(from, sorted.size());
      }
      for (int other = first; other < i; other++) {
        if (isSame(sorted.place(other), this, sorted.place(i))) {
          throw new ProtocolException(
              "The list of " + sorted.size() + " items from " + from + " holds one twice");
        }
      }
    }
  }

  private boolean isSame(int place, TagList other, int otherPlace) {
    int at = place * width;
    int otherAt = otherPlace * width;
    return Arrays.equals(flat, at, at + width, other.flat, otherAt, otherAt + width);
  }

  /**
   * Where tags of another list stand in this one.
   *
   * @return for each place of this list the place in the other one of the same tag, or -1
   */
  int[] places(TagList other) {
    int[] found = new int[flat.length / width];
    Arrays.fill(found, -1);
    SortedWords others = other.sorted;
    int at = 0;
    for (int i = 0; i < others.size(); i++) {
      long upper = others.upper(i);
      while (at < sorted.size() && sorted.upper(at) < upper) {
        at++;
      }
      for (int k = at; k < sorted.size() && sorted.upper(k) == upper; k++) {
        if (isSame(sorted.place(k), other, others.place(i))) {
          found[sorted.place(k)] = others.place(i);
        }
      }
    }
    return found;
  }
}
