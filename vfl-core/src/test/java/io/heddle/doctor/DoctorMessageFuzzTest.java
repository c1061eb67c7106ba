// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.doctor.DoctorMessage.Echo;
import io.heddle.doctor.DoctorMessage.Facts;
import io.heddle.doctor.DoctorMessage.Filler;
import java.util.List;

class DoctorMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return DoctorMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new Facts(new Software("0.1.0", "17.0.1+12", ""), 0),
        new Facts(new Software("0.1.0", "21", "4.1.0"), DoctorMessage.MAX_IDLE_SECONDS),
        new Echo(0, 1_700_000_000_000L),
        new Echo(Integer.MAX_VALUE, -1),
        new Filler(new byte[1000], false),
        new Filler(new byte[0], true));
  }
}
