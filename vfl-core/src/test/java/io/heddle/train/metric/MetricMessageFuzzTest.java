// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.metric;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.train.metric.MetricMessage.Metric;
import java.util.List;

class MetricMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return MetricMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(new Metric(0.75), new Metric(-1e300), new Metric(0));
  }
}
