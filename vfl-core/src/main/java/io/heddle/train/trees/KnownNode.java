// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

/**
 * A node that a feature holder is asked about, or its sibling: all its rows, and those that the
 * tree is grown on by their ranks among these.
 */
final class KnownNode {
  private final int[] rows;
  private final int depth;
  private final int[] ranks;
  private int[] counts = {};
  private NodeCuts cuts;

  private KnownNode(int[] rows, int depth, SampledRows sample, NodeCuts cuts) {
    this.rows = rows;
    this.depth = depth;
    ranks = sample.ranksAmong(rows);
    this.cuts = cuts;
  }

  /**
   * @param rows how many there are
   * @param cuts before any rows are counted
   */
  static KnownNode root(int rows, SampledRows sample, NodeCuts cuts) {
    return new KnownNode(RowSets.all(rows), 0, sample, cuts);
  }

  /** The child with the rows whose bit is as said; its cuts are this node's until it is counted. */
  KnownNode child(boolean[] bits, boolean isLeft, SampledRows sample) {
    return new KnownNode(RowSets.part(rows, bits, isLeft), depth + 1, sample, cuts);
  }

  /** All that come here, ascending; not to be changed. */
  int[] rows() {
    return rows;
  }

  /** Splits above it. */
  int depth() {
    return depth;
  }

  /** The ranks of those of them that the tree is grown on, ascending; not to be changed. */
  int[] ranks() {
    return ranks;
  }

  /** How many of these are in each bin; none before they are counted; not to be changed. */
  int[] counts() {
    return counts;
  }

  /** By which it may be split. */
  NodeCuts cuts() {
    return cuts;
  }

  void counted(int[] byBin, NodeCuts coarsened) {
    counts = byBin;
    cuts = coarsened;
  }
}
