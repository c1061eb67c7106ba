// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Numbers modulo one {@link Modulus}, in the form in which it multiplies them. Only the modulus
 * that made a block can use it. Nobody changes a block once it is handed out, except {@link
 * Modulus#multiplyInto} and {@link Modulus#put}.
 */
public abstract sealed class Residues {
  Residues() {}

  /** How many numbers. */
  public abstract int size();

  /** A copy of the numbers from {@code from} inclusive to {@code to} exclusive. */
  public abstract Residues slice(int from, int to);

  /**
   * Numbers as limbs of 50 bits between -2^49 and 2^49 in doubles, one number after the other,
   * times R modulo the modulus (Montgomery form) and up to twice the modulus' multiple off.
   */
  static final class Limbs extends Residues {
    final double[] limbs;
    final int width;

    /** What {@link LaneScratch#companion} gives for each number, or null if not prepared. */
    final double @Nullable [] companions;

    Limbs(double[] limbs, int width, double @Nullable [] companions) {
      this.limbs = limbs;
      this.width = width;
      this.companions = companions;
    }

    @Override
    public int size() {
      return limbs.length / width;
    }

    @Override
    public Residues slice(int from, int to) {
      return new Limbs(java.util.Arrays.copyOfRange(limbs, from * width, to * width), width, null);
    }
  }

  /** Numbers from 0 to the modulus minus one. */
  static final class Plain extends Residues {
    final BigInteger[] numbers;

    Plain(BigInteger[] numbers) {
      this.numbers = numbers;
    }

    @Override
    public int size() {
      return numbers.length;
    }

    @Override
    public Residues slice(int from, int to) {
      return new Plain(java.util.Arrays.copyOfRange(numbers, from, to));
    }
  }
}
