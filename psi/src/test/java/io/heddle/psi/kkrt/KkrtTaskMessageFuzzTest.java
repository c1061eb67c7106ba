// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.psi.kkrt.KkrtTaskMessage.NameBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.RowBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.TagBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.TaskOffer;
import java.util.List;

class KkrtTaskMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return KkrtTaskMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new TaskOffer(true),
        new TaskOffer(false),
        new RowBlobs(0, 5202 * 56, new byte[1][32]),
        new TagBlobs(126, 1L << 40, new byte[6][32]),
        new NameBlobs(3, 0, new byte[0][32]));
  }
}
