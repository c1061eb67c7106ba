// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

/**
 * How many places of the long vector are not 0, one in each of as many like parts, each a random
 * element of GF(2^128).
 *
 * <p>The code's matrix is one of bits, so it acts on each bit of the elements alone, and all 128
 * planes of bits have their noise at the same places. With up to 128 places linear algebra finds
 * all of them (Metzner and Kapturowski, IEEE Transactions on Information Theory 36, 1990); with
 * more, whoever guesses half of the vector's places that hold none but k of them, k a little above
 * 128, finds a sum of planes in which those k cancel. Of the 2^128 sums of planes one is free of
 * noise in a random half of the places with a probability of at most 2^128 (3/4)^places, here
 * 2^-137, the most that this gives for any way to choose the half. The formula (1 - 2 d)^places of
 * the literature is for noise of single bits and would ask for 128 only.
 */
final class Noise {
  static final int PLACES = 640;

  private Noise() {}

  /** How many elements each part has, for a vector twice as long as what comes out of the code. */
  static int partSize(int size) {
    return (2 * size + PLACES - 1) / PLACES;
  }
}
