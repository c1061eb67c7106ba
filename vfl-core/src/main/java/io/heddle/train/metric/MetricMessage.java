// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.metric;

import io.heddle.channel.Message;

/** What crosses where parties choose among models. */
sealed interface MetricMessage extends Message {

  /** Label holder to all: the metric of one model on its rows, a finite number. */
  record Metric(double value) implements MetricMessage {}
}
