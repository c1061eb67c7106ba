// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldTest {
  private static final BigInteger P = Vectors.P;
  // The largest limb that add and subtract give, and that of a sum of three carried numbers.
  private static final long LARGEST = 3 * ((1L << 51) + (1L << 26));
  private static final long LARGEST_CARRIED = (1L << 51) + (1L << 26) - 1;

  private final SecureRandom random = new SecureRandom();

  private static BigInteger value(long[] limbs) {
    BigInteger sum = BigInteger.ZERO;
    for (int i = Field.LIMBS - 1; i >= 0; i--) {
      sum = sum.shiftLeft(51).add(BigInteger.valueOf(limbs[i]));
    }
    return sum.mod(P);
  }

  private List<long[]> samples(long largest) {
    List<long[]> samples = new ArrayList<>();
    samples.add(Field.zero());
    samples.add(Field.of(1));
    samples.add(new long[] {largest, largest, largest, largest, largest});
    samples.add(new long[] {largest, 0, 0, 0, largest});
    samples.add(new long[] {0, largest, 0, largest, 0});
    for (long near : new long[] {-20, -19, -18, -1}) {
      long all = (1L << 51) - 1;
      samples.add(new long[] {(1L << 51) + near, all, all, all, all});
    }
    for (int i = 0; i < 40; i++) {
      long[] limbs = Field.zero();
      for (int j = 0; j < Field.LIMBS; j++) {
        limbs[j] = Math.floorMod(random.nextLong(), largest + 1);
      }
      samples.add(limbs);
    }
    return samples;
  }

  private static void assertCarried(long[] limbs) {
    for (long limb : limbs) {
      assertThat(limb).isBetween(0L, LARGEST_CARRIED);
    }
  }

  @Test
  void multiply_anyLimbsInRange_equalsBigInteger() {
    for (long[] a : samples(LARGEST)) {
      for (long[] b : samples(LARGEST)) {
        long[] out = Field.zero();
        Field.multiply(a, b, out);
        assertThat(value(out)).isEqualTo(value(a).multiply(value(b)).mod(P));
        assertCarried(out);
      }
    }
  }

  @Test
  void oneOperand_anyLimbsInRange_equalsBigInteger() {
    for (long[] a : samples(LARGEST)) {
      long[] out = Field.zero();
      Field.square(a, out);
      assertThat(value(out)).isEqualTo(value(a).pow(2).mod(P));
      assertCarried(out);
      for (long small : new long[] {0, 1, 2, 121665, 486662, (1 << 20) - 1}) {
        Field.multiplySmall(a, small, out);
        assertThat(value(out)).isEqualTo(value(a).multiply(BigInteger.valueOf(small)).mod(P));
        assertCarried(out);
      }
      assertThat(Vectors.littleEndian(Field.toBytes(a))).isEqualTo(value(a));
      assertThat(Field.zeroMask(a)).isEqualTo(value(a).signum() == 0 ? -1 : 0);
    }
  }

  @Test
  void addAndSubtract_carriedLimbs_equalBigIntegerAndStayInRange() {
    for (long[] a : samples(LARGEST_CARRIED)) {
      for (long[] b : samples(LARGEST_CARRIED)) {
        long[] out = Field.zero();
        Field.add(a, b, out);
        assertThat(value(out)).isEqualTo(value(a).add(value(b)).mod(P));
        Field.subtract(a, b, out);
        assertThat(value(out)).isEqualTo(value(a).subtract(value(b)).mod(P));
        for (long limb : out) {
          assertThat(limb).isBetween(0L, LARGEST);
        }
      }
    }
  }

  @Test
  void invertAndSquareMask_anyNumber_equalBigInteger() {
    for (long[] a : samples(LARGEST)) {
      long[] out = Field.zero();
      Field.invert(a, out);
      BigInteger v = value(a);
      assertThat(value(out)).isEqualTo(v.signum() == 0 ? v : v.modInverse(P));
      boolean square = v.modPow(P.shiftRight(1), P).compareTo(BigInteger.ONE) <= 0;
      assertThat(Field.squareMask(a)).isEqualTo(square ? -1 : 0);
    }
  }

  @Test
  void squareRoot_anyNumber_isARootOfEverySquare() {
    int roots = 0;
    for (long[] a : samples(LARGEST_CARRIED)) {
      long[] out = Field.zero();
      BigInteger v = value(a);
      boolean square = v.modPow(P.shiftRight(1), P).compareTo(BigInteger.ONE) <= 0;
      assertThat(Field.squareRoot(a, out)).isEqualTo(square ? -1 : 0);
      if (square) {
        assertThat(value(out).pow(2).mod(P)).isEqualTo(v);
        roots++;
      }
    }
    assertThat(roots).isGreaterThan(8);
    // Both kinds of squares: 4 is a fourth power, 4 i^2 is none.
    for (BigInteger v : List.of(BigInteger.valueOf(4), P.subtract(BigInteger.valueOf(4)))) {
      long[] a = Field.zero();
      long[] out = Field.zero();
      Field.fromBytes(Vectors.littleEndian(v), 0, a);
      assertThat(Field.squareRoot(a, out)).isEqualTo(-1);
      assertThat(value(out).pow(2).mod(P)).isEqualTo(v);
    }
  }

  @Test
  void invertAll_noneOneAndMany_equalsInvert() {
    for (int count : new int[] {0, 1, 2, 7}) {
      long[][] values = new long[count][];
      long[][] inverses = new long[count][];
      for (int i = 0; i < count; i++) {
        values[i] = new long[] {random.nextInt(1 << 30) + 1L, i, 7, 0, 1};
        inverses[i] = Field.zero();
        Field.invert(values[i], inverses[i]);
      }
      Field.invertAll(values);
      for (int i = 0; i < count; i++) {
        assertThat(value(values[i])).isEqualTo(value(inverses[i]));
      }
    }
  }

  @Test
  void fromWide_48Bytes_isReduced() {
    for (int i = 0; i < 50; i++) {
      byte[] wide = new byte[48];
      random.nextBytes(wide);
      if (i == 0) {
        Arrays.fill(wide, (byte) 0xff);
      }
      long[] out = Field.zero();
      Field.fromWide(wide, out);
      assertThat(value(out)).isEqualTo(Vectors.littleEndian(wide).mod(P));
      assertCarried(out);
    }
  }

  @Test
  void swap_maskZeroOrAllOnes_leavesOrSwaps() {
    long[] a = {1, 2, 3, 4, 5};
    long[] b = {6, 7, 8, 9, 10};
    Field.swap(0, a, b);
    assertThat(a).containsExactly(1, 2, 3, 4, 5);
    Field.swap(-1, a, b);
    assertThat(a).containsExactly(6, 7, 8, 9, 10);
    assertThat(b).containsExactly(1, 2, 3, 4, 5);
  }
}
