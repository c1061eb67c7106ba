// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.ecdh.EcdhMessage.BlindedTags;
import io.heddle.psi.shared.Chunks;
import java.util.Arrays;
import java.util.List;

/**
 * The tags of one list, sorted, with the positions that they had. Sorting bounds the work on any
 * list that a peer may choose.
 */
final class Tags {
  /** For sets of one id. */
  static final int MIN_WIDTH = 5;

  /** For sets of 2^31 ids. */
  static final int MAX_WIDTH = 13;

  private final int width;
  private final byte[] flat;
  private final Integer[] sorted;

  /**
   * Bytes of a tag such that for every two lists the probability that some id of one and some other
   * id of the other have equal tags is at most 2^-40. Two within one list are seen and end the run.
   */
  static int width(int largestSet) {
    int bits = 40 + 2 * (32 - Integer.numberOfLeadingZeros(Math.max(1, largestSet) - 1));
    return (bits + 7) / 8;
  }

  /**
   * Sorts a list of tags.
   *
   * @param from the party that sent the list, for errors
   * @param flat {@code width} bytes each; not copied
   * @throws ProtocolException if two are equal: a peer brought an id twice
   */
  Tags(PartyId from, byte[] flat, int width) {
    this.width = width;
    this.flat = flat;
    sorted = sort(from, flat, width);
  }

  private static Integer[] sort(PartyId from, byte[] flat, int width) {
    Integer[] sorted = new Integer[flat.length / width];
    Arrays.setAll(sorted, i -> i);
    Arrays.parallelSort(sorted, (a, b) -> compare(flat, a, flat, b, width));
    for (int i = 1; i < sorted.length; i++) {
      if (compare(flat, sorted[i - 1], flat, sorted[i], width) == 0) {
        throw new ProtocolException(
            "The list of " + sorted.length + " items from " + from + " holds one twice");
      }
    }
    return sorted;
  }

  /**
   * Takes in a list of tags.
   *
   * @throws ProtocolException if it is not of the declared size, or two tags are equal
   */
  static Tags receive(Channel channel, PartyId from, int size, int width) {
    byte[] tags = Chunks.receive(channel, from, BlindedTags.class, "tag", size, width, count -> {});
    return new Tags(from, tags, width);
  }

  /** Refuses a list that holds an item twice. */
  static void checkDistinct(PartyId from, byte[] flat, int width) {
    sort(from, flat, width);
  }

  private static int compare(byte[] flat, int position, byte[] other, int theirs, int width) {
    return Arrays.compareUnsigned(
        flat,
        position * width,
        (position + 1) * width,
        other,
        theirs * width,
        (theirs + 1) * width);
  }

  /**
   * The positions of the tags that all lists hold, in the order of the tags, which is the
   * alignment's: a tag is a hash under every party's fresh secret, so its order is random to all
   * and tells nothing of ids or files.
   *
   * @return one array per list, all of one length
   */
  static int[][] common(List<Tags> lists) {
    Tags first = lists.get(0);
    int[][] positions = new int[lists.size()][first.sorted.length];
    int[] at = new int[lists.size()];
    int count = 0;
    for (Integer position : first.sorted) {
      positions[0][count] = position;
      boolean everywhere = true;
      for (int l = 1; l < lists.size(); l++) {
        Tags list = lists.get(l);
        int order = 1;
        while (at[l] < list.sorted.length
            && (order = compare(first.flat, position, list.flat, list.sorted[at[l]], first.width))
                > 0) {
          at[l]++;
        }
        everywhere &= order == 0;
        if (order == 0) {
          positions[l][count] = list.sorted[at[l]];
        }
      }
      if (everywhere) {
        count++;
      }
    }
    for (int l = 0; l < positions.length; l++) {
      positions[l] = Arrays.copyOf(positions[l], count);
    }
    return positions;
  }
}
