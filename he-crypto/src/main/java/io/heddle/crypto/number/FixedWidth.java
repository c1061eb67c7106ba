// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.number;

import java.math.BigInteger;
import java.util.Arrays;

/** Non-negative numbers as big-endian bytes of a fixed count. */
public final class FixedWidth {
  private FixedWidth() {}

  /**
   * Writes a number.
   *
   * @throws IllegalArgumentException if it is negative or does not fit
   */
  public static void put(BigInteger value, byte[] into, int offset, int width) {
    byte[] bytes = value.toByteArray();
    int sign = bytes[0] == 0 ? 1 : 0;
    int length = bytes.length - sign;
    if (value.signum() < 0 || length > width) {
      throw new IllegalArgumentException(
          "A number of " + value.bitLength() + " bits does not fit " + width + " bytes");
    }
    Arrays.fill(into, offset, offset + width - length, (byte) 0);
    System.arraycopy(bytes, sign, into, offset + width - length, length);
  }

  /** Reads a number. */
  public static BigInteger get(byte[] from, int offset, int width) {
    return new BigInteger(1, from, offset, width);
  }
}
