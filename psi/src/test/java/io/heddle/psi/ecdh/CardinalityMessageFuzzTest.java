// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.psi.ecdh.CardinalityMessage.CountedPoints;
import io.heddle.psi.ecdh.CardinalityMessage.ShuffledTags;
import java.util.List;

class CardinalityMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return CardinalityMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new ShuffledTags(5, new byte[8 * 5]),
        new ShuffledTags(13, new byte[3 * 13]),
        new CountedPoints(new byte[2 * 32]));
  }
}
