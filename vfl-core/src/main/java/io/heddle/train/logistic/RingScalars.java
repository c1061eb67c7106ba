// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.error.EncodingException;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * Scalars as integers modulo 2^128 in units of 2^-88, so that masks cancel exactly and small
 * gradients keep their digits.
 */
final class RingScalars {
  static final int FRACTION_BITS = 88;
  static final int WIDTH_BYTES = 16;

  /** Leaves room for the sum over a thousand parties. */
  private static final int MAX_EXPONENT = 28;

  private RingScalars() {}

  /**
   * @throws EncodingException for a number of 2^28 or more in magnitude, or one that is not finite
   */
  static BigInteger encode(double value) {
    if (!Double.isFinite(value) || Math.getExponent(value) >= MAX_EXPONENT) {
      throw new EncodingException(
          "A scalar of the optimiser is not finite or reaches 2^"
              + MAX_EXPONENT
              + ": scale the columns or raise regParam");
    }
    int shift = Math.min(0, Math.getExponent(value) - 52);
    long mantissa = (long) Math.scalb(value, -shift);
    return BigInteger.valueOf(mantissa).shiftLeft(FRACTION_BITS + shift);
  }

  static BigInteger[] encode(double[] values) {
    return Arrays.stream(values).mapToObj(RingScalars::encode).toArray(BigInteger[]::new);
  }

  static double decode(BigInteger value) {
    return Math.scalb(value.doubleValue(), -FRACTION_BITS);
  }

  static BigInteger add(BigInteger a, BigInteger b) {
    return wrap(a.add(b));
  }

  static BigInteger subtract(BigInteger a, BigInteger b) {
    return wrap(a.subtract(b));
  }

  /** The representative between -2^127 and 2^127. */
  private static BigInteger wrap(BigInteger value) {
    byte[] bytes = value.toByteArray();
    return bytes.length <= WIDTH_BYTES
        ? value
        : new BigInteger(Arrays.copyOfRange(bytes, bytes.length - WIDTH_BYTES, bytes.length));
  }
}
