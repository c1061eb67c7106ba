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
    return null;
  }
}
