// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.crypto.Sha256;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.crypto.curve25519.HashToCurve;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The function of a key, without the key: an id's point, and the tag of an id from that point times
 * the key. (2HashDH: Jarecki, Kiayias, Krawczyk, Asiacrypt 2014, figure 1.)
 */
final class TagFunction {
  private static final byte[] POINT_TAG =
      "HEDDLE-OPRF-V01-curve25519_XMD:SHA-512_ELL2_NU_".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TAG_TAG = "HEDDLE-OPRF-V01-TAG".getBytes(StandardCharsets.US_ASCII);
  private static final int BATCH = 1024;

  private final byte[] dst;
  private final byte[] tagPrefix;
  private final int width;

  TagFunction(KeyTerms key) {
    byte[] id = key.id();
    dst = concat(POINT_TAG, id);
    tagPrefix = concat(TAG_TAG, id);
    width = key.width();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  /** Of each id a point of prime order. */
  byte[] points(List<byte[]> ids) {
    return HashToCurve.encodeAll(ids, dst);
  }

  /**
   * The tag of each id, over all cores.
   *
   * @param products the ids' points times the key
   */
  byte[] tags(List<byte[]> ids, byte[] products) {
    byte[] tags = new byte[ids.size() * width];
    IntStream.range(0, (ids.size() + BATCH - 1) / BATCH)
        .parallel()
        .forEach(
            batch -> {
              MessageDigest sha256 = Sha256.newDigest();
              ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
              int to = Math.min(ids.size(), (batch + 1) * BATCH);
              for (int i = batch * BATCH; i < to; i++) {
                byte[] id = ids.get(i);
                sha256.update(tagPrefix);
                sha256.update(length.putInt(0, id.length).array());
                sha256.update(id);
                sha256.update(products, i * Curve25519.POINT_BYTES, Curve25519.POINT_BYTES);
                System.arraycopy(sha256.digest(), 0, tags, i * width, width);
              }
            });
    return tags;
  }
}
