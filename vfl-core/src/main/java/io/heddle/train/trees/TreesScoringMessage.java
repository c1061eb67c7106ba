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
   * Label holder to feature holder, once per level of all trees.
   *
   * @param last whether no more levels follow
   * @param splits numbers of this feature holder's thresholds, ascending
   * @param bits for each of them a bit per row, set where the row has come to it
   */
  record PathQuestions(boolean last, int[] splits, byte[] bits) implements TreesScoringMessage {}

  /**
   * Feature holder to label holder, where it was asked about any split: a bit for each row that has
   * come there, set where it goes left.
   */
  record PathAnswers(byte[] bits) implements TreesScoringMessage {}
}
