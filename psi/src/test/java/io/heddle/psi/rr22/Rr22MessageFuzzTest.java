// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.psi.rr22.Rr22Message.CommonPlaces;
import io.heddle.psi.rr22.Rr22Message.IdTags;
import io.heddle.psi.rr22.Rr22Message.MaskedVector;
import java.util.List;

class Rr22MessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return Rr22Messages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new MaskedVector(new byte[16]),
        new MaskedVector(new byte[5 * 16]),
        new IdTags(8, new byte[5 * 8]),
        new IdTags(12, new byte[12]),
        new CommonPlaces(new byte[] {1}),
        new CommonPlaces(new byte[1000]));
  }
}
