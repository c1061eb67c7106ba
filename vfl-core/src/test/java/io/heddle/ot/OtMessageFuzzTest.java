// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.ot.OtMessage.BaseOtAnswers;
import io.heddle.ot.OtMessage.BaseOtPoints;
import io.heddle.ot.OtMessage.CoinCommitment;
import io.heddle.ot.OtMessage.CoinOpening;
import io.heddle.ot.OtMessage.IknpRows;
import io.heddle.ot.OtMessage.KkrtRows;
import java.util.List;

class OtMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return OtMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new BaseOtPoints(new byte[64]),
        new BaseOtAnswers(new byte[3 * 64]),
        new CoinCommitment(new byte[32]),
        new CoinOpening(new byte[32]),
        new KkrtRows(0, 0, new byte[56]),
        new KkrtRows(Integer.MAX_VALUE, 7, new byte[3 * 56]),
        new IknpRows(1, 2, new byte[5 * 16]));
  }
}
