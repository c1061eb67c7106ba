// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import io.heddle.channel.Message;

/** Every message of two doctors, in the order in which it is first sent. */
sealed interface DoctorMessage extends Message {
  /** An hour: nobody waits for longer. */
  int MAX_IDLE_SECONDS = 3600;

  /**
   * What the writer runs, and for how long it wants the links to be silent.
   *
   * @param idleSeconds 0 for not at all
   */
  record Facts(Software software, int idleSeconds) implements DoctorMessage {
    public Facts {
      if (idleSeconds < 0 || idleSeconds > MAX_IDLE_SECONDS) {
        throw new IllegalArgumentException(
            "Invalid silence of " + idleSeconds + " s: must be 0 to " + MAX_IDLE_SECONDS);
      }
    }
  }

  /**
   * A sign of life, and the answer to one.
   *
   * @param clock milliseconds since 1970, as the writer's clock has it
   */
  record Echo(int number, long clock) implements DoctorMessage {}

  /**
   * Zeros, to see how fast they cross.
   *
   * @param last whether none follow
   */
  record Filler(byte[] zeros, boolean last) implements DoctorMessage {}
}
