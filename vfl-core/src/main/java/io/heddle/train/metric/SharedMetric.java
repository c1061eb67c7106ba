// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.metric;

import io.heddle.channel.Channel;
import io.heddle.error.DataException;
import io.heddle.party.PartyId;
import io.heddle.train.metric.MetricMessage.Metric;

/**
 * One metric, computed where the labels are and known to all: by it each party keeps its part of
 * the same model. Peers learn the number, and nothing of the rows that it is of.
 */
public final class SharedMetric {
  private SharedMetric() {}

  /**
   * The label holder's role.
   *
   * @return the same value
   * @throws DataException if it is no finite number, as that of rows of one class may be
   */
  public static double tell(Channel step, double value) {
    if (!Double.isFinite(value)) {
      throw new DataException(
          "The metric of these rows is no finite number: do they have labels of every class?");
    }
    step.sendToAll(new Metric(value));
    return value;
  }

  /**
   * Any other party's role.
   *
   * @throws io.heddle.error.ProtocolException if what came is no finite number
   */
  public static double learn(Channel step, PartyId labelHolder) {
    return step.receive(labelHolder, Metric.class).value();
  }
}
