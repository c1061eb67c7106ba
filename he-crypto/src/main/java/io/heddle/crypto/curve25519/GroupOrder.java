// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Arithmetic modulo the prime order of Curve25519's large subgroup, q = 2^252 +
 * 27742317777372353535851937790883648493, on secret numbers of eight words of 32 bits, the lowest
 * first. Time and memory access do not depend on them. (Montgomery 1985; word by word as in Koc,
 * Acar, Kaliski, IEEE Micro 16-3, 1996, "CIOS".)
 */
final class GroupOrder {
  static final BigInteger Q =
      BigInteger.ONE.shiftLeft(252).add(new BigInteger("27742317777372353535851937790883648493"));

  private static final int WORDS = 8;
  private static final long WORD = 0xffffffffL;
  private static final int[] ORDER = words(Q);
  // -1/q modulo a word.
  private static final int NEGATIVE_INVERSE =
      Q.modInverse(BigInteger.ONE.shiftLeft(32)).negate().intValue();
  // Takes a number times 8 into Montgomery's form.
  private static final int[] EIGHT =
      words(BigInteger.ONE.shiftLeft(2 * 32 * WORDS).shiftLeft(3).mod(Q));
  private static final int[] ONE = words(BigInteger.ONE);
  // Fermat: a^(q - 2) = 1/a. Public, so branches may depend on it.
  private static final BigInteger EXPONENT = Q.subtract(BigInteger.TWO);

  private GroupOrder() {}

  private static int[] words(BigInteger value) {
    int[] words = new int[WORDS];
    for (int i = 0; i < WORDS; i++) {
      words[i] = value.shiftRight(32 * i).intValue();
    }
    return words;
  }

  /**
   * Eight times the larger of t and q - t, where t = 1/(8 a) modulo q. It is 1/a up to its sign and
   * a multiple of 8; 0 for a multiple of q comes out as 8 q.
   *
   * @param a 32 little-endian bytes
   * @return 32 little-endian bytes, below 2^256
   */
  static byte[] inverseTimesCofactor(byte[] a) {
    int[] base = new int[WORDS];
    for (int i = 0; i < a.length; i++) {
      base[i >>> 2] |= (a[i] & 0xff) << (8 * (i & 3));
    }
    multiply(base, EIGHT, base);
    int[] power = base.clone();
    for (int i = EXPONENT.bitLength() - 2; i >= 0; i--) {
      multiply(power, power, power);
      if (EXPONENT.testBit(i)) {
        multiply(power, base, power);
      }
    }
    multiply(power, ONE, power);
    int[] negative = new int[WORDS];
    subtract(ORDER, power, negative);
    // All ones where the difference would be negative: t is the smaller one then.
    int smaller = subtract(power, negative, new int[WORDS]);
    byte[] larger = new byte[32];
    int below = 0;
    for (int i = 0; i < WORDS; i++) {
      int word = (power[i] & ~smaller) | (negative[i] & smaller);
      int shifted = (word << 3) | below;
      below = word >>> 29;
      for (int j = 0; j < 4; j++) {
        larger[4 * i + j] = (byte) (shifted >>> (8 * j));
      }
    }
    Arrays.fill(base, 0);
    Arrays.fill(power, 0);
    Arrays.fill(negative, 0);
    return larger;
  }

  /** out = a b / 2^256 modulo q, below q if b is; out may be a or b. */
  private static void multiply(int[] a, int[] b, int[] out) {
    int[] t = new int[WORDS + 2];
    for (int i = 0; i < WORDS; i++) {
      long carry = 0;
      for (int j = 0; j < WORDS; j++) {
        long sum = (a[i] & WORD) * (b[j] & WORD) + (t[j] & WORD) + carry;
        t[j] = (int) sum;
        carry = sum >>> 32;
      }
      long top = (t[WORDS] & WORD) + carry;
      t[WORDS] = (int) top;
      t[WORDS + 1] = (int) (top >>> 32);
      long m = ((long) t[0] * NEGATIVE_INVERSE) & WORD;
      carry = (m * (ORDER[0] & WORD) + (t[0] & WORD)) >>> 32;
      for (int j = 1; j < WORDS; j++) {
        long sum = m * (ORDER[j] & WORD) + (t[j] & WORD) + carry;
        t[j - 1] = (int) sum;
        carry = sum >>> 32;
      }
      top = (t[WORDS] & WORD) + carry;
      t[WORDS - 1] = (int) top;
      t[WORDS] = t[WORDS + 1] + (int) (top >>> 32);
    }
    // Below 2q, and 2q has 254 bits: one subtraction, undone where it went below zero.
    int[] reduced = new int[WORDS];
    int less = subtract(t, ORDER, reduced);
    for (int i = 0; i < WORDS; i++) {
      out[i] = (t[i] & less) | (reduced[i] & ~less);
    }
  }

  /** out = a - b of the lower eight words; all ones if a is less than b, else 0. */
  private static int subtract(int[] a, int[] b, int[] out) {
    long borrow = 0;
    for (int i = 0; i < WORDS; i++) {
      long difference = (a[i] & WORD) - (b[i] & WORD) + borrow;
      out[i] = (int) difference;
      borrow = difference >> 32;
    }
    return (int) borrow;
  }
}
