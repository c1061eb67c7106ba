// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.metric;

import io.heddle.channel.MessageType;
import io.heddle.train.metric.MetricMessage.Metric;
import java.util.List;

/** The message types of choosing among models (docs/protocol.md, section 13), for the codec. */
public final class MetricMessages {
  private MetricMessages() {}

  /** All of them. Ids 150 to 154. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              150,
              Metric.class,
              "a metric of a model on the label holder's rows, such as the area under the ROC curve",
              (message, out) -> out.writeDouble(message.value()),
              in -> new Metric(in.readDouble())));
}
