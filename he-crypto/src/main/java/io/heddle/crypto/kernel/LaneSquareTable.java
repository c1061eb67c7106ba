// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static io.heddle.crypto.kernel.VectorLanes.HALF_LIMB;
import static io.heddle.crypto.kernel.VectorLanes.LANES;
import static io.heddle.crypto.kernel.VectorLanes.LIMB_BITS;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Powers of one number by a table, as {@link FixedBase}, modulo the square of a prime. An entry is
 * {@code a (1 - N' c)} with one digit a: a product of entries is the product of the a, four
 * products and reductions of half the length each, and the sum of the c.
 */
final class LaneSquareTable {
  // Limbs around zero stay whole numbers in doubles when so many are added.
  private static final int SUMS = 8;

  private final LaneSquare square;
  private final LaneModulus digit;
  private final int limbs;
  private final int window;
  private final int windows;
  // An entry's a in limbs around zero and its c, from 0 to p - 1, in limbs around zero.
  private final double[] table;

  LaneSquareTable(LaneSquare square, BigInteger base, int exponentBits, long maxTableBytes) {
    this.square = square;
    this.digit = square.digit();
    this.limbs = digit.limbs();
    this.window = FixedBase.window(exponentBits, 16L * limbs, maxTableBytes);
    this.windows = (exponentBits + window - 1) / window;
    int entries = windows << window;
    double[] lows = new double[Math.multiplyExact(entries, limbs)];
    double[] highs = new double[lows.length];
    fill(square, base, lows, highs);
    double[] corrections =
        digit.canonical(digit.multiply(digit.block(highs), digit.inverse(digit.block(lows))));
    this.table = new double[Math.multiplyExact(entries, 2 * limbs)];
    for (int i = 0; i < entries; i++) {
      System.arraycopy(lows, i * limbs, table, 2 * i * limbs, limbs);
      System.arraycopy(corrections, i * limbs, table, (2 * i + 1) * limbs, limbs);
    }
  }

  /** For each window the powers with the exponents 0 to 2^window - 1 at the window's place. */
  private void fill(LaneSquare square, BigInteger base, double[] lows, double[] highs) {
    PairScratch scratch = new PairScratch(digit);
    double[] unitLows = new double[windows * limbs];
    double[] unitHighs = new double[windows * limbs];
    LanePair unit = square.pair(base.multiply(digit.radix()));
    for (int i = 0; i < windows; i++) {
      digit.store(unit.low(), 0, unitLows, i);
      digit.store(unit.high(), 0, unitHighs, i);
      for (int k = 0; k < window; k++) {
        scratch.square(unit, unit);
      }
    }
    LanePair power = scratch.newNumbers();
    int[] places = new int[LANES];
    for (int i = 0; i < windows; i += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        places[lane] = Math.min(i + lane, windows - 1);
      }
      digit.loadAll(unitLows, places, unit.low());
      digit.loadAll(unitHighs, places, unit.high());
      scratch.copy(square.one(), power);
      for (int entry = 0; entry < 1 << window; entry++) {
        for (int lane = 0; lane < LANES; lane++) {
          places[lane] = (Math.min(i + lane, windows - 1) << window) + entry;
        }
        digit.storeAll(power.low(), lows, places);
        digit.storeAll(power.high(), highs, places);
        scratch.multiply(power, unit, power);
      }
    }
  }

  /**
   * The powers as whole numbers in Montgomery form.
   *
   * @param room limbs for each number
   */
  double[] powers(byte[] exponents, int width, int room) {
    int count = exponents.length / width;
    int needed = Math.min(windows, (8 * width + window - 1) / window);
    double[] numbers = new double[Math.multiplyExact(count, room)];
    PairScratch scratch = new PairScratch(digit);
    LanePair product = scratch.newNumbers();
    double[] factor = scratch.newNumbers().low();
    double[] joined = square.newJoined();
    double[][] sums = new double[LANES][limbs];
    int[] places = new int[LANES];
    for (int k = 0; k < count; k += LANES) {
      Arrays.fill(product.high(), 0);
      for (double[] sum : sums) {
        Arrays.fill(sum, 0);
      }
      for (int i = 0; i < needed; i++) {
        for (int lane = 0; lane < LANES; lane++) {
          int offset = Math.min(k + lane, count - 1) * width;
          int value = FixedBase.digit(exponents, offset, width, i * window, window);
          places[lane] = 2 * ((i << window) + value);
          add((places[lane] + 1) * limbs, sums[lane]);
          if (i % SUMS == SUMS - 1) {
            carry(sums[lane]);
          }
        }
        if (i == 0) {
          digit.loadAll(table, places, product.low());
        } else {
          digit.loadAll(table, places, factor);
          scratch.multiply(product, factor);
        }
      }
      for (int lane = 0; lane < LANES; lane++) {
        carry(sums[lane]);
        digit.load(sums[lane], 0, factor, lane);
      }
      scratch.correct(product, factor);
      scratch.join(product, joined);
      for (int lane = 0; lane < Math.min(LANES, count - k); lane++) {
        square.storeJoined(joined, lane, numbers, (k + lane) * room);
      }
    }
    return numbers;
  }

  private void add(int at, double[] sum) {
    for (int j = 0; j < limbs; j++) {
      sum[j] += table[at + j];
    }
  }

  private static void carry(double[] sum) {
    long carry = 0;
    for (int j = 0; j < sum.length; j++) {
      long limb = (long) sum[j] + carry;
      carry = (limb + HALF_LIMB) >> LIMB_BITS;
      sum[j] = limb - (carry << LIMB_BITS);
    }
  }
}
