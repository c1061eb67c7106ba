// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * One whole message as it crosses: what it is, and its bytes.
 *
 * @param digest SHA-256 of the body, 32 bytes; not to be changed
 * @param body not copied, not to be changed
 */
public record Envelope(MessageKey key, int typeId, byte[] digest, byte[] body) {

  /** The envelope of a body that this party made. */
  public static Envelope of(MessageKey key, int typeId, byte[] body) {
    return new Envelope(key, typeId, sha256().digest(body), body);
  }

  /** Bytes that the message takes on the wire, with its head and all frame lengths. */
  public long wireBytes() {
    return Frames.messageBytes(new Frames.Head(key, typeId, body.length, digest));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("SHA-256 is part of every JDK", e);
    }
  }
}
