// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Parties;
import io.heddle.error.DataException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.session.Session;
import io.heddle.train.metric.MetricMessage.Metric;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedMetricTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId SHOP = new PartyId("shop");
  private static final PartyId CLINIC = new PartyId("clinic");

  private static SortedMap<PartyId, Double> run(ToDoubleFunction<Channel> bank) {
    Parties.Code<Double> other = session -> SharedMetric.learn(begin(session), BANK);
    return Parties.run(
        MetricMessages.TYPES,
        Map.of(BANK, session -> bank.applyAsDouble(begin(session)), SHOP, other, CLINIC, other));
  }

  private static Channel begin(Session session) {
    return session.beginStep("evaluate", new TreeMap<>());
  }

  @Test
  void metric_isKnownToAll() {
    assertThat(run(step -> SharedMetric.tell(step, 0.625)))
        .isEqualTo(Map.of(BANK, 0.625, SHOP, 0.625, CLINIC, 0.625));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
  void tell_noNumber_isRefused(double value) {
    assertThatThrownBy(() -> run(step -> SharedMetric.tell(step, value)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no finite number");
  }

  @Test
  void learn_noNumber_isRefused() {
    assertThatThrownBy(
            () ->
                run(
                    step -> {
                      step.sendToAll(new Metric(Double.NaN));
                      return 0;
                    }))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("not finite");
  }
}
