// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.Room;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.TlsExchange;
import io.heddle.doctor.Check.Subject;
import io.heddle.doctor.DoctorMessage.Echo;
import io.heddle.doctor.DoctorMessage.Facts;
import io.heddle.doctor.DoctorMessage.Filler;
import io.heddle.error.PeerUnavailableException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What two doctors find out together, once both have opened a session. Both do the same. */
final class Conversation {
  private static final int TRIPS = 8;
  private static final long FILL_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final double MIB = 1 << 20;
  private static final Duration CLOCKS_AGREE = Duration.ofMinutes(1);

  private final NettyExchange exchange;
  private final Channel channel;
  private final PartyId peer;
  private final Visit visit;
  private final Findings findings;
  private final Progress progress;

  Conversation(
      NettyExchange exchange,
      Channel channel,
      PartyId peer,
      Visit visit,
      Findings findings,
      Progress progress) {
    this.exchange = exchange;
    this.channel = channel;
    this.peer = peer;
    this.visit = visit;
    this.findings = findings;
    this.progress = progress;
  }

  /**
   * The quickest of some trips to the peer and back.
   *
   * @param clockMillis how much the peer's clock is ahead, give or take half the trip
   */
  private record Trip(long nanos, long clockMillis) {}

  void run() {
    channel.send(peer, new Facts(visit.software(), Math.toIntExact(visit.idle().toSeconds())));
    Facts theirs = channel.receive(peer, Facts.class);
    boolean first = channel.self().compareTo(peer) < 0;
    if (!first) {
      answerTrips();
    }
    Trip trip = makeTrips();
    if (first) {
      answerTrips();
    }
    findings.tell(clock(trip));
    findings.tell(versions(theirs.software()));
    Room room = exchange.room(peer);
    if (room == null) {
      throw new AssertionError("a session is open");
    }
    findings.tell(room(room));
    findings.tell(bandwidth(trip, room, first));
    Duration idle = Duration.ofSeconds(Math.max(theirs.idleSeconds(), visit.idle().toSeconds()));
    findings.tell(
        idle.isZero()
            ? Check.skipped(Subject.IDLE, "not asked for: --idle SECONDS")
            : silence(idle));
  }

  private Trip makeTrips() {
    Trip best = new Trip(Long.MAX_VALUE, 0);
    for (int i = 0; i < TRIPS; i++) {
      long clock = System.currentTimeMillis();
      long begun = System.nanoTime();
      channel.send(peer, new Echo(i, clock));
      Echo echo = channel.receive(peer, Echo.class);
      long nanos = System.nanoTime() - begun;
      if (nanos < best.nanos()) {
        best = new Trip(nanos, echo.clock() - clock - nanos / 2_000_000);
      }
    }
    return best;
  }

  private void answerTrips() {
    for (int i = 0; i < TRIPS; i++) {
      answer();
    }
  }

  private void answer() {
    Echo echo = channel.receive(peer, Echo.class);
    channel.send(peer, new Echo(echo.number(), System.currentTimeMillis()));
  }

  private Check clock(Trip trip) {
    long ahead = trip.clockMillis();
    String found =
        String.format(
            Locale.ROOT,
            "the clock of %s is %.1f s %s",
            peer,
            Math.abs(ahead) / 1000.0,
            ahead < 0 ? "behind" : "ahead");
    Check check =
        Math.abs(ahead) > CLOCKS_AGREE.toMillis()
            ? Check.warning(
                Subject.CLOCK,
                found,
                "set the clock that is wrong, by NTP: certificates are checked by it")
            : Check.ok(Subject.CLOCK, found);
    return check.with("aheadMillis", ahead);
  }

  private Check versions(Software theirs) {
    Software own = visit.software();
    String found =
        "Heddle "
            + pair(own.heddle(), theirs.heddle())
            + ", Java "
            + pair(own.java(), theirs.java())
            + ", Spark "
            + pair(own.spark(), theirs.spark());
    Check check =
        own.heddle().equals(theirs.heddle())
            ? Check.ok(Subject.VERSIONS, found)
            : Check.warning(
                Subject.VERSIONS, found, "install the same version of Heddle at both parties");
    return check
        .with("heddle", List.of(own.heddle(), theirs.heddle()))
        .with("java", List.of(own.java(), theirs.java()))
        .with("spark", List.of(own.spark(), theirs.spark()));
  }

  private static String pair(String own, String theirs) {
    String here = own.isEmpty() ? "none" : own;
    String there = theirs.isEmpty() ? "none" : theirs;
    return here.equals(there) ? here : here + " here and " + there + " there";
  }

  private Check room(Room room) {
    int needed = ExchangeLimits.DEFAULT.maxMessageBytes();
    String found =
        String.format(
            Locale.ROOT,
            "%s takes frames of up to %.0f MiB, messages of up to %s, %s unread",
            peer,
            Exchange.MAX_FRAME_BYTES / MIB,
            mib(room.maxMessageBytes()),
            mib(room.windowBytes()));
    Check check =
        room.maxMessageBytes() < needed
            ? Check.failed(
                Subject.ROOM,
                found,
                "install the same version of Heddle at both parties: protocols need messages of "
                    + mib(needed))
            : Check.ok(Subject.ROOM, found);
    return check
        .with("frameBytes", Exchange.MAX_FRAME_BYTES)
        .with("messageBytes", room.maxMessageBytes())
        .with("windowBytes", room.windowBytes());
  }

  private static String mib(long bytes) {
    return String.format(Locale.ROOT, bytes < MIB ? "%.2f MiB" : "%.0f MiB", bytes / MIB);
  }

  private Check bandwidth(Trip trip, Room room, boolean first) {
    progress.begin("filler to and from " + peer, 0, "MiB");
    double out = 0;
    if (first) {
      out = fill(room);
    }
    double in = drain();
    if (!first) {
      out = fill(room);
    }
    progress.end();
    double millis = trip.nanos() / 1e6;
    return Check.ok(
            Subject.BANDWIDTH,
            String.format(
                Locale.ROOT,
                "%.1f MiB/s to %s, %.1f MiB/s back, %.1f ms there and back",
                out,
                peer,
                in,
                millis))
        .with("outMiBPerSecond", rounded(out))
        .with("inMiBPerSecond", rounded(in))
        .with("roundTripMillis", rounded(millis));
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  /** Sends for a while; MiB a second until all has been read. */
  private double fill(Room room) {
    // Beside the zeros a body has their length and a truth value.
    byte[] zeros = new byte[Math.min(DoctorMessages.MAX_FILLER_BYTES, room.maxMessageBytes() - 5)];
    long begun = System.nanoTime();
    long bytes = 0;
    boolean last;
    do {
      last = System.nanoTime() - begun > FILL_NANOS;
      channel.send(peer, new Filler(zeros, last));
      bytes += zeros.length;
    } while (!last);
    Echo unused = channel.receive(peer, Echo.class);
    return bytes / MIB / ((System.nanoTime() - begun) / 1e9);
  }

  private double drain() {
    long begun = System.nanoTime();
    long bytes = 0;
    Filler filler;
    do {
      filler = channel.receive(peer, Filler.class);
      bytes += filler.zeros().length;
    } while (!filler.last());
    double seconds = (System.nanoTime() - begun) / 1e9;
    channel.send(peer, new Echo(0, System.currentTimeMillis()));
    return bytes / MIB / seconds;
  }

  private Check silence(Duration idle) {
    meet(0);
    long before = exchange.linkCounts().lost();
    exchange.silence(true);
    try {
      progress.begin("silence", idle.toSeconds(), "s");
      for (long second = 0; second < idle.toSeconds(); second++) {
        TimeUnit.SECONDS.sleep(1);
        progress.advance(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerUnavailableException("Interrupted while waiting for party " + peer, e);
    } finally {
      exchange.silence(false);
      progress.end();
    }
    // A link that has died unseen is only noticed when it is used: what is sent then comes over the
    // next one. The second time shows that the first has come through at both.
    meet(1);
    meet(2);
    long lost = exchange.linkCounts().lost() - before;
    Duration ping = TlsExchange.pingInterval(visit.jobIdle());
    Check check =
        lost == 0
            ? Check.ok(
                Subject.IDLE,
                "the links live after "
                    + idle.toSeconds()
                    + " s of silence; a job pings every "
                    + ping.toSeconds()
                    + " s")
            : Check.failed(
                Subject.IDLE,
                "a link does not live through " + idle.toSeconds() + " s of silence",
                "have what stands between the parties keep silent connections for longer, or set"
                    + " channel.idle-timeout so that pings, which go out every third of it (now "
                    + ping.toSeconds()
                    + " s), come before it forgets them");
    return check
        .with("seconds", idle.toSeconds())
        .with("pingSeconds", ping.toSeconds())
        .with("linksLost", lost);
  }

  private void meet(int number) {
    channel.send(peer, new Echo(number, System.currentTimeMillis()));
    Echo unused = channel.receive(peer, Echo.class);
  }
}
