// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import java.math.BigInteger;

/**
 * Arithmetic modulo the square of a prime, for whoever knows the prime: numbers modulo a multiple
 * of the square come in and go out, and the work between is about a third less than with a {@link
 * Modulus} of the square. Safe for use by several threads.
 */
public abstract sealed class PrimeSquare permits LaneSquare, PlainSquare {
  private final BigInteger prime;
  private final BigInteger value;

  PrimeSquare(BigInteger prime) {
    this.prime = prime;
    this.value = prime.multiply(prime);
  }

  /**
   * The arithmetic modulo the square of {@code prime}, in the kernel that {@link Kernel} has
   * chosen.
   *
   * @param prime of 256 bits or more
   * @param whole whose value is the square times a number that the prime does not divide
   */
  public static PrimeSquare of(BigInteger prime, Modulus whole) {
    return whole instanceof LaneModulus lanes
        ? new LaneSquare(prime, lanes)
        : new PlainSquare(prime, whole);
  }

  BigInteger prime() {
    return prime;
  }

  /** The square. */
  public BigInteger value() {
    return value;
  }

  /**
   * Each number to the same power, from 0 to the square minus one.
   *
   * @param bases modulo the multiple
   * @param exponent not negative
   */
  public abstract BigInteger[] powers(Residues bases, BigInteger exponent);

  /**
   * Prepares powers of one number.
   *
   * @param base not divisible by the prime
   * @param exponentBits of the largest exponent
   * @param maxTableBytes the table's size is a quarter of this to all of it
   */
  public Powers fixedBase(BigInteger base, int exponentBits, long maxTableBytes) {
    if (base.mod(prime).signum() == 0) {
      throw new IllegalArgumentException("Invalid base: must not be divisible by the prime");
    }
    return prepare(base.mod(value), exponentBits, maxTableBytes);
  }

  abstract Powers prepare(BigInteger base, int exponentBits, long maxTableBytes);

  /**
   * What the multiple's residues are multiplied by to become 0 modulo the cofactor of the square
   * and stay what they are modulo the square.
   */
  BigInteger unit(Modulus whole) {
    BigInteger cofactor = whole.value().divide(value);
    return cofactor.multiply(cofactor.modInverse(value));
  }

  /** Powers of one number by a table. */
  @FunctionalInterface
  public interface Powers {
    /**
     * The powers for many exponents, modulo the multiple: as they are modulo the square, and 0
     * modulo its cofactor.
     *
     * @param exponents as for {@link FixedBase#powers}
     */
    Residues powers(byte[] exponents, int width);
  }
}
