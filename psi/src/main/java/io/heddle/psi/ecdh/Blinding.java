// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.crypto.Sha256;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.crypto.curve25519.HashToCurve;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.shared.Shuffle;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * One party's secret of one run, and what it does to ids and to others' points. Closing overwrites
 * the secret here; the session's, from which it follows, lives on.
 */
final class Blinding implements AutoCloseable {
  private static final byte[] POINT_TAG =
      "HEDDLE-PSI-V01-curve25519_XMD:SHA-512_ELL2_NU_".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TAG_TAG = "HEDDLE-PSI-V01-TAG".getBytes(StandardCharsets.US_ASCII);

  private final byte[] dst;
  private final byte[] tagPrefix;
  private final byte[] scalar;
  private final Progress progress;
  private boolean closed;

  /**
   * @param scalar this party's secret of this run; overwritten on closing
   */
  Blinding(byte[] binding, byte[] scalar, Progress progress) {
    dst = concat(POINT_TAG, binding);
    tagPrefix = concat(TAG_TAG, binding);
    this.scalar = scalar;
    this.progress = progress;
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  /** The ids at positions {@code from} to {@code to} of the shuffled list, as blinded points. */
  byte[] blind(List<byte[]> ids, Shuffle order, int from, int to) {
    return multiply(HashToCurve.encodeAll(order.apply(ids).subList(from, to), dst));
  }

  /**
   * A peer's points under this secret too.
   *
   * @throws ProtocolException if one is not canonical or of low order
   */
  byte[] multiply(PartyId from, byte[] points) {
    try {
      return multiply(points);
    } catch (ProtocolException e) {
      throw new ProtocolException("From " + from + ": " + e.getMessage(), e);
    }
  }

  private byte[] multiply(byte[] points) {
    if (closed) {
      throw new AssertionError("The secret of this run is gone");
    }
    return Curve25519.multiplyAll(scalar, points, progress::advance);
  }

  @Override
  public void close() {
    Arrays.fill(scalar, (byte) 0);
    closed = true;
  }

  /** The tag of each point: the first bytes of SHA-256 over the run's prefix and the point. */
  byte[] tags(byte[] points, int width) {
    MessageDigest sha256 = Sha256.newDigest();
    int count = points.length / Curve25519.POINT_BYTES;
    byte[] tags = new byte[count * width];
    for (int i = 0; i < count; i++) {
      sha256.update(tagPrefix);
      sha256.update(points, i * Curve25519.POINT_BYTES, Curve25519.POINT_BYTES);
      System.arraycopy(sha256.digest(), 0, tags, i * width, width);
    }
    return tags;
  }
}
