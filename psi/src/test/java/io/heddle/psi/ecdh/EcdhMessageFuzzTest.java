// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.psi.ecdh.EcdhMessage.BlindedPoints;
import io.heddle.psi.ecdh.EcdhMessage.BlindedTags;
import io.heddle.psi.ecdh.EcdhMessage.Positions;
import io.heddle.psi.ecdh.EcdhMessage.RingPoints;
import io.heddle.psi.ecdh.EcdhMessage.SenderPoints;
import java.util.List;

class EcdhMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return EcdhMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new BlindedPoints(new byte[3 * 32]),
        new BlindedTags(5, new byte[8 * 5]),
        new BlindedTags(13, new byte[3 * 13]),
        new SenderPoints(new byte[2 * 32]),
        new RingPoints(new byte[32]),
        new Positions(new int[] {0, 3, 1, Integer.MAX_VALUE}));
  }
}
