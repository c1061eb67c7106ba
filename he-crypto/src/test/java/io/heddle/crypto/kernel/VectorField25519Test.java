// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each operation against BigInteger, other numbers in every lane, up to the limits of a limb. */
class VectorField25519Test {
  private static final BigInteger P =
      BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
  private static final double CARRIED = 0x1p50;
  private static final double LOOSE = 0x1p51;
  // Numbers per operation and test: 8 times 12,800 in all.
  private static final int NUMBERS = Integer.getInteger("heddle.test.operations", 12_800);

  private final Random random = new Random(25519);

  @BeforeEach
  void vectorsAreInUse() {
    assumeTrue(Kernel.lanes() > 1, "No vectors here");
  }

  /** What the vector code is given, behind the room for intermediate results. */
  private double[] memory(int elements) {
    double[] w = new double[(elements + 1) * VectorField25519.WIDTH];
    Arrays.fill(w, 0, VectorField25519.WIDTH, Double.NaN);
    return w;
  }

  private static int at(int element) {
    return (element + 1) * VectorField25519.WIDTH;
  }

  private static BigInteger value(double[] w, int element, int lane) {
    BigInteger sum = BigInteger.ZERO;
    for (int k = VectorField25519.LIMBS - 1; k >= 0; k--) {
      long limb = (long) w[at(element) + k * VectorField25519.LANES + lane];
      sum = sum.shiftLeft(51).add(BigInteger.valueOf(limb));
    }
    return sum;
  }

  private double limb(double limit) {
    return switch (random.nextInt(8)) {
      case 0 -> limit;
      case 1 -> -limit;
      case 2 -> limit - 1 - random.nextInt(3);
      case 3 -> -limit + 1 + random.nextInt(3);
      case 4 -> random.nextInt(5) - 2;
      case 5 -> Math.copySign(limit / 2, random.nextInt(2) - 0.5) + random.nextInt(3) - 1;
      default -> Math.rint((random.nextDouble() * 2 - 1) * limit);
    };
  }

  /** Every fourth number has all limbs alike: all at a limit, for instance. */
  private void fill(double[] w, int element, double limit) {
    for (int lane = 0; lane < VectorField25519.LANES; lane++) {
      boolean alike = random.nextInt(4) == 0;
      double first = limb(limit);
      for (int k = 0; k < VectorField25519.LIMBS; k++) {
        w[at(element) + k * VectorField25519.LANES + lane] = alike ? first : limb(limit);
      }
    }
  }

  private static void assertLimbs(double[] w, int element, double limit) {
    for (int i = 0; i < VectorField25519.WIDTH; i++) {
      double limb = w[at(element) + i];
      assertThat(limb).isBetween(-limit, limit).isEqualTo(Math.rint(limb));
    }
  }

  private static void assertSame(BigInteger left, BigInteger right) {
    assertThat(left.subtract(right).mod(P)).isEqualTo(BigInteger.ZERO);
  }

  @Test
  void multiply_looseLimbs_equalsBigIntegerAndIsCarried() {
    double[] w = memory(3);
    for (int i = 0; i < 2 * NUMBERS; i += VectorField25519.LANES) {
      fill(w, 0, LOOSE);
      fill(w, 1, LOOSE);
      VectorField25519.multiply(w, at(0), at(1), at(2));
      assertLimbs(w, 2, CARRIED);
      for (int lane = 0; lane < VectorField25519.LANES; lane++) {
        assertSame(value(w, 2, lane), value(w, 0, lane).multiply(value(w, 1, lane)));
      }
    }
  }

  @Test
  void square_looseLimbs_equalsBigIntegerAndIsCarried() {
    double[] w = memory(2);
    for (int i = 0; i < 2 * NUMBERS; i += VectorField25519.LANES) {
      fill(w, 0, LOOSE);
      VectorField25519.square(w, at(0), at(1));
      assertLimbs(w, 1, CARRIED);
      for (int lane = 0; lane < VectorField25519.LANES; lane++) {
        assertSame(value(w, 1, lane), value(w, 0, lane).pow(2));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {LOOSE, -LOOSE, LOOSE - 1, 1 - LOOSE})
  void products_allLimbsAtTheLimit_equalBigInteger(double limit) {
    double[] w = memory(3);
    for (double other : new double[] {LOOSE, -LOOSE, CARRIED, -CARRIED, 1, 0}) {
      Arrays.fill(w, at(0), at(1), limit);
      Arrays.fill(w, at(1), at(2), other);
      VectorField25519.multiply(w, at(0), at(1), at(2));
      assertLimbs(w, 2, CARRIED);
      assertSame(value(w, 2, 0), value(w, 0, 0).multiply(value(w, 1, 0)));
      VectorField25519.square(w, at(0), at(2));
      assertLimbs(w, 2, CARRIED);
      assertSame(value(w, 2, 0), value(w, 0, 0).pow(2));
    }
  }

  @Test
  void products_intoTheirOperands_equalThoseElsewhere() {
    double[] w = memory(4);
    for (int i = 0; i < 50; i++) {
      fill(w, 0, LOOSE);
      fill(w, 1, LOOSE);
      double[] before = w.clone();
      VectorField25519.multiply(w, at(0), at(1), at(0));
      VectorField25519.multiply(before, at(0), at(1), at(2));
      for (int k = 0; k < VectorField25519.WIDTH; k++) {
        assertThat(w[at(0) + k]).isEqualTo(before[at(2) + k]);
        w[at(0) + k] = before[at(0) + k];
      }
      VectorField25519.multiply(w, at(0), at(1), at(1));
      VectorField25519.square(w, at(0), at(0));
      VectorField25519.square(before, at(0), at(3));
      for (int k = 0; k < VectorField25519.WIDTH; k++) {
        assertThat(w[at(1) + k]).isEqualTo(before[at(2) + k]);
        assertThat(w[at(0) + k]).isEqualTo(before[at(3) + k]);
      }
    }
  }

  @Test
  void addSubtract_carriedLimbs_areExactAndLoose() {
    double[] w = memory(4);
    for (int i = 0; i < NUMBERS; i += VectorField25519.LANES) {
      fill(w, 0, CARRIED);
      fill(w, 1, CARRIED);
      VectorField25519.addSubtract(w, at(0), at(1), at(2), at(3));
      assertLimbs(w, 2, LOOSE);
      assertLimbs(w, 3, LOOSE);
      for (int lane = 0; lane < VectorField25519.LANES; lane++) {
        assertThat(value(w, 2, lane)).isEqualTo(value(w, 0, lane).add(value(w, 1, lane)));
        assertThat(value(w, 3, lane)).isEqualTo(value(w, 0, lane).subtract(value(w, 1, lane)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  void swapAddSubtract_eitherMask_swapsBothOrNeither(long mask) {
    double[] w = memory(8);
    int swap = mask == 0 ? 0 : 2;
    for (int i = 0; i < NUMBERS / 2; i += VectorField25519.LANES) {
      for (int element = 0; element < 4; element++) {
        fill(w, element, CARRIED);
      }
      VectorField25519.swapAddSubtract(w, mask, at(0), at(4));
      for (int lane = 0; lane < VectorField25519.LANES; lane++) {
        for (int pair = 0; pair < 4; pair += 2) {
          BigInteger x = value(w, pair ^ swap, lane);
          BigInteger z = value(w, (pair ^ swap) + 1, lane);
          assertThat(value(w, 4 + pair, lane)).isEqualTo(x.add(z));
          assertThat(value(w, 5 + pair, lane)).isEqualTo(x.subtract(z));
        }
      }
    }
  }

  @Test
  void doublingTerms_carriedLimbs_equalBigIntegerAndAreLoose() {
    double[] w = memory(4);
    for (int i = 0; i < 2 * NUMBERS; i += VectorField25519.LANES) {
      fill(w, 0, CARRIED);
      fill(w, 1, CARRIED);
      VectorField25519.doublingTerms(w, at(0), at(1), at(2), at(3));
      assertLimbs(w, 2, LOOSE);
      assertLimbs(w, 3, LOOSE);
      for (int lane = 0; lane < VectorField25519.LANES; lane++) {
        BigInteger e = value(w, 0, lane).subtract(value(w, 1, lane));
        assertThat(value(w, 2, lane)).isEqualTo(e);
        assertSame(
            value(w, 3, lane), e.multiply(BigInteger.valueOf(121665)).add(value(w, 0, lane)));
      }
    }
  }

  @Test
  void load_limbsUpToTheirLimit_areCarriedAndStoredWithTheSameResidue() {
    LaneField25519 field = new LaneField25519(2);
    long limit = (1L << 51) + (1L << 26);
    long[] stored = new long[VectorField25519.LIMBS];
    for (int i = 0; i < NUMBERS; i++) {
      long[] limbs = new long[VectorField25519.LIMBS];
      BigInteger value = BigInteger.ZERO;
      for (int k = VectorField25519.LIMBS - 1; k >= 0; k--) {
        limbs[k] =
            switch (random.nextInt(4)) {
              case 0 -> limit - random.nextInt(3);
              case 1 -> (1L << 50) + random.nextInt(3) - 1;
              case 2 -> random.nextInt(2);
              default -> Math.floorMod(random.nextLong(), limit);
            };
        value = value.shiftLeft(51).add(BigInteger.valueOf(limbs[k]));
      }
      int lane = i % VectorField25519.LANES;
      field.load(1, lane, limbs);
      field.store(1, lane, stored);
      BigInteger back = BigInteger.ZERO;
      for (int k = VectorField25519.LIMBS - 1; k >= 0; k--) {
        long balanced = stored[k] - (2 * ((1L << 51) - (k == 0 ? 19 : 1)));
        assertThat((double) balanced).isBetween(-CARRIED, CARRIED);
        assertThat(stored[k]).isNotNegative();
        back = back.shiftLeft(51).add(BigInteger.valueOf(stored[k]));
      }
      assertSame(back, value);
    }
  }
}
