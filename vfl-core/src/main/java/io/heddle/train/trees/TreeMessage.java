// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Message;

/**
 * Every message of a fit, in the order in which it is sent. The label holder sends the same bytes
 * to every feature holder, except choices. The records hold their arrays as they are: a role
 * neither keeps nor changes them after sending.
 */
sealed interface TreeMessage extends Message {

  /** Label holder to all: the fit begins. */
  record TreesOpening(int rows, byte[] alignmentDigest, byte[] fitId, byte[] publicKey)
      implements TreeMessage {}

  /**
   * Feature holder to label holder.
   *
   * @param candidates how many ways to split its columns offer
   * @param treeLimit in how many trees it may be asked
   */
  record TreesDeclaration(int rows, byte[] alignmentDigest, int candidates, int treeLimit)
      implements TreeMessage {}

  /**
   * Label holder to all: which trees ask feature holders ({@link SharedTrees}), and what is in a
   * ciphertext.
   *
   * @param first the number of the first one, 1 or 2
   * @param last the number of the last tree; below the first if none asks
   * @param rowsPerCiphertext how many rows' derivatives stand in a ciphertext
   */
  record TreesAgreed(int first, int last, int rowsPerCiphertext) implements TreeMessage {}

  /**
   * Label holder to all, before each tree if not all rows are used: which rows it is grown on.
   *
   * @param bits one for each row; none if there are no more trees
   */
  record TreeRows(byte[] bits) implements TreeMessage {}

  /**
   * Label holder to all, at the end of a fit that may stop early.
   *
   * @param grown how many trees there were
   * @param kept how many of the first of them the model has
   */
  record TreesKept(int grown, int kept) implements TreeMessage {}

  /** Label holder to all, once per chunk: encrypted derivatives of consecutive rows of those. */
  record GradientChunk(int number, byte[] ciphertexts) implements TreeMessage {}

  /**
   * Label holder to all, in the place of the chunks of a tree: what it has put into the reader's
   * store, up to eight blobs of consecutive ciphertexts.
   *
   * @param first the number of the first one
   * @param bytesBeside how long they are together
   * @param digests their names
   */
  record GradientBlobs(int first, long bytesBeside, byte[][] digests) implements TreeMessage {}

  /**
   * Feature holder to label holder, on each level as many as it takes, each for the next nodes: for
   * the root, or the smaller child of each split node, encrypted sums to the left of each
   * candidate.
   *
   * @param counts how many candidates each of these nodes has
   * @param candidates their secret names, ascending within a node
   * @param allowed two for each candidate, one after the other: whether it leaves enough rows on
   *     both sides in this node, and in its sibling
   * @param ciphertexts several candidates' sums in each; where rows share a ciphertext, one's,
   *     under a mask
   */
  record NodeSums(int[] counts, int[] candidates, boolean[] allowed, byte[] ciphertexts)
      implements TreeMessage {}

  /**
   * Label holder to that feature holder, once per level: what it shall split.
   *
   * @param nodes places among the level's nodes, ascending
   * @param candidates the chosen one's name for each
   */
  record SplitChoices(int[] nodes, int[] candidates) implements TreeMessage {}

  /**
   * Feature holder to label holder: a bit per row of each of these nodes, set where it goes left.
   */
  record SplitBits(byte[] bits) implements TreeMessage {}

  /**
   * Label holder to all, after each level but the last, or leaf by leaf after each step: what
   * becomes of the nodes.
   *
   * @param fates one of {@link #ENDED}, {@link #LEFT_IS_SMALLER}, {@link #RIGHT_IS_SMALLER}, {@link
   *     #KEPT} for each
   * @param bits a bit per row of each node that goes on, set where it goes left
   */
  record Descent(byte[] fates, byte[] bits) implements TreeMessage {
    /** Feature holders are not asked any more below this node. */
    static final byte ENDED = 0;

    static final byte LEFT_IS_SMALLER = 1;
    static final byte RIGHT_IS_SMALLER = 2;

    /** Leaf by leaf: it is not split yet. */
    static final byte KEPT = 3;
  }
}
