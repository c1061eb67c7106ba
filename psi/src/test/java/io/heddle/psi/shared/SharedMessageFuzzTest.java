// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.psi.shared.SharedMessage.IntersectionSize;
import io.heddle.psi.shared.SharedMessage.SetSize;
import io.heddle.psi.shared.SharedMessage.Settled;
import java.util.List;

class SharedMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return SharedMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new SetSize(1000, 10, true, PsiProtocol.AUTO, true),
        new SetSize(0, 0, false, PsiProtocol.KKRT, false),
        new IntersectionSize(7),
        new Settled());
  }
}
