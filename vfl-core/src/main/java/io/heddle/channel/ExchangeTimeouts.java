// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import java.time.Duration;

/**
 * How long a party waits before it gives a peer up. All must be positive.
 *
 * @param connect for all peers to appear after this party did
 * @param handshake for a link to be authenticated once the peer answers
 * @param idle without any byte on an open link; a ping goes out every third of it, at least every
 *     30 s
 * @param receive for one message to arrive, or for room in the peer's mailbox: the longest that a
 *     peer may compute between two messages
 * @param reconnect for a link that was lost to come back; until then nothing is given up
 */
public record ExchangeTimeouts(
    Duration connect, Duration handshake, Duration idle, Duration receive, Duration reconnect) {
  /**
   * 10 min, 10 s, 60 s, 2 h, 2 min. A peer computes for as long as its data take before the next
   * message comes; one that is dead or cut off is noticed after the idle time-out and given up
   * after the reconnect time-out.
   */
  public static final ExchangeTimeouts DEFAULT =
      new ExchangeTimeouts(
          Duration.ofMinutes(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofHours(2),
          Duration.ofMinutes(10));

  public ExchangeTimeouts {
    check("connect", connect);
    check("handshake", handshake);
    check("idle", idle);
    check("receive", receive);
    check("reconnect", reconnect);
  }

  private static void check(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException("Invalid time-out " + name + ": must be positive");
    }
  }

  /** A duration in the words of an error: whole seconds where they are, milliseconds otherwise. */
  public static String describe(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }
}
