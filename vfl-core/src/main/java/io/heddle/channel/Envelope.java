// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.crypto.Sha256;

/**
 * One whole message as it crosses: what it is, and its bytes.
 *
 * @param digest SHA-256 of the body, 32 bytes; not to be changed
 * @param body not copied, not to be changed
 */
public record Envelope(MessageKey key, int typeId, byte[] digest, byte[] body) {

  /** The envelope of a body that this party made. */
  public static Envelope of(MessageKey key, int typeId, byte[] body) {
    return new Envelope(key, typeId, Sha256.of(body), body);
  }

  /** Bytes that the message takes on the wire, with its head and all frame lengths. */
  public long wireBytes() {
    return Frames.messageBytes(new Frames.Head(key, 0, typeId, body.length, digest));
  }
}
