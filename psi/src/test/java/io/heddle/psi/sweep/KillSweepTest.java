// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.netty.NettyNetwork;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job of two parties goes on after {@code kill -9} of either or both at any of its messages, and
 * ends with the very bits of an undisturbed run of the same session (requirement R2).
 *
 * <p>Property {@code sweep.points}: how many points are tried, evenly spread; {@code all} for all.
 */
class KillSweepTest {
  private static final List<PartyId> PARTIES = List.of(SweepParty.BANK, SweepParty.SHOP);

  private final Path base;
  private final Map<PartyId, Integer> ports = new TreeMap<>();

  KillSweepTest(@TempDir Path base) {
    this.base = base;
  }

  /** Who is killed when a party is about to send one of its messages. */
  private record Point(PartyId sender, int message, List<PartyId> victims) {
    @Override
    public String toString() {
      return "message " + message + " of " + sender + ", kill " + victims;
    }
  }

  @Test
  void kill_atEachMessage_theJobGoesOnToTheSameBits() throws Exception {
    Path begun = base.resolve("begun");
    for (PartyId party : PARTIES) {
      SweepParty.writeIdentity(begun.resolve(party.name()));
      SweepProcess.start(party, begun.resolve(party.name()).toString(), party.name()).end();
    }
    long start = System.nanoTime();
    Path undisturbed = copy(begun, "undisturbed");
    SortedMap<PartyId, Integer> sent = run(undisturbed, null);
    String expected = results(undisturbed);
    List<Point> points = chosen(points(sent));
    int failed = 0;
    List<String> failures = new ArrayList<>();
    for (Point point : points) {
      Path place = copy(begun, "point");
      try {
        run(place, point);
        assertThat(results(place)).isEqualTo(expected);
      } catch (AssertionError e) {
        failed++;
        failures.add(point + ": " + e.getMessage());
      }
      delete(place);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "kill sweep: %d of %d points went on to the same bits (messages: %s), %.0f s, %.1f s a point%n",
        points.size() - failed, points.size(), sent, seconds, seconds / points.size());
    assertThat(failures).isEmpty();
  }

  private static List<Point> points(SortedMap<PartyId, Integer> sent) {
    List<Point> points = new ArrayList<>();
    sent.forEach(
        (sender, count) -> {
          for (int message = 0; message < count; message++) {
            for (PartyId victim : PARTIES) {
              points.add(new Point(sender, message, List.of(victim)));
            }
            points.add(new Point(sender, message, PARTIES));
          }
        });
    return points;
  }

  private static List<Point> chosen(List<Point> points) {
    String wanted = System.getProperty("sweep.points", "6");
    if (wanted.equals("all")) {
      return points;
    }
    int count = Math.min(Integer.parseInt(wanted), points.size());
    List<Point> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chosen.add(points.get((int) ((i + 0.5) * points.size() / count)));
    }
    return chosen;
  }

  /** Runs the job to its end, over a point; how many messages each party's last process sent. */
  private SortedMap<PartyId, Integer> run(Path place, @Nullable Point point) throws Exception {
    PARTIES.forEach(party -> ports.put(party, NettyNetwork.freePort()));
    Map<PartyId, SweepProcess> running = new TreeMap<>();
    for (PartyId party : PARTIES) {
      int stop =
          point != null && point.sender().equals(party) ? point.message() : SweepProcess.NEVER;
      running.put(party, start(place, party, stop));
    }
    try {
      if (point != null) {
        SweepProcess sender = of(running, point.sender());
        assertThat(sender.waitForStop()).as("reaches " + point).isTrue();
        for (PartyId victim : point.victims()) {
          of(running, victim).kill();
        }
        if (!point.victims().contains(point.sender())) {
          sender.goOn();
        }
        for (PartyId victim : point.victims()) {
          running.put(victim, start(place, victim, SweepProcess.NEVER));
        }
      }
      SortedMap<PartyId, Integer> sent = new TreeMap<>();
      for (PartyId party : PARTIES) {
        sent.put(party, of(running, party).finish());
      }
      return sent;
    } finally {
      for (SweepProcess process : running.values()) {
        process.kill();
      }
    }
  }

  private static SweepProcess of(Map<PartyId, SweepProcess> running, PartyId party) {
    return Objects.requireNonNull(running.get(party));
  }

  private SweepProcess start(Path place, PartyId party, int stop) throws IOException {
    PartyId peer = party.equals(SweepParty.BANK) ? SweepParty.SHOP : SweepParty.BANK;
    return SweepProcess.start(
        party,
        place.resolve(party.name()).toString(),
        party.name(),
        String.valueOf(ports.get(party)),
        String.valueOf(ports.get(peer)),
        place.resolve(peer.name()).toString(),
        String.valueOf(stop));
  }

  private static String results(Path place) throws IOException {
    StringBuilder all = new StringBuilder();
    for (PartyId party : PARTIES) {
      all.append(Files.readString(place.resolve(party.name()).resolve("result"))).append('\n');
    }
    return all.toString();
  }

  private Path copy(Path from, String name) throws IOException {
    Path to = base.resolve(name);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(
            file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return to;
  }

  private static void delete(Path place) throws IOException {
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
