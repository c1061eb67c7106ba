// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.crypto.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** SHA-256 of what a mask or an encryption is for, so that changed input never meets its bytes. */
final class Digests {
  private Digests() {}

  static byte[] sha256(long[] values) {
    MessageDigest digest = Sha256.newDigest();
    ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES);
    for (long value : values) {
      digest.update(buffer.putLong(0, value).array());
    }
    return digest.digest();
  }
}
