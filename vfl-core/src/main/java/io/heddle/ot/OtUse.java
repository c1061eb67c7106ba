// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One use of oblivious transfers in one step. What is made for a use hides one input and is never
 * made again for another one: the peer would learn how the two differ. So whatever a party draws
 * follows from its session's secret, the step, the attempt and its own input.
 *
 * @param salt bytes of this session, equal at both parties, for this purpose only
 * @param attempt from 1; a step that is done again with something else takes the next one
 * @param ownInput 32 bytes, the digest of all that this party puts in; shown to nobody
 */
public record OtUse(byte[] salt, int attempt, byte[] ownInput) {
  private static final byte[] BINDING = "heddle ot binding v1".getBytes(StandardCharsets.US_ASCII);
  static final int BINDING_BYTES = 32;
  private static final int DIGEST_BYTES = 32;

  public OtUse {
    if (attempt < 1) {
      throw new IllegalArgumentException("Invalid attempt " + attempt + ": must be 1 or more");
    }
    if (ownInput.length != DIGEST_BYTES) {
      throw new IllegalArgumentException(
          "Invalid digest of " + ownInput.length + " bytes: must be " + DIGEST_BYTES);
    }
    salt = salt.clone();
    ownInput = ownInput.clone();
  }

  /** 32 bytes, the same at both parties, that only this part of this use has. */
  byte[] binding(Channel step, String part) {
    byte[] path = step.path().getBytes(StandardCharsets.UTF_8);
    byte[] name = part.getBytes(StandardCharsets.UTF_8);
    ByteBuffer joined =
        ByteBuffer.allocate(
            4 * Integer.BYTES + BINDING.length + salt.length + path.length + name.length);
    joined.put(BINDING).putInt(salt.length).put(salt).putInt(attempt);
    joined.putInt(path.length).put(path).putInt(name.length).put(name);
    return Sha256.of(joined.array());
  }

  /** What this party draws for a purpose within a part of this use. */
  Randomness own(PrivateRandomness randomness, String purpose, byte[] binding, byte[] context) {
    return randomness.derive(purpose, binding, ownInput, context);
  }

  @Override
  public String toString() {
    return "OtUse[attempt " + attempt + "]";
  }
}
