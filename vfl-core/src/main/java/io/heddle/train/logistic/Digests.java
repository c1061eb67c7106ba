// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of what a mask or an encryption is for, so that changed input never meets its bytes. */
final class Digests {
  private Digests() {}

  static byte[] sha256(byte[] bytes) {
    return newDigest().digest(bytes);
  }

  static byte[] sha256(long[] values) {
    MessageDigest digest = newDigest();
    ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES);
    for (long value : values) {
      digest.update(buffer.putLong(0, value).array());
    }
    return digest.digest();
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }
}
