// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Message;

/** Every message of joint scoring, in the order in which it is sent. */
sealed interface ScoringMessage extends Message {

  /** Both ways between every two parties: the same rows, and parts of the same fit. */
  record ScoringOpening(int rows, byte[] alignmentDigest, String fitId) implements ScoringMessage {}

  /** Between every two feature holders: the public half of their mask key. */
  record ScoringMaskKey(byte[] publicKey) implements ScoringMessage {}

  /**
   * Feature holder to label holder: its part of the linear predictor, by row, in units of 2^-24;
   * with several feature holders under masks that cancel in the sum.
   */
  record ScoringPredictor(long[] values) implements ScoringMessage {}
}
