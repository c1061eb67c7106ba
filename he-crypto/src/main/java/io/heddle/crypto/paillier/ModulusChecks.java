// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.number.ForeignModulus;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;

/** Cheap reasons to refuse a peer's modulus or generator. None of them proves a good one. */
final class ModulusChecks {
  private ModulusChecks() {}

  static void check(BigInteger n, int keyBits) {
    if (n.bitLength() == keyBits && (n.intValue() & 3) != 1) {
      throw new ProtocolException("Invalid modulus: must be 1 modulo 4");
    }
    ForeignModulus.check(n, keyBits);
  }

  static void checkGenerator(BigInteger n, BigInteger hs) {
    if (hs.signum() == 0 || hs.compareTo(n.multiply(n)) >= 0) {
      throw new ProtocolException("Invalid hs: must be above 0 and below n²");
    }
    BigInteger reduced = hs.mod(n);
    if (!reduced.gcd(n).equals(BigInteger.ONE)) {
      throw new ProtocolException("Invalid hs: must have no factor in common with n");
    }
    if (reduced.equals(BigInteger.ONE) || reduced.equals(n.subtract(BigInteger.ONE))) {
      throw new ProtocolException("Invalid hs: must not be 1 or -1 modulo n");
    }
    if (jacobi(reduced, n) != 1) {
      throw new ProtocolException("Invalid hs: must have the Jacobi symbol 1");
    }
  }

  /** The Jacobi symbol (a/n) for odd n and 0 <= a < n: -1, 0 or 1. */
  static int jacobi(BigInteger a, BigInteger n) {
    BigInteger top = a;
    BigInteger bottom = n;
    int sign = 1;
    while (top.signum() != 0) {
      int twos = top.getLowestSetBit();
      top = top.shiftRight(twos);
      int bottomMod8 = bottom.intValue() & 7;
      if (twos % 2 == 1 && (bottomMod8 == 3 || bottomMod8 == 5)) {
        sign = -sign;
      }
      if ((top.intValue() & 3) == 3 && (bottomMod8 & 3) == 3) {
        sign = -sign;
      }
      BigInteger rest = bottom.mod(top);
      bottom = top;
      top = rest;
    }
    return bottom.equals(BigInteger.ONE) ? sign : 0;
  }
}
