// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

/**
 * Arithmetic modulo 2^255 - 19 on five limbs of 51 bits, without branches or table look-ups that
 * depend on values.
 *
 * <p>Limbs are non-negative. {@link #multiply}, {@link #square}, {@link #multiplySmall} and {@link
 * #fromBytes} give limbs below 2^51 + 2^26, "carried"; {@link #add} and {@link #subtract} take
 * carried numbers and give limbs below 2^52.6, which is what every other operation takes. Every
 * operation may write over its operands.
 */
final class Field {
  static final int LIMBS = 5;
  private static final long MASK = (1L << 51) - 1;
  // Twice the modulus, limb by limb: added before a subtraction it keeps limbs non-negative.
  private static final long TWICE_P0 = 2 * ((1L << 51) - 19);
  private static final long TWICE_P = 2 * ((1L << 51) - 1);

  private static final long[] ROOT_OF_MINUS_ONE = rootOfMinusOne();

  private Field() {}

  static long[] zero() {
    return new long[LIMBS];
  }

  static long[] of(long small) {
    return new long[] {small, 0, 0, 0, 0};
  }

  static void copy(long[] from, long[] to) {
    System.arraycopy(from, 0, to, 0, LIMBS);
  }

  static void add(long[] a, long[] b, long[] out) {
    for (int i = 0; i < LIMBS; i++) {
      out[i] = a[i] + b[i];
    }
  }

  static void subtract(long[] a, long[] b, long[] out) {
    out[0] = a[0] + TWICE_P0 - b[0];
    for (int i = 1; i < LIMBS; i++) {
      out[i] = a[i] + TWICE_P - b[i];
    }
  }

  /**
   * out = a b. Each column is a sum of five products below 2^110. Its upper part is the sum of the
   * products' bits from 51 on, which the shifts by 9 and 4 bring to bit 64; what is left of the
   * column is below 2^54, so it is exact although the 64-bit sum of the products wraps.
   */
  static void multiply(long[] a, long[] b, long[] out) {
    long a0 = a[0];
    long a1 = a[1];
    long a2 = a[2];
    long a3 = a[3];
    long a4 = a[4];
    long b0 = b[0] << 4;
    long b1 = b[1] << 4;
    long b2 = b[2] << 4;
    long b3 = b[3] << 4;
    long b4 = b[4] << 4;
    long c1 = 19 * b1;
    long c2 = 19 * b2;
    long c3 = 19 * b3;
    long c4 = 19 * b4;
    long x0 = a0 << 9;
    long x1 = a1 << 9;
    long x2 = a2 << 9;
    long x3 = a3 << 9;
    long x4 = a4 << 9;
    long h0 = high(x0, b0) + high(x1, c4) + high(x2, c3) + high(x3, c2) + high(x4, c1);
    long l0 = (a0 * b0 + a1 * c4 + a2 * c3 + a3 * c2 + a4 * c1);
    long h1 = high(x0, b1) + high(x1, b0) + high(x2, c4) + high(x3, c3) + high(x4, c2);
    long l1 = (a0 * b1 + a1 * b0 + a2 * c4 + a3 * c3 + a4 * c2);
    long h2 = high(x0, b2) + high(x1, b1) + high(x2, b0) + high(x3, c4) + high(x4, c3);
    long l2 = (a0 * b2 + a1 * b1 + a2 * b0 + a3 * c4 + a4 * c3);
    long h3 = high(x0, b3) + high(x1, b2) + high(x2, b1) + high(x3, b0) + high(x4, c4);
    long l3 = (a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + a4 * c4);
    long h4 = high(x0, b4) + high(x1, b3) + high(x2, b2) + high(x3, b1) + high(x4, b0);
    long l4 = (a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0);
    fold(h0, l0, h1, l1, h2, l2, h3, l3, h4, l4, out);
  }

  static void square(long[] a, long[] out) {
    long a0 = a[0];
    long a1 = a[1];
    long a2 = a[2];
    long a3 = a[3];
    long a4 = a[4];
    long b0 = a0 << 4;
    long b1 = a1 << 4;
    long b2 = a2 << 4;
    long c3 = 19 * (a3 << 4);
    long c4 = 19 * (a4 << 4);
    long x0 = a0 << 9;
    long y0 = a0 << 10;
    long y1 = a1 << 10;
    long y2 = a2 << 10;
    long y3 = a3 << 10;
    long d0 = a0 << 1;
    long d1 = a1 << 1;
    long d2 = a2 << 1;
    long d3 = a3 << 1;
    long h0 = high(x0, b0) + high(y1, c4) + high(y2, c3);
    long l0 = a0 * b0 + d1 * c4 + d2 * c3;
    long h1 = high(y0, b1) + high(y2, c4) + high(a3 << 9, c3);
    long l1 = d0 * b1 + d2 * c4 + a3 * c3;
    long h2 = high(y0, b2) + high(a1 << 9, b1) + high(y3, c4);
    long l2 = d0 * b2 + a1 * b1 + d3 * c4;
    long h3 = high(y0, a3 << 4) + high(y1, b2) + high(a4 << 9, c4);
    long l3 = d0 * (a3 << 4) + d1 * b2 + a4 * c4;
    long h4 = high(y0, a4 << 4) + high(y1, a3 << 4) + high(a2 << 9, b2);
    long l4 = d0 * (a4 << 4) + d1 * (a3 << 4) + a2 * b2;
    fold(h0, l0, h1, l1, h2, l2, h3, l3, h4, l4, out);
  }

  private static long high(long x, long y) {
    return Math.multiplyHigh(x, y);
  }

  /** Puts column k = 2^51 h(k) + rest together, where 2^255 = 19, and carries. */
  private static void fold(
      long h0,
      long l0,
      long h1,
      long l1,
      long h2,
      long l2,
      long h3,
      long l3,
      long h4,
      long l4,
      long[] out) {
    long r0 = ((l0 - (h0 << 55)) >>> 4) + 19 * h4;
    long r1 = ((l1 - (h1 << 55)) >>> 4) + h0 + (r0 >>> 51);
    long r2 = ((l2 - (h2 << 55)) >>> 4) + h1 + (r1 >>> 51);
    long r3 = ((l3 - (h3 << 55)) >>> 4) + h2 + (r2 >>> 51);
    long r4 = ((l4 - (h4 << 55)) >>> 4) + h3 + (r3 >>> 51);
    out[0] = (r0 & MASK) + 19 * (r4 >>> 51);
    out[1] = r1 & MASK;
    out[2] = r2 & MASK;
    out[3] = r3 & MASK;
    out[4] = r4 & MASK;
  }

  /** out = a k for k below 2^20, in halves of a limb so that 64 bits hold each product. */
  static void multiplySmall(long[] a, long k, long[] out) {
    long carry = 0;
    for (int i = 0; i < LIMBS; i++) {
      long low = (a[i] & ((1L << 26) - 1)) * k;
      long up = (a[i] >>> 26) * k;
      long sum = low + ((up & ((1L << 25) - 1)) << 26) + carry;
      out[i] = sum & MASK;
      carry = (sum >>> 51) + (up >>> 25);
    }
    out[0] += 19 * carry;
  }

  /** Swaps a and b where mask is -1, leaves them where it is 0. */
  static void swap(long mask, long[] a, long[] b) {
    for (int i = 0; i < LIMBS; i++) {
      long difference = mask & (a[i] ^ b[i]);
      a[i] ^= difference;
      b[i] ^= difference;
    }
  }

  private static void square(long[] a, int times, long[] out) {
    square(a, out);
    for (int i = 1; i < times; i++) {
      square(out, out);
    }
  }

  /** out = a^(2^250 - 1), and a11 = a^11: what the three exponents in use have in common. */
  private static void power250(long[] a, long[] a11, long[] out) {
    long[] t = zero();
    long[] a9 = zero();
    long[] p10 = zero();
    long[] p50 = zero();
    square(a, a11); // 2
    square(a11, 2, t); // 8
    multiply(t, a, a9);
    multiply(a9, a11, a11); // 11
    square(a11, t); // 22
    multiply(t, a9, out); // 2^5 - 1
    square(out, 5, t);
    multiply(t, out, p10); // 2^10 - 1
    square(p10, 10, t);
    multiply(t, p10, out); // 2^20 - 1
    square(out, 20, t);
    multiply(t, out, t); // 2^40 - 1
    square(t, 10, t);
    multiply(t, p10, p50); // 2^50 - 1
    square(p50, 50, t);
    multiply(t, p50, out); // 2^100 - 1
    square(out, 100, t);
    multiply(t, out, t); // 2^200 - 1
    square(t, 50, t);
    multiply(t, p50, out);
  }

  /** out = 1/a, or 0 for 0: a^(p - 2) = a^(2^255 - 21). */
  static void invert(long[] a, long[] out) {
    long[] a11 = zero();
    long[] t = zero();
    power250(a, a11, t);
    square(t, 5, t);
    multiply(t, a11, out);
  }

  /** -1 where a is a square or 0, else 0. Euler: a^((p - 1) / 2) = a^(2^254 - 10) is 1, -1 or 0. */
  static long squareMask(long[] a) {
    long[] a6 = zero();
    long[] t = zero();
    square(a, a6);
    multiply(a6, a, a6);
    square(a6, a6);
    power250(a, zero(), t);
    square(t, 4, t);
    multiply(t, a6, t);
    add(t, of(1), t);
    return ~zeroMask(t);
  }

  /**
   * -1 where a is a square or 0, and out one of its two roots; else 0, and out means nothing. One
   * of a^((p + 3) / 8) = a^(2^252 - 2) and sqrt(-1) times that is the root, as p = 5 modulo 8.
   *
   * @param a carried; not out
   */
  static long squareRoot(long[] a, long[] out) {
    long[] s = zero();
    long[] t = zero();
    power250(a, s, t);
    square(t, 2, t);
    square(a, s);
    multiply(t, s, out);
    square(out, s);
    subtract(s, a, t);
    long root = zeroMask(t);
    add(s, a, t);
    long rootOfNegative = zeroMask(t);
    multiply(out, ROOT_OF_MINUS_ONE, s);
    swap(rootOfNegative, out, s);
    return root | rootOfNegative;
  }

  /** 2^((p - 1) / 4) = 2^(2^253 - 5), for 2 is no square. */
  private static long[] rootOfMinusOne() {
    long[] root = zero();
    power250(of(2), zero(), root);
    square(root, 3, root);
    multiply(root, of(8), root);
    return root;
  }

  /** -1 where a is 0 modulo p, else 0. */
  static long zeroMask(long[] a) {
    long any = 0;
    for (byte b : toBytes(a)) {
      any |= b;
    }
    return ((any & 0xff) - 1) >> 63;
  }

  /** Little-endian bits {@code from} to {@code from + 51} of the bytes, zeros beyond the end. */
  private static long bits(byte[] bytes, int offset, int length, int from) {
    int first = from >>> 3;
    long word = 0;
    for (int i = 0; i < 8 && first + i < length; i++) {
      word |= (bytes[offset + first + i] & 0xffL) << (8 * i);
    }
    return (word >>> (from & 7)) & MASK;
  }

  /** The lower 255 bits of 32 little-endian bytes; may be p or more. */
  static void fromBytes(byte[] bytes, int offset, long[] out) {
    for (int i = 0; i < LIMBS; i++) {
      out[i] = bits(bytes, offset, 32, 51 * i);
    }
  }

  /** A little-endian number of 48 bytes, modulo p. */
  static void fromWide(byte[] bytes, long[] out) {
    for (int i = 0; i < LIMBS; i++) {
      out[i] = bits(bytes, 0, 48, 51 * i) + 19 * bits(bytes, 0, 48, 255 + 51 * i);
    }
    multiply(out, of(1), out);
  }

  /** The number below p, 32 little-endian bytes. */
  static byte[] toBytes(long[] a) {
    long[] r = zero();
    multiply(a, of(1), r);
    carry(r);
    carry(r);
    // Now below 2^255. Adding 19 carries into bit 255 exactly where the number is p or more.
    long over = (r[0] + 19) >>> 51;
    for (int i = 1; i < LIMBS; i++) {
      over = (r[i] + over) >>> 51;
    }
    r[0] += 19 * over;
    long carry = 0;
    byte[] bytes = new byte[32];
    long word = 0;
    int held = 0;
    int at = 0;
    for (int i = 0; i < LIMBS; i++) {
      long limb = r[i] + carry;
      carry = limb >>> 51;
      limb &= MASK;
      word |= limb << held;
      held += 51;
      while (held >= 8) {
        bytes[at++] = (byte) word;
        word >>>= 8;
        held -= 8;
      }
    }
    bytes[31] = (byte) word;
    return bytes;
  }

  private static void carry(long[] r) {
    long carry = 0;
    for (int i = 0; i < LIMBS; i++) {
      long limb = r[i] + carry;
      r[i] = limb & MASK;
      carry = limb >>> 51;
    }
    r[0] += 19 * carry;
  }

  /**
   * Inverts each of the numbers in place with one exponentiation (Montgomery's trick). None may be
   * 0.
   */
  static void invertAll(long[][] values) {
    if (values.length == 0) {
      return;
    }
    long[][] before = new long[values.length][];
    long[] product = of(1);
    for (int i = 0; i < values.length; i++) {
      before[i] = product.clone();
      multiply(product, values[i], product);
    }
    invert(product, product);
    for (int i = values.length - 1; i >= 0; i--) {
      multiply(before[i], product, before[i]);
      multiply(product, values[i], product);
      copy(before[i], values[i]);
    }
  }
}
