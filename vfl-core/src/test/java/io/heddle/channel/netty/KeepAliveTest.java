// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeepAliveTest {
  @ParameterizedTest(name = "idle {0}")
  @CsvSource({"PT0.1S, 33", "PT60S, 20000", "PT90S, 30000", "PT91S, 30000", "P1D, 30000"})
  void idleDetection_anyTimeout_pingsEveryThirdOfItAndAtLeastEvery30Seconds(
      Duration idle, long pingMillis) {
    IdleStateHandler handler = Pipelines.idleDetection(idle);

    assertThat(handler.getWriterIdleTimeInMillis()).isEqualTo(pingMillis);
    assertThat(handler.getReaderIdleTimeInMillis()).isEqualTo(idle.toMillis());
    assertThat(handler.getAllIdleTimeInMillis()).isZero();
  }
}
