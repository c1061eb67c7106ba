// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each operation against BigInteger, in whichever kernel this JVM has. */
class PrimeSquareTest {
  // A large prime takes longer to find than all that is done with it.
  private static final Map<Integer, BigInteger> PRIMES = new ConcurrentHashMap<>();

  private final Random random = new Random(20261126);

  /** A prime and a multiple of its square. */
  private record Numbers(BigInteger p, BigInteger whole) {
    BigInteger square() {
      return p.multiply(p);
    }
  }

  private Numbers numbers(int bits) {
    return withPrime(
        PRIMES.computeIfAbsent(bits, size -> new BigInteger(size, 20, new Random(size))));
  }

  private Numbers withPrime(BigInteger p) {
    BigInteger q = new BigInteger(p.bitLength(), random).setBit(0);
    return new Numbers(p, p.multiply(q).pow(2));
  }

  /** Random numbers and those at the borders, of both digits as well. */
  private BigInteger[] residues(Numbers of, int count) {
    BigInteger p = of.p();
    BigInteger[] all = new BigInteger[count];
    for (int i = 0; i < count; i++) {
      BigInteger any = new BigInteger(of.whole().bitLength() + 8, random);
      BigInteger near = BigInteger.valueOf(random.nextInt(3));
      all[i] =
          switch (random.nextInt(10)) {
            case 0 -> near;
            case 1 -> near.negate();
            case 2 -> p.subtract(near);
            case 3 -> of.square().subtract(near);
            case 4 -> p.multiply(any);
            case 5 -> p.multiply(p.subtract(BigInteger.ONE)).add(any.mod(p));
            case 6 -> p.multiply(any).add(p).subtract(BigInteger.ONE);
            case 7 -> BigInteger.ONE.shiftLeft(random.nextInt(of.whole().bitLength()));
            default -> any;
          };
      all[i] = all[i].mod(of.whole());
    }
    return all;
  }

  private void requirePowers(Numbers of, int count, BigInteger... exponents) {
    Modulus whole = Modulus.of(of.whole());
    PrimeSquare square = PrimeSquare.of(of.p(), whole);
    BigInteger[] a = residues(of, count);
    Residues x = whole.residues(a);
    for (BigInteger exponent : exponents) {
      BigInteger[] powers = square.powers(x, exponent);
      assertThat(powers).hasSize(count);
      for (int i = 0; i < count; i++) {
        assertThat(powers[i]).isEqualTo(a[i].modPow(exponent, of.square()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 348, 521, 1024, 1536, 2048})
  void powers_equalBigInteger(int bits) {
    Numbers of = numbers(bits);
    requirePowers(
        of,
        11,
        BigInteger.ZERO,
        BigInteger.ONE,
        BigInteger.TWO,
        BigInteger.valueOf(48),
        new BigInteger(225, random));
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 521})
  void powers_toTheOrder_equalBigInteger(int bits) {
    Numbers of = numbers(bits);
    requirePowers(of, 1, of.p().subtract(BigInteger.ONE));
    requirePowers(of, 5, of.p().multiply(of.p().subtract(BigInteger.ONE)));
  }

  /** The largest primes with the smallest and the largest multiples that are -1 modulo 2^50. */
  @ParameterizedTest
  @ValueSource(longs = {1, 3, (1L << 50) - 1})
  void powers_extremeMultiples_equalBigInteger(long multiplier) {
    // Sizes that leave no spare bits in the limbs.
    for (int bits : new int[] {348, 1048}) {
      BigInteger base = BigInteger.ONE.shiftLeft(50);
      BigInteger p =
          BigInteger.ONE
              .shiftLeft(bits)
              .subtract(base)
              .add(BigInteger.valueOf(multiplier).modInverse(base).negate().mod(base));
      while (!p.isProbablePrime(20)) {
        p = p.subtract(base);
      }
      assertThat(p.bitLength()).isEqualTo(bits);
      requirePowers(withPrime(p), 9, BigInteger.ONE, BigInteger.valueOf(1_000_003));
    }
  }

  @Test
  void powers_manyNumbers_equalBigInteger() {
    for (int bits : new int[] {256, 1024, 1536, 2048}) {
      Numbers of = numbers(bits);
      int left = Integer.getInteger("heddle.test.operations", 400);
      for (; left > 0; left -= 1000) {
        requirePowers(of, Math.min(left, 1000), BigInteger.valueOf(2 + random.nextInt(6)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 1024, 1536, 2048})
  void fixedBase_exponentsOfAllSizes_equalBigInteger(int bits) {
    Numbers of = numbers(bits);
    Modulus whole = Modulus.of(of.whole());
    PrimeSquare square = PrimeSquare.of(of.p(), whole);
    BigInteger cofactor = of.whole().divide(of.square());
    BigInteger any = new BigInteger(2 * bits + 9, random);
    for (long tableBytes : new long[] {0, 1 << 18}) {
      for (BigInteger base : List.of(any, of.square().subtract(BigInteger.ONE))) {
        PrimeSquare.Powers fixed = square.fixedBase(base, 137, tableBytes);
        byte[] exponents = new byte[11 * 18];
        random.nextBytes(exponents);
        for (int i = 0; i < 11; i++) {
          exponents[i * 18] &= 1;
        }
        Arrays.fill(exponents, 0, 18, (byte) 0);
        Arrays.fill(exponents, 19, 36, (byte) 0xff);
        BigInteger[] powers = whole.toIntegers(fixed.powers(exponents, 18));
        assertThat(powers).hasSize(11);
        for (int i = 0; i < 11; i++) {
          BigInteger e = new BigInteger(1, exponents, i * 18, 18);
          assertThat(powers[i].mod(of.square())).isEqualTo(base.modPow(e, of.square()));
          assertThat(powers[i].mod(cofactor)).isEqualTo(BigInteger.ZERO);
        }
        byte[] one = Arrays.copyOfRange(exponents, 3 * 18, 4 * 18);
        assertThat(whole.toIntegers(fixed.powers(one, 18))).containsExactly(powers[3]);
      }
    }
  }

  @Test
  void fixedBase_baseDivisibleByThePrime_isRefused() {
    Numbers of = numbers(256);
    PrimeSquare square = PrimeSquare.of(of.p(), Modulus.of(of.whole()));
    assertThatThrownBy(() -> square.fixedBase(of.p(), 100, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void powers_negativeExponent_isRefused() {
    Numbers of = numbers(256);
    Modulus whole = Modulus.of(of.whole());
    PrimeSquare square = PrimeSquare.of(of.p(), whole);
    Residues ones = whole.ones(3);
    assertThatThrownBy(() -> square.powers(ones, BigInteger.ONE.negate()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
