// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import java.nio.ByteBuffer;

/** How a body is cut: segments whose nonce tells their place and whether they are the last. */
final class Segments {
  /**
   * Of every segment but the last, before encryption. Small, as the JDK's AES-GCM becomes fast only
   * after thousands of calls, and a resumed process reads its checkpoint first.
   */
  static final int BYTES = 1 << 12;

  /** Of a segment in the file. */
  static final int SEALED_BYTES = BYTES + Gcm.TAG_BYTES;

  /** What is read from a file, or written to it, at once: some segments. */
  static final int BATCH_BYTES = 16 * SEALED_BYTES;

  static final byte[] NO_AAD = new byte[0];
  private static final byte[] NO_BYTES = new byte[0];

  private Segments() {}

  /** The nonce of a segment, numbered from 1. */
  static byte[] nonce(int number, boolean last) {
    return ByteBuffer.allocate(Gcm.NONCE_BYTES)
        .putInt(7, number)
        .put(11, last ? (byte) 1 : 0)
        .array();
  }

  /** The tag of a header: that of an empty segment number 0 with the header beside it. */
  static byte[] headerTag(Gcm gcm, byte[] header) {
    byte[] tag = new byte[Gcm.TAG_BYTES];
    gcm.seal(nonce(0, false), header, NO_BYTES, 0, tag);
    return tag;
  }

  static boolean isHeaderTag(Gcm gcm, byte[] header, byte[] tag) {
    return gcm.open(nonce(0, false), header, tag, tag.length, new byte[0]) == 0;
  }
}
