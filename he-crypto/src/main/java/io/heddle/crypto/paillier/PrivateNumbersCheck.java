// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Whether stored numbers are those of a key as {@link PrivateNumbers#generate} makes them. */
final class PrivateNumbersCheck {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final BigInteger TWO = BigInteger.TWO;

  private PrivateNumbersCheck() {}

  static boolean areSound(PrivateNumbers numbers, int keyBits) {
    BigInteger n = numbers.n();
    return isPrime(numbers.p(), keyBits / 2)
        && isPrime(numbers.q(), keyBits / 2)
        && n.bitLength() == keyBits
        && numbers.p().subtract(ONE).gcd(numbers.q().subtract(ONE)).equals(TWO)
        && numbers.h().compareTo(n) < 0
        && numbers.h().gcd(n).equals(ONE)
        && switch (numbers.type()) {
          case OPTIMISED -> optimised(numbers, keyBits);
          case DJN -> djn(numbers);
        };
  }

  private static boolean isPrime(BigInteger value, int bits) {
    return value.bitLength() == bits && value.testBit(1) && StructuredPrime.isPrime(value);
  }

  private static boolean optimised(PrivateNumbers numbers, int keyBits) {
    int factorBits = PaillierKeyType.OPTIMISED.randomnessBits(keyBits) / 2;
    StructuredPrime p = structured(numbers.p(), numbers.orderP(), factorBits);
    StructuredPrime q = structured(numbers.q(), numbers.orderQ(), factorBits);
    BigInteger minusH = numbers.n().subtract(numbers.h());
    return p != null
        && q != null
        && p.sharesNothingWith(q)
        && generates(p, minusH)
        && generates(q, minusH);
  }

  private static @Nullable StructuredPrime structured(
      BigInteger prime, BigInteger order, int factorBits) {
    if (order.testBit(0) || order.signum() == 0) {
      return null;
    }
    BigInteger factor = order.shiftRight(1);
    BigInteger[] cofactor = prime.subtract(ONE).divideAndRemainder(order);
    return factor.bitLength() == factorBits
            && StructuredPrime.isPrime(factor)
            && cofactor[1].signum() == 0
            && cofactor[0].testBit(0)
        ? new StructuredPrime(prime, factor, cofactor[0])
        : null;
  }

  /** Whether -h has the order p' modulo P. */
  private static boolean generates(StructuredPrime prime, BigInteger minusH) {
    return minusH.mod(prime.value()).compareTo(ONE) > 0
        && minusH.modPow(prime.factor(), prime.value()).equals(ONE);
  }

  /** h = -x²: -h is a square modulo both primes. */
  private static boolean djn(PrivateNumbers numbers) {
    BigInteger minusH = numbers.n().subtract(numbers.h());
    return numbers.orderP().equals(numbers.p().subtract(ONE))
        && numbers.orderQ().equals(numbers.q().subtract(ONE))
        && minusH.modPow(numbers.p().shiftRight(1), numbers.p()).equals(ONE)
        && minusH.modPow(numbers.q().shiftRight(1), numbers.q()).equals(ONE);
  }
}
