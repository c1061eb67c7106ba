// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.Message;
import io.heddle.party.PartyId;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;

/**
 * What a party has sent and received in a session so far: application bytes, before TLS.
 *
 * @param lines one for each kind of step and type of message that crossed
 * @param waited for each peer, how long this party did nothing but wait for its messages
 */
public record Traffic(List<Line> lines, SortedMap<PartyId, Duration> waited) {

  /**
   * @param stepKind as given to {@code beginStep}; {@code session} for the session's own messages
   * @param type the record
   */
  public record Line(
      String stepKind,
      Class<? extends Message> type,
      long messagesSent,
      long bytesSent,
      long messagesReceived,
      long bytesReceived) {}

  public long bytesSent() {
    return lines.stream().mapToLong(Line::bytesSent).sum();
  }

  public long bytesReceived() {
    return lines.stream().mapToLong(Line::bytesReceived).sum();
  }

  /** Bytes sent in steps of one kind. */
  public long bytesSent(String stepKind) {
    return lines.stream()
        .filter(line -> line.stepKind().equals(stepKind))
        .mapToLong(Line::bytesSent)
        .sum();
  }
}
