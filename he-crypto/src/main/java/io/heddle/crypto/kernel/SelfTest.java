// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * A few products of the vector kernel against {@link BigInteger}, before anything depends on them.
 */
final class SelfTest {
  private static final int[] SIZES = {2048, 4096};

  private SelfTest() {}

  /** What is wrong, or null. */
  static @Nullable String run() {
    for (int bits : SIZES) {
      // Fixed numbers without a pattern: the digits of 3^k and 7^k.
      BigInteger modulus = BigInteger.valueOf(3).pow(2 * bits).mod(BigInteger.ONE.shiftLeft(bits));
      modulus = modulus.setBit(bits - 1).setBit(0);
      BigInteger[] a = new BigInteger[VectorLanes.LANES + 1];
      BigInteger[] b = new BigInteger[a.length];
      for (int i = 0; i < a.length; i++) {
        a[i] = BigInteger.valueOf(7).pow(bits + i).mod(modulus);
        b[i] = BigInteger.valueOf(11).pow(bits + i).mod(modulus);
      }
      a[0] = modulus.subtract(BigInteger.ONE);
      b[0] = a[0];
      LaneModulus lanes = new LaneModulus(modulus);
      BigInteger[] products =
          lanes.toIntegers(lanes.multiply(lanes.residues(a), lanes.residues(b)));
      BigInteger[] squares = lanes.toIntegers(lanes.square(lanes.residues(a), 2));
      for (int i = 0; i < a.length; i++) {
        if (!products[i].equals(a[i].multiply(b[i]).mod(modulus))
            || !squares[i].equals(a[i].modPow(BigInteger.valueOf(4), modulus))) {
          return bits + " bits, number " + i;
        }
      }
    }
    String square = primeSquare();
    return square != null ? square : curve25519();
  }

  /** Powers modulo the square of the prime 2^521 - 1. */
  private static @Nullable String primeSquare() {
    BigInteger prime = BigInteger.ONE.shiftLeft(521).subtract(BigInteger.ONE);
    BigInteger square = prime.multiply(prime);
    BigInteger number = BigInteger.valueOf(7).pow(360);
    BigInteger exponent = BigInteger.valueOf(75);
    LaneModulus whole = new LaneModulus(square.multiply(BigInteger.valueOf(3)));
    BigInteger[] powers = new LaneSquare(prime, whole).powers(whole.residues(number), exponent);
    return powers[0].equals(number.modPow(exponent, square)) ? null : "A square of 521 bits";
  }

  /**
   * The point of the first test vector of RFC 7748, section 5.2, times 184: a few steps only, as
   * they run before anything is compiled. The product is from another implementation.
   */
  private static @Nullable String curve25519() {
    byte[] scalar = {(byte) 184};
    BigInteger point =
        new BigInteger("4c1cabd0a603a9103b35b326ec2466727c5fb124a4c19435db3030586768dbe6", 16);
    BigInteger product =
        new BigInteger("3e04398136d25a5f054ed91591af01e98efcef1ae9036f2364649564c04ee366", 16);
    BigInteger p = BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
    LaneField25519 field = new LaneField25519(LaneField25519.LADDER);
    long[] limbs = new long[VectorField25519.LIMBS];
    for (int k = 0; k < limbs.length; k++) {
      limbs[k] = point.shiftRight(51 * k).longValue() & ((1L << 51) - 1);
    }
    field.loadAll(0, limbs);
    field.ladder(scalar, 7, 0);
    for (int lane = 0; lane < VectorField25519.LANES; lane++) {
      BigInteger x = integer(field, 0, lane);
      BigInteger z = integer(field, 1, lane);
      if (z.mod(p).signum() == 0
          || !x.subtract(product.multiply(z)).mod(p).equals(BigInteger.ZERO)) {
        return "Curve25519, lane " + lane;
      }
    }
    return null;
  }

  private static BigInteger integer(LaneField25519 field, int element, int lane) {
    long[] limbs = new long[VectorField25519.LIMBS];
    field.store(element, lane, limbs);
    BigInteger sum = BigInteger.ZERO;
    for (int k = limbs.length - 1; k >= 0; k--) {
      sum = sum.shiftLeft(51).add(BigInteger.valueOf(limbs[k]));
    }
    return sum;
  }
}
