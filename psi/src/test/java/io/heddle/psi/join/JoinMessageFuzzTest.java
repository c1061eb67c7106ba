// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.join;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.psi.join.JoinMessage.Multiplicities;
import io.heddle.psi.join.JoinMessage.OtherRows;
import java.util.List;

class JoinMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return JoinMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new Multiplicities(new int[] {1, 3, Integer.MAX_VALUE}),
        new OtherRows(0),
        new OtherRows(12));
  }
}
