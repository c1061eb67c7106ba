// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static io.heddle.channel.netty.FaultNetwork.BANK;
import static io.heddle.channel.netty.FaultNetwork.INSURER;
import static io.heddle.channel.netty.FaultNetwork.RETAILER;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.netty.FaultNetwork.Outcome;
import io.heddle.channel.netty.FaultNetwork.Talk;
import io.heddle.channel.netty.FaultRelay.Direction;
import io.heddle.channel.netty.FaultRelay.Passage;
import io.heddle.party.PartyId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a session of two or three parties comes to on a bad network: it finishes with the right
 * results, or every party gives up in time, keeps what it has on its disk, and the same session
 * goes on once the network is well (requirement R4).
 *
 * <p>Property {@code heddle.test.faults}: {@code all} for cuts of 5 s, 60 s and beyond 70 s, and
 * for every row.
 */
class LinkFaultTest {
  private static final boolean LONG = "all".equals(System.getProperty("heddle.test.faults"));

  /** Stands for the ten minutes. */
  private static final Duration BUDGET = Duration.ofSeconds(LONG ? 70 : 6);

  private static final ExchangeTimeouts TIMEOUTS =
      new ExchangeTimeouts(
          Duration.ofSeconds(30),
          Duration.ofSeconds(3),
          Duration.ofSeconds(2),
          Duration.ofMinutes(5),
          BUDGET);

  /** A link that does not take the last words of TLS is closed without them. */
  private static final Duration FAREWELL = Duration.ofSeconds(3);

  private static final Duration SLACK = Duration.ofSeconds(5);
  private static final int MEGABYTE = 1 << 20;

  /** More than what the sockets and the frames under way hold. */
  private static final int LARGE = 8 * MEGABYTE;

  private static final int AT_ONCE = 5;
  private static final List<PartyId> TWO = List.of(BANK, RETAILER);

  private final Path base;

  LinkFaultTest(@TempDir Path base) {
    this.base = base;
  }

  /**
   * A row of the table.
   *
   * @param firstDials whether the first by name dials both links of a pair
   * @param bytes of the body in the middle of which the fault comes, if it has an end or ends all
   * @param begin makes the network bad
   * @param lasts until it is well again; null for ever
   */
  private record Fault(
      String name,
      List<PartyId> parties,
      boolean firstDials,
      int bytes,
      Consumer<FaultNetwork> begin,
      @Nullable Duration lasts,
      boolean finishes) {

    Fault(
        String name,
        List<PartyId> parties,
        int bytes,
        Consumer<FaultNetwork> begin,
        @Nullable Duration lasts,
        boolean finishes) {
      this(name, parties, false, bytes, begin, lasts, finishes);
    }

    Fault(String name, int bytes, Consumer<FaultNetwork> begin, @Nullable Duration lasts) {
      this(name, TWO, bytes, begin, lasts, lasts != null && lasts.compareTo(BUDGET) < 0);
    }

    /** The same where the bank dials both links. */
    Fault whereBankDials() {
      return new Fault("one dials: " + name, parties, true, bytes, begin, lasts, finishes);
    }
  }

  private static Consumer<FaultNetwork> all(Consumer<FaultRelay> each) {
    return network -> network.ways().forEach(each);
  }

  /** Only what the bank dials. */
  private static Consumer<FaultNetwork> dialled(Consumer<FaultRelay> way) {
    return network -> way.accept(network.way(BANK, RETAILER));
  }

  private static void heal(FaultNetwork network) {
    for (FaultRelay way : network.ways()) {
      way.delay(Duration.ZERO);
      way.limit(0);
      way.mend();
      way.pass(Passage.OPEN);
    }
  }

  private static List<Fault> faults() {
    List<Fault> faults = new ArrayList<>();
    Duration late = BUDGET.plus(Duration.ofSeconds(2));
    for (Duration cut :
        LONG
            ? List.of(Duration.ofSeconds(5), Duration.ofSeconds(60), late)
            : List.of(Duration.ofMillis(500), Duration.ofSeconds(2), late)) {
      String name = "cut for " + cut.toMillis() / 1000.0 + " s";
      faults.add(new Fault(name, MEGABYTE / 2, all(FaultRelay::cut), cut));
    }
    if (LONG) {
      faults.add(new Fault("one link cut for good", MEGABYTE / 2, dialled(FaultRelay::cut), null));
    }
    List<PartyId> three = List.of(BANK, INSURER, RETAILER);
    Consumer<FaultNetwork> onePair =
        network -> network.between(BANK, RETAILER).forEach(FaultRelay::cut);
    Duration short1 = Duration.ofSeconds(1);
    faults.add(
        new Fault("one pair of three cut for 1 s", three, MEGABYTE / 2, onePair, short1, true));
    faults.add(
        new Fault("one pair of three cut for good", three, MEGABYTE / 2, onePair, null, false));
    faults.add(
        new Fault(
            "50 ms each way",
            TWO,
            MEGABYTE / 2,
            all(way -> way.delay(Duration.ofMillis(50))),
            null,
            true));
    faults.add(
        new Fault("64 KiB/s", TWO, MEGABYTE / 4, all(way -> way.limit(1 << 16)), null, true));
    for (int bytes : LONG ? new int[] {1000, LARGE} : new int[] {LARGE}) {
      String size = bytes == LARGE ? ", within 8 MiB" : ", between messages";
      for (Passage hole :
          LONG ? List.of(Passage.STALLED, Passage.SWALLOWED) : List.of(Passage.SWALLOWED)) {
        String name = "black hole, " + (hole == Passage.STALLED ? "silent" : "eats") + size;
        Consumer<FaultNetwork> begin = all(way -> way.pass(hole));
        faults.add(new Fault(name + ", 3 s", bytes, begin, Duration.ofSeconds(3)));
        faults.add(new Fault(name + ", for good", bytes, begin, null));
      }
      for (Direction dead : LONG ? List.of(Direction.values()) : List.of(Direction.FORTH)) {
        String name = "half-open, no " + (dead == Direction.FORTH ? "messages" : "credit") + size;
        Consumer<FaultNetwork> begin = dialled(way -> way.pass(dead, Passage.SWALLOWED));
        faults.add(new Fault(name + ", 3 s", bytes, begin, Duration.ofSeconds(3)));
        faults.add(new Fault(name + ", for good", bytes, begin, null));
      }
    }
    List<String> alsoWhereOneDials =
        List.of("cut for 0.5 s", "cut for 8.0 s", "black hole, eats, within 8 MiB, 3 s");
    faults.addAll(
        faults.stream()
            .filter(fault -> LONG || alsoWhereOneDials.contains(fault.name()))
            .map(Fault::whereBankDials)
            .toList());
    return faults;
  }

  /** What came of a fault. */
  private record Row(
      Fault fault,
      SortedMap<PartyId, Outcome> outcomes,
      Duration begun,
      boolean kept,
      @Nullable SortedMap<PartyId, Outcome> again,
      List<String> wrong) {

    @Override
    public String toString() {
      StringBuilder line = new StringBuilder(String.format("  %-48s", fault.name()));
      outcomes.forEach(
          (party, outcome) ->
              line.append(
                  String.format(
                      " %s %s after %.1f s;",
                      party, outcome.word(), outcome.took().minus(begun).toMillis() / 1000.0)));
      if (again != null) {
        line.append(kept ? " kept;" : " NOT KEPT;");
        again.forEach(
            (party, outcome) -> line.append(' ').append(party).append(' ').append(outcome.word()));
      }
      wrong.forEach(words -> line.append("\n      WRONG: ").append(words));
      return line.toString();
    }
  }

  private Row run(Fault fault, ScheduledExecutorService clock) throws Exception {
    Path directory = Files.createTempDirectory(base, "fault-");
    try (FaultNetwork network =
        new FaultNetwork(fault.parties(), TIMEOUTS, new Talk(3, fault.bytes()), directory)) {
      if (fault.firstDials()) {
        network.firstDials();
      }
      AtomicBoolean begun = new AtomicBoolean();
      CompletableFuture<Void> talking = new CompletableFuture<>();
      network.observe(
          BANK,
          (to, frame) -> {
            // The first piece of a body of the step.
            if (frame.get(0) == 3 && frame.remaining() > 900 && begun.compareAndSet(false, true)) {
              talking.complete(null);
            }
          });
      AtomicLong since = new AtomicLong();
      long start = System.nanoTime();
      if (fault.finishes() && fault.lasts() == null) {
        // Nothing but a network that is slow from the beginning.
        talking.complete(null);
      }
      CompletableFuture<Void> happens =
          talking.thenRunAsync(
              () -> {
                since.set(System.nanoTime());
                fault.begin().accept(network);
                if (fault.lasts() != null) {
                  Future<?> unused =
                      clock.schedule(
                          () -> heal(network), fault.lasts().toMillis(), TimeUnit.MILLISECONDS);
                }
              },
              clock);
      SortedMap<PartyId, Outcome> outcomes = network.run();
      List<String> wrong = new ArrayList<>();
      if (!happens.isDone()) {
        wrong.add("it never came to the fault");
      }
      boolean finished = outcomes.values().stream().allMatch(o -> o.failure() == null);
      if (finished != fault.finishes()) {
        wrong.add("it must " + (fault.finishes() ? "finish" : "be given up"));
      }
      Duration before = Duration.ofNanos(since.get() - start);
      outcomes.forEach((party, outcome) -> check(network, fault, before, party, outcome, wrong));
      boolean kept = true;
      SortedMap<PartyId, Outcome> again = null;
      if (!finished) {
        for (PartyId party : fault.parties()) {
          kept &= network.isKept(party);
        }
        if (!kept) {
          wrong.add("a checkpoint is gone");
        }
        heal(network);
        again = network.run();
        again.forEach(
            (party, outcome) -> {
              if (!network.expected(party).equals(outcome.result())) {
                wrong.add(party + " does not go on: " + outcome);
              }
            });
      }
      return new Row(fault, outcomes, before, kept, again, wrong);
    }
  }

  private static void check(
      FaultNetwork network,
      Fault fault,
      Duration before,
      PartyId party,
      Outcome outcome,
      List<String> wrong) {
    if (outcome.failure() == null) {
      if (!network.expected(party).equals(outcome.result())) {
        wrong.add(party + " has another result");
      }
      return;
    }
    if (!outcome.word().equals("gave up") && !outcome.word().equals("told of it")) {
      wrong.add(party + " fails for good: " + outcome.failure());
    }
    Duration most = TIMEOUTS.idle().plus(FAREWELL).plus(BUDGET).plus(SLACK);
    if (outcome.took().minus(before).compareTo(most) > 0) {
      wrong.add(party + " gives up late: " + outcome.failure());
    }
    if (fault.finishes()) {
      wrong.add(party + ": " + outcome.failure());
    }
  }

  @Test
  void session_onABadNetwork_finishesOrIsGivenUpAndGoesOn() throws Exception {
    List<Fault> faults = faults();
    ScheduledExecutorService clock = Executors.newScheduledThreadPool(4);
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    Collection<Row> rows = new ArrayList<>();
    long begun = System.nanoTime();
    try {
      // The first session of a process takes its time.
      try (FaultNetwork warm = new FaultNetwork(TWO, TIMEOUTS, new Talk(1, 1000), null)) {
        warm.run();
      }
      Map<Fault, Future<Row>> running = new LinkedHashMap<>();
      faults.forEach(fault -> running.put(fault, threads.submit(() -> run(fault, clock))));
      for (Future<Row> row : running.values()) {
        rows.add(row.get());
      }
    } finally {
      threads.shutdownNow();
      clock.shutdownNow();
    }
    System.out.printf(
        "network faults: %d, budget %.1f s, %.0f s%n",
        rows.size(), BUDGET.toMillis() / 1000.0, (System.nanoTime() - begun) / 1e9);
    rows.forEach(System.out::println);
    assertThat(rows).allSatisfy(row -> assertThat(row.wrong()).isEmpty());
  }
}
