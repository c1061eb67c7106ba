// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import java.math.BigInteger;

/**
 * Multiplication of residues modulo one fixed number, reduced by Barrett's method (Handbook of
 * Applied Cryptography, 14.42): two multiplications instead of a division. All modular products of
 * this package on blocks of ciphertexts go through here.
 */
class Modulus {
  private final BigInteger modulus;
  private final BigInteger reciprocal;
  private final int bits;

  Modulus(BigInteger modulus) {
    this.modulus = modulus;
    this.bits = modulus.bitLength();
    this.reciprocal = BigInteger.ONE.shiftLeft(2 * bits).divide(modulus);
  }

  /** The product of two residues, both from 0 to the modulus minus one. */
  BigInteger multiply(BigInteger a, BigInteger b) {
    return reduce(a.multiply(b));
  }

  /** The product of a residue with itself, {@code times} times over: {@code a^(2^times)}. */
  BigInteger squareRepeatedly(BigInteger a, int times) {
    BigInteger square = a;
    for (int i = 0; i < times; i++) {
      square = multiply(square, square);
    }
    return square;
  }

  /**
   * Replaces every residue by its inverse, all for one inversion and three products each
   * (Montgomery's trick).
   *
   * @throws ArithmeticException if one has no inverse
   */
  void invertAll(BigInteger[] residues) {
    BigInteger[] products = new BigInteger[residues.length];
    BigInteger product = BigInteger.ONE;
    for (int i = 0; i < residues.length; i++) {
      products[i] = product;
      product = multiply(product, residues[i]);
    }
    BigInteger inverse = product.modInverse(modulus);
    for (int i = residues.length - 1; i >= 0; i--) {
      BigInteger next = multiply(inverse, residues[i]);
      residues[i] = multiply(inverse, products[i]);
      inverse = next;
    }
  }

  private BigInteger reduce(BigInteger product) {
    BigInteger quotient = product.shiftRight(bits - 1).multiply(reciprocal).shiftRight(bits + 1);
    BigInteger rest = product.subtract(quotient.multiply(modulus));
    while (rest.compareTo(modulus) >= 0) {
      rest = rest.subtract(modulus);
    }
    return rest;
  }
}
