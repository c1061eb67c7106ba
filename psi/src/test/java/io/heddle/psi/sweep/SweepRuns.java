// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.sweep;

import io.heddle.party.PartyId;
import io.heddle.psi.sweep.Point.Kill;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs one and the same session of a job, undisturbed or killed; each run in a place of its own.
 */
final class SweepRuns {
  private static final long LOOK_NANOS = 1_000_000;

  // Below those that the system gives to outgoing links: a party that is killed must have its own
  // again.
  private static final int FIRST_PORT = 12_000;
  private static final int PORTS = 10_000;

  private final SweepJava java;
  private final Path base;
  private final String source;
  private final Path begun;
  private final Path room;
  private final Map<PartyId, Integer> ports = new TreeMap<>();
  private final SortedMap<PartyId, Integer> commits = new TreeMap<>();
  private int nextPort;
  private int kills;
  private int unsettled;

  /** Begins the session: what the parties draw is on their disks, and nothing has left them. */
  SweepRuns(SweepJava java, Path base, String source) throws IOException, InterruptedException {
    this(java, base, source, 0);
    for (PartyId party : Point.PARTIES) {
      Path directory = begun.resolve(party.name());
      SweepParty.writeIdentity(directory);
      SweepProcess.start(party, java.beginning(), directory.toString(), party.name(), source).end();
    }
  }

  private SweepRuns(SweepJava java, Path base, String source, int number) {
    this.java = java;
    this.base = base;
    this.source = source;
    begun = base.resolve("begun");
    room = base.resolve("place-" + number);
    nextPort = FIRST_PORT + number * PORTS;
  }

  /** Others of the same session, which may run at the same time. */
  SweepRuns beside(int number) {
    return new SweepRuns(java, base, source, number);
  }

  /** How often a party was killed. */
  int kills() {
    return kills;
  }

  /** How often a party had to be started once more, as its peers left while it was away. */
  int unsettled() {
    return unsettled;
  }

  /** The number of each party's last commit in any run that was looked at. */
  SortedMap<PartyId, Integer> commits() {
    return commits;
  }

  /** What a job has made. */
  record Outcome(SortedMap<PartyId, Integer> messages, String results) {}

  /** Without a kill; looks what commits there are. */
  Outcome undisturbed() throws IOException, InterruptedException {
    Path place = place();
    Map<PartyId, SweepProcess> running = start(place, null);
    try {
      while (running.values().stream().anyMatch(SweepProcess::isAlive)) {
        for (PartyId party : Point.PARTIES) {
          commits.merge(party, newestCommit(place, party), Math::max);
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
      return outcome(place, running, false);
    } finally {
      end(place, running);
    }
  }

  /** Over the kills of a point, each party started again at once. */
  Outcome over(Point point) throws IOException, InterruptedException {
    Path place = place();
    Map<PartyId, SweepProcess> running = start(place, point.kills().get(0));
    try {
      for (int i = 0; i < point.kills().size(); i++) {
        Kill kill = point.kills().get(i);
        Kill next = i + 1 < point.kills().size() ? point.kills().get(i + 1) : null;
        SweepProcess watched = running.get(kill.watched());
        if (watched == null) {
          break;
        }
        String at;
        if (Point.isCommit(kill.where())) {
          at = waitForCommit(place, kill, watched) ? kill.where() : null;
        } else {
          at = watched.waitForStop();
          if (at == null && i == 0) {
            throw new AssertionError("It ended before " + kill + " and said " + watched);
          }
        }
        if (at == null) {
          break;
        }
        kill(running, kill.victims().stream().filter(running::containsKey).toList());
        if (!kill.victims().contains(kill.watched()) && !Point.isCommit(kill.where())) {
          watched.goOn();
        }
        for (PartyId victim : kill.victims()) {
          String stop = Stop.NEVER;
          if (next != null && next.watched().equals(victim) && !Point.isCommit(next.where())) {
            stop = next.where().equals(Point.SAME) ? at : next.where();
          }
          startAgain(place, running, victim, stop);
        }
      }
      return outcome(place, running, true);
    } finally {
      end(place, running);
    }
  }

  /** Kills random parties at random times, some often, and starts each again some time later. */
  Outcome overChance(RandomGenerator random, int times, int longestPauseMillis)
      throws IOException, InterruptedException {
    Path place = place();
    Map<PartyId, SweepProcess> running = start(place, null);
    try {
      for (int i = 0; i < times; i++) {
        pause(random.nextInt(longestPauseMillis));
        List<PartyId> victims =
            switch (random.nextInt(4)) {
              case 0 -> Point.PARTIES;
              case 1 -> List.of(SweepParty.BANK);
              default -> List.of(SweepParty.SHOP);
            };
        victims = victims.stream().filter(victim -> isAlive(running, victim)).toList();
        kill(running, victims);
        pause(random.nextInt(200));
        for (PartyId victim : victims) {
          startAgain(place, running, victim, Stop.NEVER);
        }
      }
      return outcome(place, running, true);
    } finally {
      end(place, running);
    }
  }

  private static boolean isAlive(Map<PartyId, SweepProcess> running, PartyId party) {
    SweepProcess process = running.get(party);
    return process != null && process.isAlive();
  }

  /** Nobody starts a party again that has its result and keeps nothing: it was about to end. */
  private void startAgain(
      Path place, Map<PartyId, SweepProcess> running, PartyId party, String stop)
      throws IOException {
    if (newestCommit(place, party) < 0) {
      running.remove(party);
    } else {
      running.put(party, start(place, party, stop));
    }
  }

  private static void pause(int millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis);
  }

  private void kill(Map<PartyId, SweepProcess> running, List<PartyId> victims)
      throws InterruptedException {
    SweepProcess.kill(victims.stream().map(victim -> of(running, victim)).toList());
    kills += victims.size();
  }

  private boolean waitForCommit(Path place, Kill kill, SweepProcess watched) throws IOException {
    int number = Integer.parseInt(kill.where().substring(Point.commit(0).length() - 1));
    while (watched.isAlive()) {
      if (newestCommit(place, kill.watched()) >= number) {
        return true;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return false;
  }

  private static int newestCommit(Path place, PartyId party) throws IOException {
    String first = Point.commit(0).substring(0, Point.commit(0).length() - 1);
    int newest = -1;
    Path kept = SweepParty.checkpoints(place.resolve(party.name()));
    try (Stream<Path> files = Files.walk(kept)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith(first)) {
          newest = Math.max(newest, Integer.parseInt(name.substring(first.length())));
        }
      }
    } catch (NoSuchFileException | UncheckedIOException e) {
      // Deleted meanwhile.
    }
    return newest;
  }

  private static SweepProcess of(Map<PartyId, SweepProcess> running, PartyId party) {
    return Objects.requireNonNull(running.get(party));
  }

  private Map<PartyId, SweepProcess> start(Path place, @Nullable Kill first) throws IOException {
    for (PartyId party : Point.PARTIES) {
      ports.put(party, freePort());
    }
    Map<PartyId, SweepProcess> running = new TreeMap<>();
    for (PartyId party : Point.PARTIES) {
      String stop = Stop.NEVER;
      if (first != null && first.watched().equals(party) && !Point.isCommit(first.where())) {
        stop = first.where();
      }
      running.put(party, start(place, party, stop));
    }
    return running;
  }

  private int freePort() throws IOException {
    while (true) {
      try (ServerSocket socket =
          new ServerSocket(nextPort++, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // It is in use.
      }
    }
  }

  private SweepProcess start(Path place, PartyId party, String stop) throws IOException {
    PartyId peer = party.equals(SweepParty.BANK) ? SweepParty.SHOP : SweepParty.BANK;
    return SweepProcess.start(
        party,
        java.job(party),
        place.resolve(party.name()).toString(),
        party.name(),
        source,
        String.valueOf(ports.get(party)),
        String.valueOf(ports.get(peer)),
        place.resolve(peer.name()).toString(),
        stop);
  }

  private Outcome outcome(Path place, Map<PartyId, SweepProcess> running, boolean disturbed)
      throws IOException, InterruptedException {
    SortedMap<PartyId, Integer> messages = new TreeMap<>();
    for (Map.Entry<PartyId, SweepProcess> process : running.entrySet()) {
      messages.put(process.getKey(), process.getValue().finish());
    }
    for (PartyId party : messages.keySet()) {
      if (!of(running, party).isSettled() && disturbed) {
        // The peer had left before it could say so; this is what the operator is told to do.
        unsettled++;
        running.put(party, start(place, party, Stop.NEVER));
        of(running, party).end();
      }
    }
    StringBuilder results = new StringBuilder();
    for (PartyId party : Point.PARTIES) {
      int commit = newestCommit(place, party);
      if (commit >= 0) {
        throw new AssertionError("Party " + party + " still keeps commit " + commit);
      }
      results.append(Files.readString(place.resolve(party.name()).resolve("result"))).append('\n');
    }
    return new Outcome(messages, results.toString());
  }

  private Path place() throws IOException {
    try (Stream<Path> files = Files.walk(begun)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            room.resolve(begun.relativize(file).toString()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return room;
  }

  private static void end(Path place, Map<PartyId, SweepProcess> running)
      throws IOException, InterruptedException {
    SweepProcess.kill(running.values());
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
