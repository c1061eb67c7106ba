// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.train.logistic.ScoringMessage.ScoringMaskKey;
import io.heddle.train.logistic.ScoringMessage.ScoringOpening;
import io.heddle.train.logistic.ScoringMessage.ScoringPredictor;
import java.util.List;

class ScoringMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return ScoringMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new ScoringOpening(1000, new byte[32], "0123456789abcdef".repeat(2)),
        new ScoringMaskKey(new byte[32]),
        new ScoringPredictor(new long[] {1, -1, Long.MAX_VALUE}),
        new ScoringPredictor(new long[0]));
  }
}
