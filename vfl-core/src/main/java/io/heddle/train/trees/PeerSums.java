// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.Arrays;

/**
 * A feature holder's sums in one node, by candidate.
 *
 * @param candidates names, ascending
 * @param g left of each, rounded; h likewise
 * @param allowed whether each leaves enough rows on both sides
 */
record PeerSums(int[] candidates, long[] g, long[] h, boolean[] allowed) {

  /**
   * What the sibling has: the parent's sums without this node's.
   *
   * @param allowedThere by candidate
   * @throws ProtocolException if the parent had no such candidate, or a sum that cannot be
   */
  PeerSums sibling(
      PartyId peer, PeerSums parent, boolean[] allowedThere, GrowingTree.Node sibling) {
    long[] siblingG = new long[g.length];
    long[] siblingH = new long[h.length];
    long most = (long) sibling.sampled().length << Gradients.BITS;
    for (int i = 0; i < candidates.length; i++) {
      int at = Arrays.binarySearch(parent.candidates, candidates[i]);
      if (at < 0) {
        throw new ProtocolException(
            peer + " sent a candidate of a node that its parent did not have");
      }
      siblingG[i] = parent.g[at] - g[i];
      siblingH[i] = parent.h[at] - h[i];
      if (Math.abs(siblingG[i]) > most || siblingH[i] < 0 || siblingH[i] > most) {
        throw new ProtocolException(
            peer + " sent sums of a node that do not fit those of its parent");
      }
    }
    return new PeerSums(candidates, siblingG, siblingH, allowedThere);
  }

  /**
   * Requires that a split sends those rows to the left whose sums were sent.
   *
   * @throws ProtocolException if not
   */
  void requireLeft(PartyId peer, int candidate, GrowingTree.Node left) {
    int at = Arrays.binarySearch(candidates, candidate);
    if (at < 0 || g[at] != left.g() || h[at] != left.h()) {
      throw new ProtocolException(
          peer + " sends other rows of a node to the left than those whose sums it sent");
    }
  }

  /** The best split of the node by these; the first of several. */
  Split best(int owner, GrowingTree.Node node, SplitGain gain) {
    Split best = Split.NONE;
    for (int i = 0; i < candidates.length; i++) {
      if (allowed[i]) {
        best = best.or(new Split(owner, candidates[i], gain.of(node.g(), node.h(), g[i], h[i])));
      }
    }
    return best;
  }
}
