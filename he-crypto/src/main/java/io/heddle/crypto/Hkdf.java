// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Turns one secret into independent keys: HKDF with SHA-256 (RFC 5869). */
public final class Hkdf {
  /** The most bytes one derivation gives: 255 blocks of SHA-256. */
  public static final int MAX_BYTES = 255 * 32;

  private Hkdf() {}

  /**
   * Extracts and expands, as RFC 5869 sections 2.2 and 2.3.
   *
   * @param secret the input keying material, of any length
   * @param salt non-secret; empty for none
   * @param info what the key is for
   * @param bytes how many bytes to give, 1 to {@value #MAX_BYTES}
   */
  public static byte[] derive(byte[] secret, byte[] salt, byte[] info, int bytes) {
    if (bytes < 1 || bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "Invalid length " + bytes + ": must be 1 to " + MAX_BYTES + " bytes");
    }
    Mac expand = hmac(hmac(salt.length == 0 ? new byte[32] : salt).doFinal(secret));
    byte[] out = new byte[bytes];
    byte[] block = new byte[0];
    int done = 0;
    for (int counter = 1; done < bytes; counter++) {
      expand.update(block);
      expand.update(info);
      expand.update((byte) counter);
      block = expand.doFinal();
      int take = Math.min(block.length, bytes - done);
      System.arraycopy(block, 0, out, done, take);
      done += take;
    }
    return out;
  }

  /**
   * As {@link #derive(byte[], byte[], byte[], int)} with an info made of several parts, each
   * preceded by its length in four bytes, so that no two lists of parts give the same info.
   */
  public static byte[] derive(byte[] secret, byte[] salt, byte[][] info, int bytes) {
    int length = Arrays.stream(info).mapToInt(part -> 4 + part.length).sum();
    ByteBuffer joined = ByteBuffer.allocate(length);
    for (byte[] part : info) {
      joined.putInt(part.length).put(part);
    }
    return derive(secret, salt, joined.array(), bytes);
  }

  private static Mac hmac(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has HMAC-SHA256", e);
    }
  }
}
