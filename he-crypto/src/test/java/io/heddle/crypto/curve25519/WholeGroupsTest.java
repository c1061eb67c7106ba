// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Products in all of the curve and all of its twist, beside affine arithmetic on BigIntegers. */
class WholeGroupsTest {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final BigInteger TWO = BigInteger.TWO;
  private static final BigInteger Q =
      ONE.shiftLeft(252).add(new BigInteger("27742317777372353535851937790883648493"));
  private static final BigInteger ORDER = Q.shiftLeft(3);
  // The orders of a curve and its twist add up to 2p + 2.
  private static final BigInteger TWIST_ORDER = Vectors.P.shiftLeft(1).add(TWO).subtract(ORDER);
  private static final BigInteger TWIST_Q = TWIST_ORDER.shiftRight(2);
  private static final BigInteger CURVE_U = BigInteger.valueOf(6);
  private static final BigInteger TWIST_U = BigInteger.valueOf(3);

  private static byte[] multiply(BigInteger scalar, BigInteger u) {
    return Curve25519.multiplyEach(Vectors.littleEndian(scalar), Vectors.littleEndian(u));
  }

  private static BigInteger affine(BigInteger scalar, BigInteger u) {
    return AffineCurve.of(u).multiply(scalar, u);
  }

  @Test
  void orders_ofCurveAndTwist_areEightAndFourTimesAPrime() {
    assertThat(Q.isProbablePrime(64)).isTrue();
    assertThat(TWIST_ORDER.mod(BigInteger.valueOf(4))).isZero();
    assertThat(TWIST_Q.isProbablePrime(64)).isTrue();
  }

  @Test
  void generators_first_generatesTheCurveAndSecondItsTwist() {
    byte[] both = Curve25519.generators();
    assertThat(both)
        .isEqualTo(joined(Vectors.littleEndian(CURVE_U), Vectors.littleEndian(TWIST_U)));
    assertThat(AffineCurve.of(CURVE_U)).isEqualTo(AffineCurve.CURVE);
    assertThat(AffineCurve.of(TWIST_U)).isEqualTo(AffineCurve.TWIST);
    // Lagrange: the order divides the group's, and none of its largest proper divisors.
    assertThat(AffineCurve.CURVE.multiplesToNothing(ORDER, CURVE_U)).isTrue();
    assertThat(AffineCurve.CURVE.multiplesToNothing(ORDER.divide(TWO), CURVE_U)).isFalse();
    assertThat(AffineCurve.CURVE.multiplesToNothing(ORDER.divide(Q), CURVE_U)).isFalse();
    assertThat(AffineCurve.TWIST.multiplesToNothing(TWIST_ORDER, TWIST_U)).isTrue();
    assertThat(AffineCurve.TWIST.multiplesToNothing(TWIST_ORDER.divide(TWO), TWIST_U)).isFalse();
    assertThat(AffineCurve.TWIST.multiplesToNothing(TWIST_ORDER.divide(TWIST_Q), TWIST_U))
        .isFalse();
  }

  static Stream<Arguments> scalars() {
    Random random = new Random(1);
    return Stream.of(
            Stream.of(ONE, TWO, BigInteger.valueOf(3), ONE.shiftLeft(255).subtract(ONE)),
            Stream.of(Q.subtract(ONE), Q.add(ONE), Q.shiftLeft(1), Q.shiftLeft(2)),
            Stream.of(TWIST_Q, TWIST_Q.shiftLeft(1), TWIST_ORDER.subtract(ONE)),
            Stream.generate(() -> new BigInteger(255, random)).limit(20))
        .flatMap(each -> each)
        .flatMap(
            scalar ->
                Stream.of(CURVE_U, TWIST_U, BigInteger.valueOf(9), TWO)
                    .map(u -> Arguments.of(scalar, u)));
  }

  @ParameterizedTest
  @MethodSource("scalars")
  void multiplyEach_anyScalarOnCurveAndTwist_equalsAffineArithmetic(
      BigInteger scalar, BigInteger u) {
    assertThat(Vectors.littleEndian(multiply(scalar, u))).isEqualTo(affine(scalar, u));
  }

  @Test
  void multiplyEach_neutralElement_isZeroAndSpoilsNoOther() {
    // 8q needs 256 bits, so the point of order q is taken.
    BigInteger base = BigInteger.valueOf(9);
    byte[] scalars =
        joined(
            Vectors.littleEndian(TWO),
            Vectors.littleEndian(Q),
            Vectors.littleEndian(BigInteger.ZERO),
            Vectors.littleEndian(TWIST_ORDER),
            Vectors.littleEndian(TWO));
    byte[] points =
        joined(
            Vectors.littleEndian(base),
            Vectors.littleEndian(base),
            Vectors.littleEndian(CURVE_U),
            Vectors.littleEndian(TWIST_U),
            Vectors.littleEndian(TWIST_U));
    assertThat(Curve25519.multiplyEach(scalars, points))
        .isEqualTo(
            joined(
                Vectors.littleEndian(affine(TWO, base)),
                new byte[3 * 32],
                Vectors.littleEndian(affine(TWO, TWIST_U))));
  }

  @Test
  void multiplyEach_upperBitOfAScalar_doesNotCount() {
    byte[] scalar = Vectors.littleEndian(new BigInteger(255, new Random(2)));
    byte[] upper = scalar.clone();
    upper[31] |= (byte) 0x80;
    byte[] point = Vectors.littleEndian(CURVE_U);
    assertThat(Curve25519.multiplyEach(upper, point))
        .isEqualTo(Curve25519.multiplyEach(scalar, point));
  }

  @Test
  void multiplyEach_manyPoints_equalOneByOne() {
    Random random = new Random(3);
    byte[] scalars = new byte[300 * 32];
    random.nextBytes(scalars);
    byte[] points = new byte[300 * 32];
    for (int i = 0; i < 300; i++) {
      points[32 * i] = (byte) (2 + i % 50);
    }
    byte[] products = Curve25519.multiplyEach(scalars, points);
    for (int i = 0; i < 300; i += 37) {
      assertThat(Arrays.copyOfRange(products, 32 * i, 32 * i + 32))
          .isEqualTo(
              Curve25519.multiplyEach(
                  Arrays.copyOfRange(scalars, 32 * i, 32 * i + 32),
                  Arrays.copyOfRange(points, 32 * i, 32 * i + 32)));
    }
  }

  @Test
  void multiplyEach_thenClamped_commutesWithClampedThenEach() {
    Random random = new Random(4);
    byte[] secret = new byte[32];
    byte[] scalar = new byte[32];
    random.nextBytes(secret);
    random.nextBytes(scalar);
    for (BigInteger u : List.of(CURVE_U, TWIST_U)) {
      byte[] point = Vectors.littleEndian(u);
      assertThat(Curve25519.multiply(secret, Curve25519.multiplyEach(scalar, point)))
          .isEqualTo(Curve25519.multiplyEach(scalar, Curve25519.multiply(secret, point)));
    }
  }

  @Test
  void multiplyEach_badPointOrCall_isRefused() {
    assertThatThrownBy(() -> Curve25519.multiplyEach(new byte[32], new byte[32]))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid point 0: has low order");
    assertThatThrownBy(() -> Curve25519.multiplyEach(new byte[32], Vectors.littleEndian(Vectors.P)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("must be below 2^255 - 19");
    for (int[] lengths : new int[][] {{32, 64}, {64, 32}, {33, 33}, {0, 32}}) {
      assertThatThrownBy(() -> Curve25519.multiplyEach(new byte[lengths[0]], new byte[lengths[1]]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("32 for each product");
    }
  }

  @Test
  void checkAll_oneBadPointAmongGood_isRefusedByItsIndex() {
    byte[] good = Curve25519.generators();
    Curve25519.checkAll(good);
    Curve25519.checkAll(new byte[0]);
    assertThatThrownBy(() -> Curve25519.checkAll(joined(good, new byte[32], good)))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid point 2: has low order");
    assertThatThrownBy(() -> Curve25519.checkAll(joined(good, Vectors.littleEndian(Vectors.P))))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid point 2: must be below 2^255 - 19");
    assertThatThrownBy(() -> Curve25519.checkAll(new byte[33]))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("must be a multiple of 32");
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
