// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import java.nio.charset.StandardCharsets;

/**
 * Secret random bytes that can be asked for again: the same index gives the same bytes, so work cut
 * into other pieces, or done twice, uses the same noise.
 *
 * <p>Bytes at different indices are independent of each other. An implementation is safe for use by
 * several threads. Whoever holds one can undo every encryption and mask made with it: it is not
 * {@code Serializable} and never leaves its party.
 */
public interface Randomness {

  /**
   * Fills {@code into} with the bytes that belong to {@code index}. A shorter array gets the first
   * bytes of a longer one.
   *
   * @param index any number; the top byte is set by the operations of this module to keep their
   *     uses apart, so callers of their own stay below 2^56
   */
  void fill(long index, byte[] into);

  /**
   * Derives randomness for one purpose: HKDF-SHA256 (RFC 5869) gives a key, AES-256 in counter mode
   * the bytes, the index being the upper half of the counter block. Different purposes or contexts
   * give independent bytes.
   *
   * @param secret 32 bytes from a {@link java.security.SecureRandom}, known to this party only
   * @param purpose what the bytes are for, e.g. {@code logistic/encryption}
   * @param context whatever else tells this use from others: session, pass, input digest
   */
  static Randomness derive(byte[] secret, String purpose, byte[]... context) {
    if (secret.length != 32) {
      throw new IllegalArgumentException(
          "Invalid secret of " + secret.length + " bytes: must be 32");
    }
    byte[][] parts = new byte[context.length + 1][];
    parts[0] = purpose.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(context, 0, parts, 1, context.length);
    return new AesCounterRandomness(
        Hkdf.derive(secret, "heddle randomness v1".getBytes(StandardCharsets.UTF_8), parts, 32));
  }
}
