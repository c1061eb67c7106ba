// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.error.ProtocolException;
import java.util.Comparator;
import java.util.List;

/**
 * What a feature holder offers to split one tree's nodes by, under the secret names of the tree.
 */
final class NamedCandidates {
  private final Candidates layout;
  private final SecretNames names;
  private final int leastRows;

  /** A candidate under its name. */
  record Named(int name, Candidate candidate) {}

  /**
   * @param layout where the bins of the tree's columns stand
   */
  NamedCandidates(Candidates layout, SecretNames names, TreeTerms terms) {
    this.layout = layout;
    this.names = names;
    leastRows = TreeRules.leastSideRows(terms);
  }

  Candidates layout() {
    return layout;
  }

  /** Those that either node may be split by, names ascending. */
  List<Named> of(NodePair<KnownNode> pair) {
    KnownNode sibling = pair.sibling();
    return layout.of(pair.built().cuts()).stream()
        .filter(
            candidate ->
                isAllowed(pair.built(), candidate)
                    || (sibling != null && isAllowed(sibling, candidate)))
        .map(candidate -> new Named(nameOf(candidate), candidate))
        .sorted(Comparator.comparingInt(Named::name))
        .toList();
  }

  /** Whether it leaves enough rows on both sides. */
  boolean isAllowed(KnownNode node, Candidate candidate) {
    int left = layout.left(candidate, node.counts());
    return left >= leastRows && node.ranks().length - left >= leastRows;
  }

  /**
   * The candidate of a name.
   *
   * @throws ProtocolException if it was not offered for this very node
   */
  Candidate chosen(KnownNode node, int name) {
    return layout.of(node.cuts()).stream()
        .filter(candidate -> nameOf(candidate) == name && isAllowed(node, candidate))
        .findFirst()
        .orElseThrow(
            () ->
                new ProtocolException(
                    "The label holder chose a candidate that its node does not have"));
  }

  private int nameOf(Candidate candidate) {
    return names.nameOf(layout.number(candidate));
  }
}
