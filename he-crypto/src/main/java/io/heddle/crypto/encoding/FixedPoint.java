// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.encoding;

import io.heddle.crypto.Randomness;
import io.heddle.error.EncodingException;
import java.nio.ByteBuffer;

/** Doubles to whole numbers at a public power-of-two scale, and back. */
public final class FixedPoint {
  private static final double LIMIT = 0x1p62;
  private static final long NOISE = 0x03L << 56;
  private static final int NOISE_ROWS = 512;

  private FixedPoint() {}

  /**
   * Rounds {@code value * 2^bits} to the nearest whole number, halves to even.
   *
   * @param bits how many fractional bits are kept, -1000 to 1000
   * @throws EncodingException if a value is not finite or its result does not stay below 2^62
   */
  public static long[] nearest(double[] values, int bits) {
    double scale = scale(bits);
    long[] rounded = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (long) Math.rint(checked(values[i] * scale, i, bits));
    }
    return rounded;
  }

  /**
   * Rounds {@code value * 2^bits} up or down at random, so that the expected result is the value
   * itself: sums over many rows stay unbiased. The noise belongs to the row, so the same rows in
   * other pieces give the same numbers.
   *
   * @param bits how many fractional bits are kept, -1000 to 1000
   * @param noise used for nothing else but rounding these rows once
   * @param firstRow the index of {@code values[0]} among all rows, not negative
   * @throws EncodingException if a value is not finite or its result does not stay below 2^62
   */
  public static long[] stochastic(double[] values, int bits, Randomness noise, long firstRow) {
    if (firstRow < 0 || firstRow >>> 48 != 0) {
      throw new IllegalArgumentException("Invalid first row " + firstRow + ": must be below 2^48");
    }
    double scale = scale(bits);
    long[] rounded = new long[values.length];
    byte[] bytes = new byte[NOISE_ROWS * Long.BYTES];
    ByteBuffer uniform = ByteBuffer.wrap(bytes);
    for (int i = 0; i < values.length; i++) {
      long row = firstRow + i;
      int offset = (int) (row % NOISE_ROWS);
      if (i == 0 || offset == 0) {
        noise.fill(NOISE | row / NOISE_ROWS, bytes);
      }
      double scaled = checked(values[i] * scale, i, bits);
      double down = Math.floor(scaled);
      double threshold = (uniform.getLong(offset * Long.BYTES) >>> 11) * 0x1p-53;
      rounded[i] = (long) down + (threshold < scaled - down ? 1 : 0);
    }
    return rounded;
  }

  /** As {@link #stochastic(double[], int, Randomness, long)} for all rows from the first on. */
  public static long[] stochastic(double[] values, int bits, Randomness noise) {
    return stochastic(values, bits, noise, 0);
  }

  /** The doubles that whole numbers at this scale stand for. */
  public static double[] toDoubles(long[] values, int bits) {
    double scale = scale(-bits);
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i] * scale;
    }
    return doubles;
  }

  private static double scale(int bits) {
    if (bits < -1000 || bits > 1000) {
      throw new IllegalArgumentException(
          "Invalid scale of " + bits + " bits: must be -1000 to 1000");
    }
    return Math.scalb(1.0, bits);
  }

  private static double checked(double scaled, int index, int bits) {
    if (!(Math.abs(scaled) < LIMIT)) {
      throw new EncodingException(
          "The value at index "
              + index
              + " is not finite or too large for "
              + bits
              + " fractional bits: must stay below 2^62 after scaling");
    }
    return scaled;
  }
}
