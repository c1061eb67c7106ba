// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.psi.AlignmentMessage.Answer;
import io.heddle.psi.AlignmentMessage.Outcome;
import io.heddle.psi.AlignmentMessage.Proposal;
import java.util.List;

class AlignmentMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return PsiMessages.TYPES.stream()
        .filter(type -> AlignmentMessage.class.isAssignableFrom(type.type()))
        .toList();
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(new Proposal(1000, new byte[32]), new Answer(true), new Outcome(false));
  }
}
