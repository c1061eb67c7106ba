// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.crypto.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * What both parties know of a sender's key. A key has one set: another set has another key, so the
 * {@link #id} names one list of tags.
 *
 * @param commitment the key times the base point, 32 bytes
 * @param expiry seconds since 1970; the list is not used from then on
 * @param ids how many the set has
 * @param width bytes of a tag
 */
record KeyTerms(byte[] commitment, long expiry, int ids, int width) {
  static final int ID_BYTES = 32;

  /** For one id and one question. */
  static final int MIN_WIDTH = 5;

  /** For 2^25 ids and 2^31 questions. */
  static final int MAX_WIDTH = 12;

  /** 10,000 years. */
  static final long LATEST = 315_576_000_000L;

  private static final byte[] TAG = "HEDDLE-OPRF-V01-KEY".getBytes(StandardCharsets.US_ASCII);

  /**
   * Bytes of a tag such that the probability that any of so many questions meets the tag of another
   * id is at most 2^-40.
   */
  static int width(int ids, int queries) {
    return (40 + log2(ids) + log2(queries) + 7) / 8;
  }

  /** The smallest exponent of a power of two that is not below the number. */
  private static int log2(int number) {
    return 32 - Integer.numberOfLeadingZeros(Math.max(1, number) - 1);
  }

  /** What tells this key from every other one. */
  byte[] id() {
    return Sha256.of(
        TAG,
        commitment,
        ByteBuffer.allocate(13).putLong(expiry).putInt(ids).put((byte) width).array());
  }

  boolean isSame(KeyTerms other) {
    return MessageDigest.isEqual(id(), other.id());
  }
}
