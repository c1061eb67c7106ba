// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static io.heddle.channel.netty.FaultNetwork.BANK;
import static io.heddle.channel.netty.FaultNetwork.RETAILER;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.netty.FaultNetwork.Outcome;
import io.heddle.channel.netty.FaultNetwork.Talk;
import io.heddle.channel.netty.FaultRelay.Direction;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The links are reset at every frame boundary of a session, and in the middle of every frame, and
 * each time both parties end with the right results (requirement R4).
 *
 * <p>Property {@code heddle.test.faults}: {@code all} for each kind of reset at each frame, with
 * and without checkpoints; otherwise each frame has one kind and one of the two.
 */
class FrameFaultTest {
  private static final ExchangeTimeouts TIMEOUTS =
      new ExchangeTimeouts(
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(30),
          Duration.ofSeconds(6));
  private static final Talk TALK = new Talk(3, Exchange.MAX_FRAME_BYTES + 1000);
  private static final int AT_ONCE = 8;

  private final Path base;
  private final AtomicInteger runs = new AtomicInteger();

  FrameFaultTest(@TempDir Path base) {
    this.base = base;
  }

  /** What is reset when a party is about to send a frame. */
  enum Reset {
    /** All links, at once. */
    ALL,
    /** All links, once all that was sent before has arrived. */
    ALL_AFTER_THE_LAST,
    /** The link that carries the frame, at once. */
    OWN,
    /** All links, when a part of the frame has arrived. */
    WITHIN
  }

  private record Point(PartyId sender, int frame, Reset reset, boolean checkpoints) {}

  /** Counts frames, and resets at one of them. */
  private static final class Trigger implements FrameObserver {
    private static final byte WELCOME = 1;
    private static final byte CREDIT = 4;
    private static final byte PING = 7;

    private final FaultNetwork network;
    private final PartyId self;
    private final PartyId peer;
    private final int at;
    private final @Nullable Reset reset;
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicBoolean done = new AtomicBoolean();

    Trigger(FaultNetwork network, PartyId self, PartyId peer, int at, @Nullable Reset reset) {
      this.network = network;
      this.self = self;
      this.peer = peer;
      this.at = at;
      this.reset = reset;
    }

    @Override
    public void sent(PartyId to, ByteBuffer frame) {
      byte kind = frame.get(0);
      if (kind == PING || sent.getAndIncrement() != at || reset == null) {
        return;
      }
      done.set(true);
      boolean back = kind == WELCOME || kind == CREDIT;
      FaultRelay own = back ? network.way(peer, self) : network.way(self, peer);
      try {
        switch (reset) {
          case ALL -> network.ways().forEach(FaultRelay::reset);
          case ALL_AFTER_THE_LAST -> {
            for (FaultRelay way : network.ways()) {
              way.settle(Duration.ofMillis(15));
            }
            network.ways().forEach(FaultRelay::reset);
          }
          case OWN -> own.reset();
          case WITHIN ->
              own.resetAfter(
                  back ? Direction.BACK : Direction.FORTH, Math.max(1, frame.remaining() / 2));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Runs the session; null where all was well, or the frame was never sent. */
  private @Nullable String failure(Point point, AtomicInteger reached) throws IOException {
    Path directory = point.checkpoints() ? Files.createDirectory(next()) : null;
    try (FaultNetwork network =
        new FaultNetwork(List.of(BANK, RETAILER), TIMEOUTS, TALK, directory)) {
      PartyId peer = point.sender().equals(BANK) ? RETAILER : BANK;
      Trigger trigger = new Trigger(network, point.sender(), peer, point.frame(), point.reset());
      network.observe(point.sender(), trigger);
      SortedMap<PartyId, Outcome> outcomes = network.run();
      if (trigger.done.get()) {
        reached.incrementAndGet();
      }
      StringBuilder wrong = new StringBuilder();
      outcomes.forEach(
          (party, outcome) -> {
            if (!network.expected(party).equals(outcome.result())) {
              wrong.append(' ').append(party).append(' ').append(outcome);
            }
          });
      return wrong.isEmpty() ? null : point + ":" + wrong;
    }
  }

  private Path next() {
    return base.resolve("run-" + runs.incrementAndGet());
  }

  /** How many frames each party sends where nothing is wrong. */
  private SortedMap<PartyId, Integer> frames(boolean checkpoints) throws IOException {
    Path directory = checkpoints ? Files.createDirectory(next()) : null;
    try (FaultNetwork network =
        new FaultNetwork(List.of(BANK, RETAILER), TIMEOUTS, TALK, directory)) {
      SortedMap<PartyId, Trigger> counters = new TreeMap<>();
      for (PartyId party : List.of(BANK, RETAILER)) {
        Trigger counter = new Trigger(network, party, party, -1, null);
        counters.put(party, counter);
        network.observe(party, counter);
      }
      network.run();
      SortedMap<PartyId, Integer> frames = new TreeMap<>();
      counters.forEach((party, counter) -> frames.put(party, counter.sent.get()));
      return frames;
    }
  }

  @Test
  void reset_atEachFrameOfASession_bothFinishWithTheRightResults() throws Exception {
    boolean all = "all".equals(System.getProperty("heddle.test.faults"));
    List<Point> points = new ArrayList<>();
    int boundaries = 0;
    for (boolean checkpoints : new boolean[] {true, false}) {
      for (Map.Entry<PartyId, Integer> sender : frames(checkpoints).entrySet()) {
        for (int frame = 0; frame < sender.getValue(); frame++) {
          if (checkpoints) {
            boundaries++;
          }
          for (Reset reset : Reset.values()) {
            if (all || (checkpoints == (frame % 8 < 4) && reset == Reset.values()[frame % 4])) {
              points.add(new Point(sender.getKey(), frame, reset, checkpoints));
            }
          }
        }
      }
    }
    Map<Reset, Integer> tried = new EnumMap<>(Reset.class);
    Map<Reset, AtomicInteger> reached = new EnumMap<>(Reset.class);
    for (Reset reset : Reset.values()) {
      reached.put(reset, new AtomicInteger());
    }
    long begun = System.nanoTime();
    List<String> failures = new ArrayList<>();
    Map<Reset, Integer> failed = new EnumMap<>(Reset.class);
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      Map<Point, Future<@Nullable String>> running = new LinkedHashMap<>();
      for (Point point : points) {
        tried.merge(point.reset(), 1, Integer::sum);
        AtomicInteger count = Objects.requireNonNull(reached.get(point.reset()));
        running.put(point, threads.submit(() -> failure(point, count)));
      }
      for (Map.Entry<Point, Future<@Nullable String>> run : running.entrySet()) {
        String failure = run.getValue().get();
        if (failure != null) {
          failures.add(failure);
          failed.merge(run.getKey().reset(), 1, Integer::sum);
        }
      }
    } finally {
      threads.shutdownNow();
    }
    System.out.printf(
        "frame boundaries: %d, resets: %d, %.0f s%n",
        boundaries, points.size(), (System.nanoTime() - begun) / 1e9);
    for (Reset reset : Reset.values()) {
      System.out.printf(
          "  %-20s %4d tried, %4d came to their frame, %4d did not end well%n",
          reset,
          tried.getOrDefault(reset, 0),
          Objects.requireNonNull(reached.get(reset)).get(),
          failed.getOrDefault(reset, 0));
    }
    assertThat(failures).isEmpty();
  }
}
