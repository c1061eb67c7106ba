// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Message;

/** Every message of joint scoring by trees, in the order in which it is sent. */
sealed interface TreesScoringMessage extends Message {

  /**
   * Both ways between label holder and feature holder: the same rows, and parts of the same fit.
   */
  record TreesScoringOpening(int rows, byte[] alignmentDigest, String fitId)
      implements TreesScoringMessage {}

  /**
   * Label holder to feature holder: on each level of all trees as many as the splits take to which
   * any row has come, and one without splits as the end.
   *
   * @param more whether others of this level follow before the answers
   * @param splits numbers of this feature holder's thresholds, ascending over all of a level
   * @param bits for each of them a bit per row, set where the row has come to it
   */
  record PathQuestions(boolean more, int[] splits, byte[] bits) implements TreesScoringMessage {
    static final PathQuestions END = new PathQuestions(false, new int[0], new byte[0]);

    /** The bytes of splits and bits that a message may have, unless it has one split. */
    static final int MOST_BYTES = 16 << 20;

    /** How many splits a message of so many bytes may ask about, one at least. */
    static int mostSplits(int rows, int bytes) {
      return Math.max(1, bytes / (Integer.BYTES + RowSets.bytes(rows)));
    }
  }

  /**
   * Feature holder to label holder, one for each {@link PathQuestions} with splits, in the same
   * order, once it has all of a level: a bit for each row that has come there, set where it goes
   * left.
   */
  record PathAnswers(byte[] bits) implements TreesScoringMessage {}
}
