// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.psi.ecdh.SumMessage.CountedValues;
import io.heddle.psi.ecdh.SumMessage.IntersectionSum;
import io.heddle.psi.ecdh.SumMessage.SumKey;
import java.util.List;

class SumMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return SumMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new SumKey(new byte[3 + 256 + 512]),
        new CountedValues(new byte[2 * 512]),
        new IntersectionSum(12, new byte[512]));
  }
}
