// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.crypto.curve25519.HashToCurve;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.stream.IntStream;

/** Points on Curve25519 as their bytes, good ones and by their coordinate. */
public final class CurvePoints {
  private CurvePoints() {}

  public static byte[] point(int seed) {
    return HashToCurve.encode(new byte[] {(byte) seed}, new byte[] {1});
  }

  public static byte[] points(byte[]... points) {
    ByteArrayOutputStream flat = new ByteArrayOutputStream();
    for (byte[] point : points) {
      flat.writeBytes(point);
    }
    return flat.toByteArray();
  }

  public static byte[] good(int count) {
    return points(IntStream.range(0, count).mapToObj(CurvePoints::point).toArray(byte[][]::new));
  }

  public static byte[] number(BigInteger value) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < 32; i++) {
      bytes[i] = value.shiftRight(8 * i).byteValue();
    }
    return bytes;
  }

  public static BigInteger number(byte[] point) {
    byte[] turned = new byte[32];
    for (int i = 0; i < 32; i++) {
      turned[i] = point[31 - i];
    }
    return new BigInteger(1, turned);
  }
}
