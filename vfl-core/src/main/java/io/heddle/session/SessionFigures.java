// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.LinkCounts;
import java.time.Duration;

/**
 * What a session has taken so far at one party. Times, links and disk count from when this process
 * opened the session; traffic from when the session began, whatever processes it has had.
 *
 * @param wall until now, or until it ended
 * @param waiting for a peer's next message, with nothing else to do
 * @param network for messages to go out, for room at the peer, and for the peer to have them
 * @param links of the exchange below
 * @param commits how often it was kept on the disk
 * @param keptBytes written to the disk to go on after a crash, before encryption: commits and
 *     messages
 */
public record SessionFigures(
    Traffic traffic,
    Duration wall,
    Duration waiting,
    Duration network,
    LinkCounts links,
    long commits,
    long keptBytes) {

  /** The rest of the time: this party's own work, its disk included. */
  public Duration compute() {
    Duration rest = wall.minus(waiting).minus(network);
    return rest.isNegative() ? Duration.ZERO : rest;
  }
}
