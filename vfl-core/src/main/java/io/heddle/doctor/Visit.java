// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import java.time.Duration;

/**
 * How a party looks at its peers.
 *
 * @param software what it runs
 * @param patience how long it waits for a peer whose doctor does not answer
 * @param idle how long the links shall be silent; zero to leave that out
 * @param jobIdle after how much silence a job gives a link up
 */
public record Visit(Software software, Duration patience, Duration idle, Duration jobIdle) {
  /** The longest silence. */
  public static final Duration MAX_IDLE = Duration.ofSeconds(DoctorMessage.MAX_IDLE_SECONDS);
}
