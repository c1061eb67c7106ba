// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import java.math.BigInteger;

/** Modulo the square like modulo any other number. */
final class PlainSquare extends PrimeSquare {
  private final Modulus square;
  private final Transfer down;
  private final Transfer up;

  PlainSquare(BigInteger prime, Modulus whole) {
    super(prime);
    this.square = Modulus.of(value());
    this.down = square.transferFrom(whole, BigInteger.ONE);
    this.up = whole.transferFrom(square, unit(whole));
  }

  @Override
  public BigInteger[] powers(Residues bases, BigInteger exponent) {
    return square.toIntegers(square.power(down.apply(bases), exponent));
  }

  @Override
  Powers prepare(BigInteger base, int exponentBits, long maxTableBytes) {
    FixedBase table = square.fixedBase(base, exponentBits, maxTableBytes);
    return (exponents, width) -> up.apply(table.powers(exponents, width));
  }
}
