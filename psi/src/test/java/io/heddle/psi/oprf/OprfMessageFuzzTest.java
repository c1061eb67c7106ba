// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.psi.oprf.OprfMessage.Answers;
import io.heddle.psi.oprf.OprfMessage.KeyOffer;
import io.heddle.psi.oprf.OprfMessage.Queries;
import io.heddle.psi.oprf.OprfMessage.SetTags;
import io.heddle.psi.oprf.OprfMessage.TagRequest;
import java.util.List;

class OprfMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return OprfMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new KeyOffer(new byte[32], 1_800_000_000L, 10),
        new TagRequest(true),
        new SetTags(5, new byte[8 * 5]),
        new SetTags(12, new byte[3 * 12]),
        new Queries(new byte[3 * 32]),
        new Answers(new byte[2 * 32]));
  }
}
