// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import io.heddle.crypto.number.FixedWidth;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * Arithmetic on blocks of residues modulo one odd number: the only way in which this module
 * multiplies ciphertexts. Blocks stay in the kernel's own form from one operation to the next;
 * bytes and {@link BigInteger}s are for the borders.
 *
 * <p>Safe for use by several threads. Every operation runs in the calling thread: whoever has cores
 * to spare cuts the block. Running times depend on the numbers as little as the fastest way allows,
 * which is not a promise: a reader of the same machine's timing is not an adversary here.
 */
public abstract sealed class Modulus permits LaneModulus, PlainModulus {
  /** The smallest modulus: below it a few words would do. */
  static final int MIN_BITS = 256;

  static final int MAX_BITS = 16384;

  /**
   * The arithmetic modulo an odd number, in the kernel that {@link Kernel} has chosen.
   *
   * @param value odd, of 256 to 16,384 bits
   */
  public static Modulus of(BigInteger value) {
    if (value.signum() <= 0
        || !value.testBit(0)
        || value.bitLength() < MIN_BITS
        || value.bitLength() > MAX_BITS) {
      throw new IllegalArgumentException(
          "Invalid modulus of "
              + value.bitLength()
              + " bits: must be odd and have "
              + MIN_BITS
              + " to "
              + MAX_BITS);
    }
    return Kernel.vectors() ? new LaneModulus(value) : new PlainModulus(value);
  }

  /** The modulus. */
  public abstract BigInteger value();

  /** Bytes that hold every residue. */
  public int bytes() {
    return (value().bitLength() + 7) / 8;
  }

  /**
   * Reads residues.
   *
   * @param numbers each from 0 to the modulus minus one
   */
  public Residues residues(BigInteger... numbers) {
    int width = bytes();
    byte[] flat = new byte[Math.multiplyExact(numbers.length, width)];
    for (int i = 0; i < numbers.length; i++) {
      FixedWidth.put(numbers[i], flat, i * width, width);
    }
    return fromBytes(flat, 0, numbers.length, width);
  }

  /** The residues from 0 to the modulus minus one. */
  public BigInteger[] toIntegers(Residues residues) {
    int width = bytes();
    byte[] flat = new byte[Math.multiplyExact(residues.size(), width)];
    toBytes(residues, flat, 0, width);
    BigInteger[] numbers = new BigInteger[residues.size()];
    Arrays.setAll(numbers, i -> new BigInteger(1, flat, i * width, width));
    return numbers;
  }

  /**
   * Reads big-endian numbers of {@code width} bytes each, one after the other.
   *
   * @throws IllegalArgumentException if one is not below the modulus; names its index
   */
  public Residues fromBytes(byte[] bytes, int offset, int count, int width) {
    int beyond = firstBeyond(bytes, offset, count, width);
    if (beyond >= 0) {
      throw new IllegalArgumentException("Number " + beyond + " is not below the modulus");
    }
    return read(bytes, offset, count, width, BigInteger.ONE);
  }

  /** The index of the first number that is not below the modulus, or -1. */
  public int firstBeyond(byte[] bytes, int offset, int count, int width) {
    byte[] limit = new byte[width];
    if (value().bitLength() > 8 * width) {
      return -1;
    }
    FixedWidth.put(value(), limit, 0, width);
    for (int i = 0; i < count; i++) {
      int at = offset + i * width;
      if (Arrays.compareUnsigned(bytes, at, at + width, limit, 0, width) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Reads big-endian numbers and multiplies each by the same factor, for the price of reading.
   *
   * @param width at most {@link #bytes}; the numbers need not be below the modulus
   */
  public Residues fromBytesTimes(
      byte[] bytes, int offset, int count, int width, BigInteger factor) {
    if (width > bytes()) {
      throw new IllegalArgumentException(
          "Invalid width of " + width + " bytes: must be at most " + bytes());
    }
    return read(bytes, offset, count, width, factor);
  }

  abstract Residues read(byte[] bytes, int offset, int count, int width, BigInteger factor);

  /** Writes the residues as big-endian numbers of {@code width} bytes each. */
  public abstract void toBytes(Residues residues, byte[] into, int offset, int width);

  /** {@code count} times the number 1. */
  public abstract Residues ones(int count);

  /** The blocks one after another; prepared if all of them are. */
  public abstract Residues concat(List<Residues> blocks);

  /** Puts a block's numbers into another one, from a place on; what was there is gone. */
  public abstract void put(Residues target, int at, Residues block);

  /** The numbers at the given places, in that order. */
  public abstract Residues gather(Residues residues, int[] at);

  /** Number by number; blocks of equal size. */
  public abstract Residues multiply(Residues left, Residues right);

  /**
   * {@code target[targetAt[k]] *= factors[factorAt[k]]} for all k below {@code count}; the places
   * in the target all differ.
   */
  public abstract void multiplyInto(
      Residues target, int[] targetAt, Residues factors, int[] factorAt, int count);

  /** Number by number, modulo the modulus. */
  public abstract Residues add(Residues left, Residues right);

  /** Each number squared {@code times} times over: {@code a^(2^times)}. */
  public abstract Residues square(Residues residues, int times);

  /**
   * Each number to the same power.
   *
   * @param exponent not negative
   */
  public abstract Residues power(Residues bases, BigInteger exponent);

  /**
   * Each number to a power of its own.
   *
   * @param exponents as many as bases, none negative
   */
  public abstract Residues power(Residues bases, BigInteger[] exponents);

  /**
   * The same numbers, made ready to be factors of several {@link #products} each: takes a fifth of
   * a multiplication and as much memory again per number, and saves a quarter of every
   * multiplication by it.
   */
  public abstract Residues prepare(Residues factors);

  /**
   * For each list of places: the product of the factors there; 1 for an empty list. One
   * multiplication per place but the first of a list.
   *
   * @param places the lists one after another
   * @param starts where each list starts in {@code places}; one more than there are lists
   */
  public abstract Residues products(Residues factors, int[] places, int[] starts);

  /**
   * The inverse of each number, all for one inversion and three multiplications each.
   *
   * @throws ArithmeticException if one has none
   */
  public Residues inverse(Residues residues) {
    int size = residues.size();
    if (size == 0) {
      return residues;
    }
    if (size == 1) {
      return residues(toIntegers(residues)[0].modInverse(value()));
    }
    int half = size / 2;
    int[] even = new int[half];
    int[] odd = new int[half];
    Arrays.setAll(even, k -> 2 * k);
    Arrays.setAll(odd, k -> 2 * k + 1);
    Residues lefts = gather(residues, even);
    Residues rights = gather(residues, odd);
    Residues pairs = multiply(lefts, rights);
    boolean single = size % 2 == 1;
    Residues above =
        inverse(single ? concat(List.of(pairs, residues.slice(size - 1, size))) : pairs);
    Residues pairInverses = single ? above.slice(0, half) : above;
    Residues inLeft = multiply(pairInverses, rights);
    Residues inRight = multiply(pairInverses, lefts);
    int[] order = new int[size];
    Arrays.setAll(order, k -> k == 2 * half ? 2 * half : k / 2 + (k % 2) * half);
    return gather(
        single
            ? concat(List.of(inLeft, inRight, above.slice(half, half + 1)))
            : concat(List.of(inLeft, inRight)),
        order);
  }

  /** The product of all numbers; 1 for none. */
  public Residues product(Residues residues) {
    int[] all = new int[residues.size()];
    Arrays.setAll(all, k -> k);
    return products(residues, all, new int[] {0, all.length});
  }

  /**
   * Prepares taking residues over from another modulus: {@code factor * x'} with some whole number
   * x' that is the residue x modulo {@code from}. That is one number only if this modulus divides
   * {@code factor * from}: a reduction has the factor 1 and a divisor of {@code from}; a step of
   * the Chinese remainder theorem has a factor divisible by the other moduli.
   */
  public abstract Transfer transferFrom(Modulus from, BigInteger factor);

  /**
   * Prepares powers of one number.
   *
   * @param exponentBits of the largest exponent
   * @param maxTableBytes the table's size is a quarter of this to all of it
   */
  public abstract FixedBase fixedBase(BigInteger base, int exponentBits, long maxTableBytes);

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + value().bitLength() + " bits]";
  }
}
