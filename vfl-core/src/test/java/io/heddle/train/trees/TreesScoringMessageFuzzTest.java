// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.train.trees.TreesScoringMessage.PathAnswers;
import io.heddle.train.trees.TreesScoringMessage.PathQuestions;
import io.heddle.train.trees.TreesScoringMessage.TreesScoringOpening;
import java.util.List;

class TreesScoringMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return TreesScoringMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new TreesScoringOpening(1000, new byte[32], "0123456789abcdef".repeat(2)),
        new PathQuestions(true, new int[] {0, 5}, new byte[] {1, 2, 3, -1}),
        PathQuestions.END,
        new PathAnswers(new byte[] {9, -1}),
        new PathAnswers(new byte[0]));
  }
}
