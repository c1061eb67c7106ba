// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Two children of a split, of which feature holders add up one and the other follows from its
 * parent; or the root alone.
 *
 * @param <N> a node, as a party has it
 * @param built of which sums are sent
 * @param sibling the other child; null beside the root
 * @param parent null above the root
 * @param isLeft whether the built one is the left child
 */
record NodePair<N>(N built, @Nullable N sibling, @Nullable N parent, boolean isLeft) {

  static <N> NodePair<N> ofRoot(N root) {
    return new NodePair<>(root, null, null, true);
  }

  /** The left one before the right one. */
  List<N> nodes() {
    N other = sibling;
    if (other == null) {
      return List.of(built);
    }
    return isLeft ? List.of(built, other) : List.of(other, built);
  }

  /** The nodes of all pairs, as both sides count them. */
  static <N> List<N> nodes(List<NodePair<N>> pairs) {
    return pairs.stream().flatMap(pair -> pair.nodes().stream()).toList();
  }

  /** All pairs, each followed by the same with the other node built where both are to be. */
  static <N> List<NodePair<N>> toBuild(List<NodePair<N>> pairs, TreeTerms terms) {
    return pairs.stream().flatMap(pair -> pair.toBuild(terms)).toList();
  }

  private Stream<NodePair<N>> toBuild(TreeTerms terms) {
    return terms.smallerChild() || sibling == null
        ? Stream.of(this)
        : Stream.of(
            this, new NodePair<>(/* built= */ sibling, /* sibling= */ built, parent, !isLeft));
  }
}
