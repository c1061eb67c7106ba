// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.channel.ExchangeStart.Run;
import io.heddle.channel.Simulation.PartyProcess;
import io.heddle.channel.Simulation.Task;
import io.heddle.crypto.Sha256;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * For tests: exchanges of several parties over links that a seed decides the fate of. Each frame
 * takes its own time; a link is cut at any frame, also within a message, with some or all of what
 * is under way, and either side notices at another time; the parties dial again, as over sockets.
 * Only the links and the clock are simulated: everything a frame means, all that waits and all that
 * is sent again is the product's. The same seed gives the same schedule.
 */
public final class SimulatedNetwork implements Parties.Network {
  private static final long MILLIS = 1_000_000;
  private static final long FIRST_RETRY = 100 * MILLIS;
  private static final long LAST_RETRY = 1000 * MILLIS;
  private static final long LINGER = 1000 * MILLIS;
  private static final long LONGEST_SILENCE = 60_000 * MILLIS;

  private final SplittableRandom random;
  private final Faults faults;
  private final ExchangeLimits limits;
  private final Simulation simulation;
  private final Map<PartyId, PartyProcess> processes = new TreeMap<>();
  private final Map<PartyId, SimulatedExchange> up = new TreeMap<>();
  private final List<Connection> connections = new ArrayList<>();
  private final Map<PartyId, Integer> diskChanges = new TreeMap<>();
  private @Nullable Plan plan;
  private int cuts;
  private int kills;

  /** When all are killed. */
  private record Plan(PartyId party, int change) {}

  /** Which things happen, and how often. */
  private record Faults(
      int yieldsPerThousand,
      int cutsPerMillion,
      int maxCuts,
      int killsPerMillion,
      int maxKills,
      int diskKillsPerMillion,
      int slowness,
      boolean ownReaders,
      boolean oneDials) {
    private static final int[] CUTS = {0, 1_000, 5_000, 20_000, 100_000};
    private static final int[] KILLS = {0, 1_000, 5_000, 20_000};
    private static final int[] YIELDS = {0, 20, 100, 400};

    static Faults of(SplittableRandom random) {
      return new Faults(
          YIELDS[random.nextInt(YIELDS.length)],
          CUTS[random.nextInt(CUTS.length)],
          1 + random.nextInt(20),
          KILLS[random.nextInt(KILLS.length)],
          1 + random.nextInt(5),
          KILLS[random.nextInt(KILLS.length)] * 2,
          1 + random.nextInt(5),
          random.nextBoolean(),
          random.nextInt(3) == 0);
    }
  }

  /** A network whose schedule follows from the seed, with the smallest windows. */
  public SimulatedNetwork(long seed) {
    this(seed, new ExchangeLimits(1 << 16, 1 << 20));
  }

  public SimulatedNetwork(long seed, ExchangeLimits limits) {
    this(new SplittableRandom(seed), limits);
  }

  private SimulatedNetwork(SplittableRandom random, ExchangeLimits limits) {
    this(random, limits, Faults.of(random));
  }

  private SimulatedNetwork(SplittableRandom random, ExchangeLimits limits, Faults faults) {
    this.random = random;
    this.limits = limits;
    this.faults = faults;
    simulation = new Simulation(random, faults.yieldsPerThousand());
  }

  /** A network on which nothing goes wrong. */
  public static SimulatedNetwork calm() {
    return new SimulatedNetwork(
        new SplittableRandom(0),
        ExchangeLimits.DEFAULT,
        new Faults(0, 0, 0, 0, 0, 0, 1, false, false));
  }

  /** A digest of all that has happened, in order and with its time. */
  public long trace() {
    return simulation.trace();
  }

  /** What has happened last, for people. */
  public List<String> told() {
    return simulation.told();
  }

  /** How many times a link was cut. */
  public int cuts() {
    return cuts;
  }

  /** How many times a process was killed. */
  public int kills() {
    return kills;
  }

  Simulation simulation() {
    return simulation;
  }

  SplittableRandom random() {
    return random;
  }

  @Override
  public SortedMap<PartyId, Exchange> apply(Collection<PartyId> parties, MessageCodec codec) {
    SortedMap<PartyId, Exchange> exchanges = new TreeMap<>();
    for (PartyId party : new TreeSet<>(parties)) {
      exchanges.put(party, exchange(begin(party), parties, codec, ExchangeStart.first(run(party))));
    }
    return exchanges;
  }

  @Override
  public <R> SortedMap<PartyId, R> together(Map<PartyId, ? extends Callable<R>> calls) {
    return simulation.run(calls, processes);
  }

  private static Run run(PartyId party) {
    return new Run(HexFormat.of().formatHex(digest(party)), 0);
  }

  private static byte[] digest(PartyId party) {
    return Sha256.of(party.name().getBytes(StandardCharsets.UTF_8));
  }

  /** A process of the party, in the place of one that has ended. */
  PartyProcess begin(PartyId party) {
    PartyProcess process = new PartyProcess(party);
    processes.put(party, process);
    return process;
  }

  /** The exchange of a process; listens and dials from now on. */
  Exchange exchange(
      PartyProcess process, Collection<PartyId> parties, MessageCodec codec, ExchangeStart start) {
    SortedSet<PartyId> peers = new TreeSet<>(parties);
    peers.remove(process.party);
    SimulatedExchange exchange = new SimulatedExchange(process, peers, codec, start);
    process.monitor = exchange;
    up.put(process.party, exchange);
    exchange.start();
    return exchange;
  }

  Map<PartyId, PartyProcess> processes() {
    return processes;
  }

  private boolean happens(int perMillion) {
    return perMillion > 0 && random.nextInt(1_000_000) < perMillion;
  }

  /** A process may be killed here; the current thread ends if it is its own. */
  private void maybeKill(PartyProcess process, int perMillion) {
    if (process.tasks.isEmpty() || process.dead || !restarts) {
      return;
    }
    if (kills < faults.maxKills() && happens(perMillion)) {
      kills++;
      kill(process);
    }
    simulation.check();
  }

  private boolean restarts;

  /** Processes can be started again from their disk: from now on some are killed. */
  void allowKills() {
    restarts = true;
  }

  /**
   * Kills all processes that have not left, once, at a change of a party's disk, as they are
   * counted from 1; they are started again within seconds.
   */
  void killAllAtDisk(PartyId party, int change) {
    plan = new Plan(party, change);
  }

  /** Kills the process whose thread this is; it ends here. */
  void killCurrent() {
    kills++;
    kill(simulation.current().process);
    simulation.check();
  }

  boolean startsAgainSoon() {
    return plan != null;
  }

  /** How often a party has changed its disk. */
  int diskChanges(PartyId party) {
    return diskChanges.getOrDefault(party, 0);
  }

  /** Before a change of a process's disk. */
  boolean killsAtDisk(PartyProcess process) {
    int change = diskChanges.merge(process.party, 1, Integer::sum);
    if (plan != null && plan.equals(new Plan(process.party, change))) {
      for (SimulatedExchange exchange : List.copyOf(up.values())) {
        kills++;
        kill(exchange.process);
      }
      return process.dead;
    }
    if (!restarts || kills >= faults.maxKills() || !happens(faults.diskKillsPerMillion())) {
      return false;
    }
    kills++;
    kill(process);
    return true;
  }

  private void kill(PartyProcess process) {
    simulation.tell("kill " + process.party);
    up.remove(process.party);
    simulation.kill(process);
    for (Connection connection : List.copyOf(connections)) {
      if (connection.is(process)) {
        connection.cut();
      }
    }
  }

  /** Which link a party dials: the one on which it sends, or the one on which it reads. */
  private enum Way {
    SENDS,
    READS
  }

  private void dial(SimulatedExchange from, PartyId peer, Way way, long retry) {
    if (from.process.dead || !from.isWanted(peer)) {
      return;
    }
    SimulatedExchange there = up.get(peer);
    if (there == null || there.process.dead || there.isClosed()) {
      redial(from, peer, way, retry);
      return;
    }
    Connection connection = new Connection(from, there, way);
    connections.add(connection);
    connection.start();
  }

  private void redial(SimulatedExchange from, PartyId peer, Way way, long retry) {
    simulation.later(
        retry,
        from.self() + " dials " + peer,
        () -> dial(from, peer, way, Math.min(2 * retry, LAST_RETRY)));
  }

  private final class SimulatedExchange extends Exchange {
    private final PartyProcess process;
    private final Deque<Runnable> work = new ArrayDeque<>();
    private @Nullable Task reader;
    private boolean reading;

    SimulatedExchange(
        PartyProcess process, Collection<PartyId> peers, MessageCodec codec, ExchangeStart start) {
      super(
          process.party,
          peers,
          codec,
          limits,
          ExchangeTimeouts.DEFAULT,
          FrameObserver.NONE,
          start,
          simulation);
      this.process = process;
    }

    @Override
    public byte[] fingerprint(PartyId party) {
      return digest(party);
    }

    @Override
    protected void start() {
      for (PartyId peer : peers()) {
        for (Way way : ways(peer)) {
          simulation.later(
              random.nextLong(50 * MILLIS),
              self() + " dials " + peer,
              () -> dial(this, peer, way, FIRST_RETRY));
        }
      }
    }

    /** Where one dials for both, it is the first by name. */
    private List<Way> ways(PartyId peer) {
      if (!faults.oneDials()) {
        return List.of(Way.SENDS);
      }
      return self().compareTo(peer) < 0 ? List.of(Way.values()) : List.of();
    }

    @Override
    protected void stop() {
      if (up.get(self()) == this) {
        up.remove(self());
      }
      long end = simulation.nanoTime() + LINGER;
      while (simulation.isInside()
          && simulation.nanoTime() < end
          && connections.stream().anyMatch(link -> link.is(process) && !link.hasEnded(process))) {
        simulation.sleep(LINGER / 10, self() + " lingers");
      }
      for (Connection connection : List.copyOf(connections)) {
        if (connection.is(process)) {
          connection.end(process).close();
        }
      }
    }

    /** Handles what has arrived, in a thread of its own where the schedule has such. */
    void handle(String what, Runnable handling) {
      Runnable alive =
          () -> {
            if (!process.dead) {
              handling.run();
            }
          };
      if (!faults.ownReaders()) {
        simulation.within(process, alive);
        return;
      }
      work.add(alive);
      if (reader == null) {
        reader = simulation.begin(new Task(self() + "'s reader", false, process), this::read);
      } else if (!reading) {
        reading = true;
        simulation.resume(reader, random.nextLong(MILLIS), what);
      }
    }

    private void read() {
      while (true) {
        reading = true;
        for (Runnable next = work.poll(); next != null; next = work.poll()) {
          next.run();
        }
        reading = false;
        simulation.pause();
      }
    }
  }

  /** Two ends, and what is on its way between them. */
  private final class Connection {
    private final End dialler;
    private final End acceptor;
    private final Way way;
    private boolean cut;

    Connection(SimulatedExchange from, SimulatedExchange to, Way way) {
      this.way = way;
      dialler = new End(this, from, to.self(), true);
      acceptor = new End(this, to, from.self(), false);
      if (way == Way.SENDS) {
        dialler.handler = from.outbound(to.self(), dialler);
        acceptor.handler = to.inbound(from.self(), acceptor);
      } else {
        dialler.handler = from.inbound(to.self(), dialler);
        acceptor.handler = to.outbound(from.self(), acceptor);
      }
    }

    void start() {
      acceptor.owner.handle("starts", () -> acceptor.handler().start());
    }

    boolean is(PartyProcess process) {
      return dialler.owner.process == process || acceptor.owner.process == process;
    }

    End end(PartyProcess process) {
      return dialler.owner.process == process ? dialler : acceptor;
    }

    boolean hasEnded(PartyProcess process) {
      return end(process).ended;
    }

    End other(End end) {
      return end == dialler ? acceptor : dialler;
    }

    /** Nothing that is written from now on arrives, nor some of what was written last. */
    void cut() {
      if (!cut) {
        cut = true;
        simulation.tell("cut " + dialler.owner.self() + " to " + acceptor.owner.self());
        dialler.loseSome();
        acceptor.loseSome();
        dialler.endsAfter(delay());
        acceptor.endsAfter(delay());
      }
    }

    private long delay() {
      return random.nextLong(random.nextInt(8) == 0 ? LONGEST_SILENCE : 10 * MILLIS);
    }
  }

  /** One side of a connection: what its party writes and what arrives there. */
  private final class End implements Link {
    private final Connection connection;
    private final SimulatedExchange owner;
    private final PartyId peer;
    private final boolean dialled;
    private final long latency;
    private @Nullable FrameHandler handler;
    private boolean open = true;
    private boolean ended;
    private boolean violated;
    private long lastArrival;
    private long written;
    private long arrived;
    private long last = Long.MAX_VALUE;

    End(Connection connection, SimulatedExchange owner, PartyId peer, boolean dialled) {
      this.connection = connection;
      this.owner = owner;
      this.peer = peer;
      this.dialled = dialled;
      long slowest = 1;
      for (int i = random.nextInt(faults.slowness()); i > 0; i--) {
        slowest *= 10;
      }
      latency = slowest * MILLIS / 10;
    }

    private FrameHandler handler() {
      if (handler == null) {
        throw new AssertionError("No handler yet");
      }
      return handler;
    }

    @Override
    public void write(ByteBuffer frame, boolean wait) {
      simulation.check();
      if (!open || owner.process.dead) {
        throw new PeerUnavailableException("Lost the link to party " + peer);
      }
      maybeKill(owner.process, faults.killsPerMillion());
      if (!connection.cut) {
        connection.other(this).take(frame.duplicate());
        if (cuts < faults.maxCuts() && happens(faults.cutsPerMillion())) {
          cuts++;
          connection.cut();
        }
      }
      maybeKill(owner.process, faults.killsPerMillion());
      simulation.maybeYield("writes");
    }

    /** A frame is on its way to here. */
    private void take(ByteBuffer frame) {
      long time = Math.max(lastArrival, simulation.nanoTime() + random.nextLong(2 * latency));
      lastArrival = time;
      long number = ++written;
      String what =
          "kind " + frame.get(0) + ", " + frame.remaining() + " " + peer + "->" + owner.self();
      simulation.later(
          time - simulation.nanoTime(),
          what,
          () -> {
            arrived = number;
            if (number <= last) {
              owner.handle(what, () -> read(frame));
            }
          });
    }

    private void read(ByteBuffer frame) {
      if (!open || violated) {
        return;
      }
      try {
        handler().frame(frame);
      } catch (ProtocolException e) {
        violated = true;
        close();
      }
    }

    void loseSome() {
      last = Math.min(last, arrived + random.nextLong(written - arrived + 1));
    }

    void endsAfter(long nanos) {
      long time = Math.max(lastArrival, simulation.nanoTime() + nanos);
      simulation.later(
          time - simulation.nanoTime(),
          owner.self() + " loses its link with " + peer,
          () -> owner.handle("ends", this::end));
    }

    private void end() {
      if (ended) {
        return;
      }
      ended = true;
      open = false;
      if (connection.other(this).ended) {
        connections.remove(connection);
      }
      if (!handler().isOpen()) {
        if (dialled) {
          redial(owner, peer, connection.way, FIRST_RETRY);
        }
      } else if (!violated) {
        handler().lost(new PeerUnavailableException("Lost the link to party " + peer));
        if (dialled) {
          redial(owner, peer, connection.way, FIRST_RETRY);
        }
      }
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      if (!open) {
        return;
      }
      open = false;
      if (!owner.process.dead) {
        endsAfter(0);
      }
      End there = connection.other(this);
      if (written > arrived && random.nextBoolean()) {
        // What was not read here makes a socket drop what is not read there.
        there.loseSome();
      }
      connection.cut = true;
      there.endsAfter(random.nextLong(2 * latency));
    }

    @Override
    public void cut() {
      close();
    }
  }
}
