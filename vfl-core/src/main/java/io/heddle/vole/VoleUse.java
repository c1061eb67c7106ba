// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import io.heddle.channel.Channel;
import io.heddle.crypto.Hkdf;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.ot.JointCoin;
import io.heddle.ot.OtUse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One pair of vectors in one step. They hide one input, so whatever a party draws follows from its
 * session's secret, the step, the number and its own input.
 *
 * @param salt bytes of this session, equal at both parties, for this purpose only
 * @param number of the pair, from 0; each is used once
 * @param ownInput 32 bytes, the digest of all that this party puts in; shown to nobody
 * @param coin {@value JointCoin#BYTES} bytes that both parties tossed when their inputs were fixed
 */
public record VoleUse(byte[] salt, int number, byte[] ownInput, byte[] coin) {
  private static final byte[] BINDING = ascii("heddle vole binding v1");

  public VoleUse {
    salt = salt.clone();
    ownInput = ownInput.clone();
    coin = coin.clone();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** 32 bytes, the same at both parties, that only this use has. */
  byte[] binding(Channel step) {
    byte[] path = step.path().getBytes(StandardCharsets.UTF_8);
    ByteBuffer joined =
        ByteBuffer.allocate(3 * Integer.BYTES + BINDING.length + salt.length + path.length);
    joined.put(BINDING).putInt(salt.length).put(salt).putInt(number).putInt(path.length).put(path);
    return Sha256.of(joined.array());
  }

  /** For the transfers. */
  OtUse transfers(byte[] binding) {
    return new OtUse(binding, 1, ownInput);
  }

  /** Bytes that both parties have, which nobody could choose an input for. */
  byte[] agreed(byte[] binding, String name, int count) {
    return Hkdf.derive(coin, binding, ascii(name), count);
  }

  /** What this party draws for a purpose. */
  Randomness own(PrivateRandomness randomness, byte[] binding, String purpose) {
    return randomness.derive(purpose, binding, ownInput);
  }

  @Override
  public String toString() {
    return "VoleUse[" + number + "]";
  }
}
