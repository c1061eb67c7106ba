// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.Message;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Every message of a session itself, in the order in which it is sent. */
sealed interface SessionMessage extends Message {

  /**
   * What a party was started with.
   *
   * @param version of the session protocol
   * @param nonce 32 fresh bytes
   * @param terms absent if the version is not ours: another version may write them in another way
   */
  record Hello(int version, byte[] nonce, @Nullable SessionTerms terms) implements SessionMessage {}

  /**
   * The terms agree.
   *
   * @param sessionId 32 bytes
   */
  record HelloAck(byte[] sessionId) implements SessionMessage {}

  /**
   * The next call of this party.
   *
   * @param number counts the steps of the session from 1
   */
  record StepStart(int number, String kind, SortedMap<String, String> terms)
      implements SessionMessage {}

  /**
   * This party is done.
   *
   * @param sent SHA-256 over what it has sent to the reader; 32 bytes
   * @param received SHA-256 over what it has received from the reader; 32 bytes
   */
  record Finish(byte[] sent, byte[] received) implements SessionMessage {}
}
