// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import io.heddle.crypto.kernel.Residues.Plain;
import io.heddle.crypto.number.FixedWidth;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The same arithmetic on {@link BigInteger}, for JVMs without vectors: products are reduced by
 * Barrett's method (Handbook of Applied Cryptography, 14.42).
 */
final class PlainModulus extends Modulus {
  private final BigInteger value;
  private final BigInteger reciprocal;
  private final int bits;

  PlainModulus(BigInteger value) {
    this.value = value;
    this.bits = value.bitLength();
    this.reciprocal = BigInteger.ONE.shiftLeft(2 * bits).divide(value);
  }

  @Override
  public BigInteger value() {
    return value;
  }

  private BigInteger product(BigInteger a, BigInteger b) {
    BigInteger product = a.multiply(b);
    BigInteger quotient = product.shiftRight(bits - 1).multiply(reciprocal).shiftRight(bits + 1);
    BigInteger rest = product.subtract(quotient.multiply(value));
    while (rest.compareTo(value) >= 0) {
      rest = rest.subtract(value);
    }
    return rest;
  }

  private static BigInteger[] numbers(Residues residues) {
    if (residues instanceof Plain block) {
      return block.numbers;
    }
    throw new IllegalArgumentException("Residues of another kernel");
  }

  private static Residues block(int size, IntFunction<BigInteger> number) {
    BigInteger[] numbers = new BigInteger[size];
    Arrays.setAll(numbers, number);
    return new Plain(numbers);
  }

  private static void requireSize(int size, int expected) {
    if (size != expected) {
      throw new IllegalArgumentException(
          "Invalid block of " + size + " numbers: must have " + expected);
    }
  }

  @Override
  Residues read(byte[] bytes, int offset, int count, int width, BigInteger factor) {
    return block(
        count,
        i -> new BigInteger(1, bytes, offset + i * width, width).multiply(factor).mod(value));
  }

  @Override
  public void toBytes(Residues residues, byte[] into, int offset, int width) {
    BigInteger[] a = numbers(residues);
    for (int i = 0; i < a.length; i++) {
      FixedWidth.put(a[i], into, offset + i * width, width);
    }
  }

  @Override
  public Residues ones(int count) {
    return block(count, i -> BigInteger.ONE);
  }

  @Override
  public Residues concat(List<Residues> blocks) {
    List<BigInteger> joined = new ArrayList<>();
    blocks.forEach(each -> joined.addAll(Arrays.asList(numbers(each))));
    return new Plain(joined.toArray(BigInteger[]::new));
  }

  @Override
  public void put(Residues target, int at, Residues block) {
    BigInteger[] numbers = numbers(block);
    System.arraycopy(numbers, 0, numbers(target), at, numbers.length);
  }

  @Override
  public Residues gather(Residues residues, int[] at) {
    BigInteger[] a = numbers(residues);
    return block(at.length, k -> a[at[k]]);
  }

  @Override
  public Residues multiply(Residues left, Residues right) {
    BigInteger[] a = numbers(left);
    BigInteger[] b = numbers(right);
    requireSize(b.length, a.length);
    return block(a.length, i -> product(a[i], b[i]));
  }

  @Override
  public void multiplyInto(
      Residues target, int[] targetAt, Residues factors, int[] factorAt, int count) {
    BigInteger[] a = numbers(target);
    BigInteger[] b = numbers(factors);
    for (int k = 0; k < count; k++) {
      a[targetAt[k]] = product(a[targetAt[k]], b[factorAt[k]]);
    }
  }

  @Override
  public Residues add(Residues left, Residues right) {
    BigInteger[] a = numbers(left);
    BigInteger[] b = numbers(right);
    requireSize(b.length, a.length);
    return block(a.length, i -> a[i].add(b[i]).mod(value));
  }

  @Override
  public Residues square(Residues residues, int times) {
    BigInteger[] squares = numbers(residues).clone();
    for (int i = 0; i < squares.length; i++) {
      for (int k = 0; k < times; k++) {
        squares[i] = product(squares[i], squares[i]);
      }
    }
    return new Plain(squares);
  }

  @Override
  public Residues power(Residues bases, BigInteger exponent) {
    BigInteger[] a = numbers(bases);
    BigInteger[] exponents = new BigInteger[a.length];
    Arrays.fill(exponents, exponent);
    return power(bases, exponents);
  }

  @Override
  public Residues power(Residues bases, BigInteger[] exponents) {
    BigInteger[] a = numbers(bases);
    if (exponents.length != a.length) {
      throw new IllegalArgumentException(
          "Invalid number of exponents " + exponents.length + ": must be " + a.length);
    }
    for (BigInteger exponent : exponents) {
      if (exponent.signum() < 0) {
        throw new IllegalArgumentException("A negative exponent: must be at least 0");
      }
    }
    return block(a.length, i -> a[i].modPow(exponents[i], value));
  }

  @Override
  public Residues prepare(Residues factors) {
    return factors;
  }

  @Override
  public Residues products(Residues factors, int[] places, int[] starts) {
    BigInteger[] a = numbers(factors);
    return block(
        starts.length - 1,
        list -> {
          BigInteger product = BigInteger.ONE;
          for (int k = starts[list]; k < starts[list + 1]; k++) {
            product = k == starts[list] ? a[places[k]] : product(product, a[places[k]]);
          }
          return product;
        });
  }

  @Override
  public Transfer transferFrom(Modulus from, BigInteger factor) {
    return residues -> {
      BigInteger[] a = numbers(residues);
      return block(a.length, i -> a[i].multiply(factor).mod(value));
    };
  }

  @Override
  public FixedBase fixedBase(BigInteger base, int exponentBits, long maxTableBytes) {
    return new FixedBase(this, base, exponentBits, maxTableBytes);
  }
}
