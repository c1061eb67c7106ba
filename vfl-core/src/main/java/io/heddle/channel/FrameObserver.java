// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.party.PartyId;
import java.nio.ByteBuffer;

/**
 * Sees every application frame that this party sends, before encryption. For counting and for tests
 * that look for what must not be there; frames hold ciphertexts and terms, so nobody should keep
 * them.
 */
@FunctionalInterface
public interface FrameObserver {
  /** Sees nothing. */
  FrameObserver NONE = (to, frame) -> {};

  /**
   * One frame, from its kind byte on.
   *
   * @param frame read-only; valid during the call
   */
  void sent(PartyId to, ByteBuffer frame);
}
