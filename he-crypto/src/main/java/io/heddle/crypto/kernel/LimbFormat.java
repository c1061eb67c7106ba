// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static io.heddle.crypto.kernel.VectorLanes.HALF_LIMB;
import static io.heddle.crypto.kernel.VectorLanes.LIMB_BITS;
import static io.heddle.crypto.kernel.VectorLanes.LIMB_MASK;

import io.heddle.crypto.number.FixedWidth;
import java.math.BigInteger;

/** Numbers as limbs and as bytes. */
final class LimbFormat {
  private final long[] modulus;
  private final long[] multiple;
  private final int limbs;
  private final double top;
  private final double topOfMultiple;

  /**
   * Prepares writing.
   *
   * @param multiple of the modulus, at most 2^50 times it; numbers are at least minus twice this
   */
  LimbFormat(BigInteger modulus, BigInteger multiple, int limbs) {
    this.limbs = limbs;
    this.modulus = unsigned(modulus);
    this.multiple = unsigned(multiple);
    this.top = top(this.modulus);
    this.topOfMultiple = top(this.multiple);
  }

  private long[] unsigned(BigInteger number) {
    long[] digits = new long[limbs];
    for (int k = 0; k < limbs; k++) {
      digits[k] = number.shiftRight(k * LIMB_BITS).longValue() & LIMB_MASK;
    }
    return digits;
  }

  /** A number below half of B^limbs as limbs around zero. */
  double[] limbs(BigInteger number) {
    double[] out = new double[limbs];
    int width = number.bitLength() / 8 + 1;
    byte[] bytes = new byte[width];
    FixedWidth.put(number, bytes, 0, width);
    read(bytes, 0, width, out, 0, limbs);
    return out;
  }

  /** Reads a big-endian number that is below half of B^limbs. */
  static void read(byte[] bytes, int offset, int width, double[] into, int at, int limbs) {
    long held = 0;
    int bits = 0;
    int next = offset + width - 1;
    long carry = 0;
    for (int k = 0; k < limbs; k++) {
      while (bits < LIMB_BITS && next >= offset) {
        held |= (bytes[next--] & 0xffL) << bits;
        bits += 8;
      }
      long limb = (held & LIMB_MASK) + carry;
      carry = (limb + HALF_LIMB) >> LIMB_BITS;
      into[at + k] = limb - (carry << LIMB_BITS);
      held >>>= LIMB_BITS;
      bits = Math.max(0, bits - LIMB_BITS);
    }
  }

  /** Writes the residue from 0 to the modulus minus one of a number in limbs. */
  void write(double[] from, int at, byte[] into, int offset, int width) {
    pack(residue(from, at), into, offset, width);
  }

  /** The residue from 0 to the modulus minus one, in limbs from 0 to 2^50 - 1. */
  private long[] residue(double[] from, int at) {
    long[] digits = new long[limbs];
    long carry = 0;
    for (int k = 0; k < limbs; k++) {
      long sum = (long) from[at + k] + 2 * multiple[k] + carry;
      digits[k] = k < limbs - 1 ? sum & LIMB_MASK : sum;
      carry = sum >> LIMB_BITS;
    }
    subtract(digits, (long) (top(digits) / top));
    while (digits[limbs - 1] < 0) {
      subtract(digits, -1);
    }
    while (!belowModulus(digits)) {
      subtract(digits, 1);
    }
    return digits;
  }

  /** Reduces a number to one from 0 to the modulus minus one. */
  void reduce(double[] numbers, int at) {
    long[] digits = residue(numbers, at);
    for (int k = 0; k < limbs; k++) {
      numbers[at + k] = digits[k];
    }
    settle(numbers, at);
  }

  /** The number that limbs stand for, itself. */
  static BigInteger integer(double[] from) {
    long[] digits = new long[from.length];
    long carry = 0;
    for (int k = 0; k < digits.length; k++) {
      long sum = (long) from[k] + carry;
      digits[k] = sum & LIMB_MASK;
      carry = sum >> LIMB_BITS;
    }
    // The sign, 0 or -1, is all that is left.
    byte[] bytes = new byte[(digits.length * LIMB_BITS + 7) / 8];
    pack(digits, bytes, 0, bytes.length);
    BigInteger number = new BigInteger(1, bytes);
    return carry == 0
        ? number
        : number.subtract(BigInteger.ONE.shiftLeft(digits.length * LIMB_BITS));
  }

  private static void pack(long[] digits, byte[] into, int offset, int width) {
    long held = 0;
    int bits = 0;
    int k = 0;
    for (int i = offset + width - 1; i >= offset; i--) {
      if (bits < 8 && k < digits.length) {
        // Up to 57 bits: what is held and a whole limb.
        held |= digits[k++] << bits;
        bits += LIMB_BITS;
      }
      into[i] = (byte) held;
      held >>>= 8;
      bits -= 8;
    }
  }

  /** Carries limbs that have become too large, and takes the multiple off a number beyond it. */
  void settle(double[] numbers, int at) {
    long carry = 0;
    double sum = 0;
    for (int k = 0; k < limbs; k++) {
      long limb = (long) numbers[at + k] + carry;
      carry = k < limbs - 1 ? (limb + HALF_LIMB) >> LIMB_BITS : 0;
      numbers[at + k] = limb - (carry << LIMB_BITS);
      sum = sum / (LIMB_MASK + 1) + numbers[at + k];
    }
    double largest = topOfMultiple / Math.scalb(1.0, 4 * LIMB_BITS);
    if (Math.abs(sum) > largest) {
      double sign = Math.signum(sum);
      for (int k = 0; k < limbs; k++) {
        numbers[at + k] -= sign * multiple[k];
      }
      settle(numbers, at);
    }
  }

  private double top(long[] digits) {
    double sum = 0;
    for (int k = limbs - 1; k >= Math.max(0, limbs - 5); k--) {
      sum = sum * (LIMB_MASK + 1) + digits[k];
    }
    return sum;
  }

  /** digits -= quotient * modulus, the sign in the last digit. */
  private void subtract(long[] digits, long quotient) {
    long borrow = 0;
    for (int k = 0; k < limbs; k++) {
      long low = quotient * modulus[k];
      long high = Math.multiplyHigh(quotient, modulus[k]);
      long difference = digits[k] - (low & LIMB_MASK) - borrow;
      long above = (high << (64 - LIMB_BITS)) | (low >>> LIMB_BITS);
      if (k < limbs - 1) {
        digits[k] = difference & LIMB_MASK;
        borrow = above - (difference >> LIMB_BITS);
      } else {
        digits[k] = difference - (above << LIMB_BITS);
      }
    }
  }

  private boolean belowModulus(long[] digits) {
    for (int k = limbs - 1; k >= 0; k--) {
      if (digits[k] != modulus[k]) {
        return digits[k] < modulus[k];
      }
    }
    return false;
  }
}
