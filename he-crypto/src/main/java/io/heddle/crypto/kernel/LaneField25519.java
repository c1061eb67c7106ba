// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static io.heddle.crypto.kernel.VectorField25519.LANES;
import static io.heddle.crypto.kernel.VectorField25519.LIMBS;
import static io.heddle.crypto.kernel.VectorField25519.LIMB_BITS;
import static io.heddle.crypto.kernel.VectorField25519.WIDTH;

/**
 * Arithmetic modulo 2^255 - 19 on {@link Kernel#lanes} numbers side by side, and the Montgomery
 * ladder on it. Only where that is more than one.
 *
 * <p>An element is such a row of numbers, named by its place in this object's memory. Elements are
 * <em>carried</em> or <em>loose</em>: {@link #load}, {@link #multiply} and {@link #square} give
 * carried ones and take either; sums and differences take carried ones and give loose ones. An
 * operation may write over its operands. Time and memory access do not depend on the numbers. Not
 * safe for several threads.
 */
public final class LaneField25519 {
  /** Elements that {@link #ladder} needs. */
  public static final int LADDER = 13;

  private static final long HALF_LIMB = 1L << (LIMB_BITS - 1);
  // Twice the modulus, limb by limb.
  private static final long TWICE_P0 = 2 * ((1L << LIMB_BITS) - 19);
  private static final long TWICE_P = 2 * ((1L << LIMB_BITS) - 1);

  private final double[] w;

  /** With room for so many elements, all 0. */
  public LaneField25519(int elements) {
    // The first is for intermediate results.
    w = new double[(elements + 1) * WIDTH];
  }

  private static int at(int element) {
    return (element + 1) * WIDTH;
  }

  /**
   * Sets one lane.
   *
   * @param limbs five of 51 bits, from 0 to 2^51 + 2^26
   */
  public void load(int element, int lane, long[] limbs) {
    int at = at(element) + lane;
    // Less p if the uppermost limb is above 2^50; then carries, of 0 or 1, make limbs lie around 0.
    long over = (limbs[4] + HALF_LIMB) >>> LIMB_BITS;
    long carry = 19 * over;
    for (int k = 0; k < LIMBS - 1; k++) {
      long limb = limbs[k] + carry;
      carry = (limb + HALF_LIMB) >> LIMB_BITS;
      w[at + k * LANES] = limb - (carry << LIMB_BITS);
    }
    w[at + 4 * LANES] = limbs[4] - (over << LIMB_BITS) + carry;
  }

  /** Sets all lanes to one number; limbs as in {@link #load}. */
  public void loadAll(int element, long[] limbs) {
    for (int lane = 0; lane < LANES; lane++) {
      load(element, lane, limbs);
    }
  }

  /** Reads one lane into five limbs of 51 bits, from 0 to 2^52.6. */
  public void store(int element, int lane, long[] limbs) {
    int at = at(element) + lane;
    for (int k = 0; k < LIMBS; k++) {
      limbs[k] = (long) w[at + k * LANES] + (k == 0 ? TWICE_P0 : TWICE_P);
    }
  }

  /** out = a. */
  public void copy(int a, int out) {
    System.arraycopy(w, at(a), w, at(out), WIDTH);
  }

  /** out = a b. */
  public void multiply(int a, int b, int out) {
    VectorField25519.multiply(w, at(a), at(b), at(out));
  }

  /** out = a^2. */
  public void square(int a, int out) {
    VectorField25519.square(w, at(a), at(out));
  }

  /** out = a^(2^times). */
  public void square(int a, int times, int out) {
    square(a, out);
    for (int i = 1; i < times; i++) {
      square(out, out);
    }
  }

  /** sum = a + b, difference = a - b, of carried elements; both loose. */
  public void addSubtract(int a, int b, int sum, int difference) {
    VectorField25519.addSubtract(w, at(a), at(b), at(sum), at(difference));
  }

  /**
   * Doubles the point x : z of the curve, carried, in place.
   *
   * @param free the first of four elements that may be written over
   */
  public void twice(int x, int z, int free) {
    addSubtract(x, z, free, free + 1);
    square(free, free);
    square(free + 1, free + 1);
    VectorField25519.doublingTerms(w, at(free), at(free + 1), at(free + 2), at(free + 3));
    multiply(free, free + 1, x);
    multiply(free + 2, free + 3, z);
  }

  /**
   * Multiplies points by a scalar. (RFC 7748, section 5.)
   *
   * @param clamped a scalar of 32 bytes, its lowest bit 0
   * @param free the first of {@link #LADDER} elements; the first of them are the points' u
   *     coordinate, carried, and afterwards x and z of the products; those at {@code free + 3} and
   *     {@code free + 4} are then x and z of the sums of product and point
   */
  public void ladder(byte[] clamped, int free) {
    ladder(clamped, 254, free);
  }

  /** The same for a scalar below 2^(top + 1). */
  void ladder(byte[] clamped, int top, int free) {
    int x1 = free;
    int x2 = free + 1;
    int z2 = free + 2;
    int x3 = free + 3;
    int z3 = free + 4;
    int a = free + 5;
    int b = free + 6;
    int c = free + 7;
    int d = free + 8;
    int aa = free + 9;
    int bb = free + 10;
    int e = free + 11;
    int g = free + 12;
    long[] one = {1, 0, 0, 0, 0};
    loadAll(x2, one);
    loadAll(z2, new long[LIMBS]);
    copy(x1, x3);
    loadAll(z3, one);
    long last = 0;
    for (int i = top; i >= 0; i--) {
      long bit = (clamped[i >>> 3] >>> (i & 7)) & 1;
      VectorField25519.swapAddSubtract(w, -(last ^ bit), at(x2), at(a));
      last = bit;
      multiply(d, a, d);
      multiply(c, b, c);
      square(a, aa);
      square(b, bb);
      addSubtract(d, c, a, b);
      square(a, x3);
      square(b, b);
      VectorField25519.doublingTerms(w, at(aa), at(bb), at(e), at(g));
      multiply(aa, bb, x2);
      multiply(x1, b, z3);
      multiply(e, g, z2);
    }
    // The lowest bit is 0, so nothing is left swapped.
    copy(x2, free);
    copy(z2, free + 1);
  }
}
