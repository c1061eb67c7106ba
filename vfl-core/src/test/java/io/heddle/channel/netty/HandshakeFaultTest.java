// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static io.heddle.channel.netty.FaultNetwork.BANK;
import static io.heddle.channel.netty.FaultNetwork.RETAILER;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.netty.FaultNetwork.Outcome;
import io.heddle.channel.netty.FaultNetwork.Talk;
import io.heddle.channel.netty.FaultRelay.Direction;
import io.heddle.channel.netty.FaultRelay.Passage;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A handshake that the network breaks off, anywhere, is not one that was refused. */
class HandshakeFaultTest {
  private static final boolean ALL = "all".equals(System.getProperty("heddle.test.faults"));
  private static final ExchangeTimeouts TIMEOUTS =
      new ExchangeTimeouts(
          Duration.ofSeconds(30),
          Duration.ofMillis(1500),
          Duration.ofSeconds(4),
          Duration.ofSeconds(30),
          Duration.ofSeconds(20));

  /** What the network does once so many bytes of the first connection have gone one way. */
  private record Point(Direction direction, int bytes, boolean reset) {}

  private static List<String> run(Point point, ScheduledExecutorService clock) throws IOException {
    try (FaultNetwork network =
        new FaultNetwork(List.of(BANK, RETAILER), TIMEOUTS, new Talk(1, 1000), null)) {
      FaultRelay way = network.way(BANK, RETAILER);
      if (point.reset()) {
        way.resetAfter(point.direction(), point.bytes());
      } else {
        way.after(
            point.direction(),
            point.bytes(),
            () -> {
              way.pass(point.direction(), Passage.SWALLOWED);
              // Both parties' handshakes time out before that.
              Future<?> unused =
                  clock.schedule(() -> way.pass(Passage.OPEN), 2500, TimeUnit.MILLISECONDS);
            });
      }
      SortedMap<PartyId, Outcome> outcomes = network.run();
      List<String> wrong = new ArrayList<>();
      outcomes.forEach(
          (party, outcome) -> {
            if (!network.expected(party).equals(outcome.result())) {
              wrong.add(point + ": " + party + " " + outcome);
            }
          });
      if (way.accepted() < 2) {
        wrong.add(point + " was never reached");
      }
      return wrong;
    }
  }

  @Test
  void handshake_brokenOffAnywhere_isTriedAgain() throws Exception {
    List<Point> points = new ArrayList<>();
    for (Direction direction : Direction.values()) {
      for (int bytes = 1; bytes < 1400; bytes += ALL ? 53 : 700) {
        points.add(new Point(direction, bytes, true));
        points.add(new Point(direction, bytes, false));
      }
    }
    ExecutorService threads = Executors.newFixedThreadPool(10);
    ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
    List<String> wrong = new ArrayList<>();
    long begun = System.nanoTime();
    try {
      List<Future<List<String>>> running = new ArrayList<>();
      points.forEach(point -> running.add(threads.submit(() -> run(point, clock))));
      for (Future<List<String>> run : running) {
        wrong.addAll(run.get());
      }
    } finally {
      threads.shutdownNow();
      clock.shutdownNow();
    }
    System.out.printf(
        "handshakes broken off: %d, %.0f s%n", points.size(), (System.nanoTime() - begun) / 1e9);
    assertThat(wrong).isEmpty();
  }
}
