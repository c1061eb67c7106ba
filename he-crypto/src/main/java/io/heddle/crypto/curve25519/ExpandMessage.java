// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * expand_message_xmd with SHA-512: bytes that look random, from a message and a domain separation
 * tag. Not safe for several threads. (RFC 9380, section 5.3.1.)
 */
final class ExpandMessage {
  private static final int HASH_BYTES = 64;
  private static final int BLOCK_BYTES = 128;
  private static final byte[] OVERSIZE = "H2C-OVERSIZE-DST-".getBytes(StandardCharsets.US_ASCII);

  private final MessageDigest sha512;
  private final byte[] tag;

  /** For one tag of at least one byte; one over 255 bytes is hashed first, as the RFC says. */
  ExpandMessage(byte[] dst) {
    if (dst.length == 0) {
      throw new IllegalArgumentException("The domain separation tag is empty");
    }
    try {
      sha512 = MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java runtime has SHA-512", e);
    }
    byte[] shortTag = dst;
    if (dst.length > 255) {
      sha512.update(OVERSIZE);
      shortTag = sha512.digest(dst);
    }
    tag = Arrays.copyOf(shortTag, shortTag.length + 1);
    tag[shortTag.length] = (byte) shortTag.length;
  }

  byte[] expand(byte[] message, int length) {
    int blocks = (length + HASH_BYTES - 1) / HASH_BYTES;
    if (length < 1 || blocks > 255) {
      throw new IllegalArgumentException(
          "Invalid length " + length + ": must be 1 to " + 255 * HASH_BYTES);
    }
    sha512.update(new byte[BLOCK_BYTES]);
    sha512.update(message);
    sha512.update((byte) (length >>> 8));
    sha512.update((byte) length);
    sha512.update((byte) 0);
    byte[] first = sha512.digest(tag);
    byte[] block = new byte[HASH_BYTES];
    byte[] out = new byte[length];
    for (int i = 1; i <= blocks; i++) {
      for (int j = 0; j < HASH_BYTES; j++) {
        block[j] ^= first[j];
      }
      sha512.update(block);
      sha512.update((byte) i);
      block = sha512.digest(tag);
      int at = (i - 1) * HASH_BYTES;
      System.arraycopy(block, 0, out, at, Math.min(HASH_BYTES, length - at));
    }
    return out;
  }
}
