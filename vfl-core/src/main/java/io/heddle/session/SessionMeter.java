// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.Exchange;
import io.heddle.channel.LinkCounts;
import io.heddle.progress.Events;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How long a session takes and what with; tells its events. Safe for several threads. */
final class SessionMeter {
  private final Exchange exchange;
  private final SessionMail mail;
  private final TrafficMeter traffic;
  private final @Nullable SessionLog log;
  private final String session;
  private final long opened = System.nanoTime();
  private final Duration waitedBefore;
  private final Duration networkBefore;
  private @Nullable String step;
  private long stepBegan;
  private @Nullable Duration total;

  SessionMeter(
      Exchange exchange,
      SessionMail mail,
      TrafficMeter traffic,
      @Nullable SessionLog log,
      String session) {
    this.exchange = exchange;
    this.mail = mail;
    this.traffic = traffic;
    this.log = log;
    this.session = session;
    waitedBefore = mail.waited();
    networkBefore = mail.network();
    say("session-open", "peers", exchange.peers().size(), "again", log != null && log.isAgain());
  }

  private void say(String event, Object... pairs) {
    Events.log(event, exchange.self().name(), session, pairs);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /** A step begins; the one before has ended. */
  synchronized void begins(String path) {
    stepEnds();
    step = path;
    stepBegan = System.nanoTime();
  }

  private void stepEnds() {
    if (step != null) {
      Traffic crossed = traffic.snapshot();
      say(
          "step-end",
          "step",
          step,
          "seconds",
          (System.nanoTime() - stepBegan) / 1e9,
          "bytesSent",
          crossed.bytesSent(step.substring(step.indexOf('-') + 1)));
      step = null;
    }
  }

  void committed(String path, int bytes) {
    say("commit", "step", path, "bytes", bytes, "commits", log == null ? 0 : log.commits());
  }

  synchronized void ends(Enum<?> state) {
    stepEnds();
    total = Duration.ofNanos(System.nanoTime() - opened);
    SessionFigures all = figures();
    say(
        "session-end",
        "state",
        state.name().toLowerCase(Locale.ROOT),
        "seconds",
        seconds(all.wall()),
        "compute",
        seconds(all.compute()),
        "waiting",
        seconds(all.waiting()),
        "network",
        seconds(all.network()),
        "bytesSent",
        all.traffic().bytesSent(),
        "bytesReceived",
        all.traffic().bytesReceived(),
        "linksLost",
        all.links().lost(),
        "secondsAway",
        seconds(all.links().away()),
        "sentAgain",
        all.links().sentAgain(),
        "dropped",
        all.links().dropped(),
        "commits",
        all.commits(),
        "keptBytes",
        all.keptBytes());
  }

  synchronized SessionFigures figures() {
    LinkCounts links = exchange.linkCounts();
    return new SessionFigures(
        traffic.snapshot(),
        total == null ? Duration.ofNanos(System.nanoTime() - opened) : total,
        mail.waited().minus(waitedBefore),
        mail.network().minus(networkBefore),
        links,
        log == null ? 0 : log.commits(),
        log == null ? 0 : log.keptBytes());
  }
}
