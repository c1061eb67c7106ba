// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.TagTable;
import java.util.Arrays;

/**
 * Common ids by their names, whose order is the alignment's.
 *
 * @param ascending the names, one after the other
 * @param places of the ids that have them, in the same order
 */
record Names(byte[] ascending, int[] places) {

  /**
   * Puts them in order.
   *
   * @param flat the names of some ids, one after the other
   * @param common the places of these ids among all
   */
  static Names of(byte[] flat, int[] common, int width) {
    int[] order = IdList.of(flat, width).order().rows();
    byte[] ascending = new byte[flat.length];
    int[] ordered = new int[common.length];
    for (int i = 0; i < ordered.length; i++) {
      System.arraycopy(flat, order[i] * width, ascending, i * width, width);
      ordered[i] = common[order[i]];
    }
    return new Names(ascending, ordered);
  }

  /**
   * The places of the ids that have some names, in the order of these.
   *
   * @param names from the receiver
   * @param own those of all ids
   * @throws ProtocolException if they are not ascending, or one is of no id
   */
  static int[] find(PartyId receiver, byte[] names, byte[] own, int width) {
    requireAscending(receiver, names, width);
    TagTable theirs = new TagTable(receiver, names, width);
    int[] common = new int[names.length / width];
    int found = 0;
    for (int i = 0; i < own.length / width; i++) {
      int position = theirs.position(own, i * width);
      if (position >= 0) {
        common[position] = i;
        found++;
      }
    }
    if (found != common.length) {
      throw new ProtocolException(
          (common.length - found) + " names from " + receiver + " are of no id of this party");
    }
    return common;
  }

  private static void requireAscending(PartyId receiver, byte[] names, int width) {
    for (int at = width; at < names.length; at += width) {
      if (Arrays.compareUnsigned(names, at - width, at, names, at, at + width) >= 0) {
        throw new ProtocolException(
            "The list of "
                + names.length / width
                + " names from "
                + receiver
                + " is not ascending, each once");
      }
    }
  }
}
