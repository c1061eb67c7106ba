// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.psi.kkrt.KkrtMessage.CommonNames;
import io.heddle.psi.kkrt.KkrtMessage.SenderTags;
import java.util.List;

class KkrtMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return KkrtMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new SenderTags(7, new byte[5 * 7]),
        new SenderTags(12, new byte[12]),
        new CommonNames(5, new byte[5]),
        new CommonNames(11, new byte[4 * 11]));
  }
}
