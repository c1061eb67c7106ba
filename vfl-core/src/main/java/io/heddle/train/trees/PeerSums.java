// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.Arrays;

/**
 * A feature holder's sums in one node.
 *
 * @param candidates names, ascending
 * @param left of each candidate, in this order
 * @param allowed whether each leaves enough rows on both sides
 */
record PeerSums(int[] candidates, Sums left, boolean[] allowed) {

  /**
   * What the sibling has: the parent's sums without this node's.
   *
   * @param allowedThere by candidate
   * @throws ProtocolException if the parent had no such candidate, or a sum that cannot be
   */
  PeerSums sibling(
      PartyId peer, PeerSums parent, boolean[] allowedThere, GrowingTree.Node sibling) {
    int outputs = left.outputs();
    Sums rest = Sums.of(candidates.length, outputs);
    long most = (long) sibling.sampled().length << Gradients.BITS;
    for (int i = 0; i < candidates.length; i++) {
      int at = Arrays.binarySearch(parent.candidates, candidates[i]);
      if (at < 0) {
        throw new ProtocolException(
            peer + " sent a candidate of a node that its parent did not have");
      }
      for (int c = 0; c < outputs; c++) {
        int here = i * outputs + c;
        int above = at * outputs + c;
        long g = parent.left.g()[above] - left.g()[here];
        long h = parent.left.h()[above] - left.h()[here];
        if (Math.abs(g) > most || h < 0 || h > most) {
          throw new ProtocolException(
              peer + " sent sums of a node that do not fit those of its parent");
        }
        rest.g()[here] = g;
        rest.h()[here] = h;
      }
    }
    return new PeerSums(candidates, rest, allowedThere);
  }

  /**
   * Requires that a split sends those rows to the left whose sums were sent.
   *
   * @throws ProtocolException if not
   */
  void requireLeft(PartyId peer, int candidate, GrowingTree.Node child) {
    int at = Arrays.binarySearch(candidates, candidate);
    if (at < 0 || !left.isSame(at, child.sums(), 0)) {
      throw new ProtocolException(
          peer + " sends other rows of a node to the left than those whose sums it sent");
    }
  }

  /** The best split of the node by these; the first of several. */
  Split best(int owner, GrowingTree.Node node, SplitGain gain) {
    Split best = Split.NONE;
    for (int i = 0; i < candidates.length; i++) {
      if (allowed[i]) {
        best =
            best.or(
                new Split(owner, candidates[i], gain.of(node.sums(), left, i, node.bounds(), 0)));
      }
    }
    return best;
  }
}
