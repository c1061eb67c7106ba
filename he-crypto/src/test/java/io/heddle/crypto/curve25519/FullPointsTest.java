// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import static io.heddle.crypto.curve25519.AffineCurve.CURVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heddle.crypto.curve25519.AffineCurve.Point;
import io.heddle.crypto.kernel.Kernel;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products with both coordinates beside the chord and the tangent. */
class FullPointsTest {
  static final BigInteger P = Vectors.P;
  static final BigInteger Q =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  /** The v of RFC 7748, section 4.1. */
  static final Point BASE =
      new Point(
          BigInteger.valueOf(9),
          new BigInteger(
              "14781619447589544791020593568409986887264606134616475288964881837755586237401"));

  /** The u coordinates of order 8 on the curve and on its twist, and of order 4 and 2. */
  static final List<BigInteger> LOW_ORDER =
      List.of(
          BigInteger.ZERO,
          BigInteger.ONE,
          P.subtract(BigInteger.ONE),
          new BigInteger(
              "325606250916557431795983626356110631294008115727848805560023387167927233504"),
          new BigInteger(
              "39382357235489614581723060781553021112529911719440698176882885853963445705823"));

  private final SecureRandom random = new SecureRandom();

  /** As the wire has it. */
  static byte[] bytes(BigInteger u, boolean odd) {
    byte[] bytes = Vectors.littleEndian(u);
    bytes[31] |= (byte) (odd ? 0x80 : 0);
    return bytes;
  }

  static byte[] bytes(Point point) {
    return bytes(point.u(), point.v().testBit(0));
  }

  static byte[] bytes(List<Point> points) {
    return flat(points.stream().map(FullPointsTest::bytes).toList());
  }

  static byte[] flat(List<byte[]> parts) {
    byte[] flat = new byte[32 * parts.size()];
    for (int i = 0; i < parts.size(); i++) {
      System.arraycopy(parts.get(i), 0, flat, 32 * i, 32);
    }
    return flat;
  }

  /** A point of the curve of which 8, 4, 2 or 1 is the order, by what it is. */
  static Point lowOrder(int index) {
    return CURVE.lift(LOW_ORDER.get(index));
  }

  /** Points of prime order, of order 2q, 4q and 8q, small and large ones, with both signs. */
  static List<Point> points() {
    List<Point> points = new ArrayList<>(List.of(BASE, BASE.negative()));
    for (BigInteger u = BigInteger.TWO; points.size() < 20; u = u.add(BigInteger.ONE)) {
      if (AffineCurve.of(u) == CURVE) {
        points.add(CURVE.lift(u));
      }
    }
    for (BigInteger u = P.subtract(BigInteger.TWO);
        points.size() < 26;
        u = u.subtract(BigInteger.ONE)) {
      if (AffineCurve.of(u) == CURVE) {
        points.add(CURVE.lift(u));
        points.add(CURVE.lift(u).negative());
      }
    }
    points.add(CURVE.lift(P.subtract(BigInteger.valueOf(9)).modPow(BigInteger.TWO, P)));
    points.removeIf(point -> point.v().signum() == 0);
    return points;
  }

  /** What the scalar stands for: itself, or its negative if that has the even multiple. */
  static BigInteger signed(byte[] scalar) {
    BigInteger number = Vectors.littleEndian(Curve25519.scalarOf(scalar));
    boolean odd = Objects.requireNonNull(CURVE.multiply(number, BASE)).v().testBit(0);
    return odd ? Q.shiftLeft(3).subtract(number) : number;
  }

  private static byte[] expected(BigInteger scalar, List<Point> points) {
    return bytes(
        points.stream()
            .map(point -> Objects.requireNonNull(CURVE.multiply(scalar, point)))
            .toList());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void multiplyAll_pointsOfEveryOrder_equalsChordAndTangent(boolean inLanes) {
    assumeTrue(!inLanes || Kernel.lanes() > 1, "No vectors here");
    List<Point> points = points();
    List<byte[]> scalars = new ArrayList<>();
    scalars.add(new byte[32]);
    scalars.add(
        flat(List.of(Vectors.littleEndian(BigInteger.TWO.pow(256).subtract(BigInteger.ONE)))));
    for (int i = 0; i < 6; i++) {
      scalars.add(Curve25519.newScalar(random));
    }
    for (byte[] scalar : scalars) {
      assertThat(FullPoints.multiplyAll(scalar, bytes(points), count -> {}, inLanes))
          .isEqualTo(expected(signed(scalar), points));
    }
  }

  @Test
  void basePoint_isThatOfRfc7748() {
    assertThat(FullPoints.basePoint()).isEqualTo(bytes(BASE));
  }

  @Test
  void multiplyAll_basePoint_isThePublicKeyWithSignZero() {
    int flipped = 0;
    for (int i = 0; i < 40; i++) {
      byte[] scalar = Curve25519.newScalar(random);
      assertThat(FullPoints.multiplyAll(scalar, FullPoints.basePoint(), count -> {}))
          .isEqualTo(Curve25519.multiply(scalar, Curve25519.basePoint()));
      flipped += signed(scalar).equals(Vectors.littleEndian(scalar)) ? 0 : 1;
    }
    assertThat(flipped).isBetween(1, 39);
  }

  @Test
  void multiplyAll_negativePoint_givesTheNegativeProduct() {
    byte[] scalar = Curve25519.newScalar(random);
    for (Point point : points()) {
      byte[] product = FullPoints.multiplyAll(scalar, bytes(point), count -> {});
      product[31] ^= (byte) 0x80;
      assertThat(FullPoints.multiplyAll(scalar, bytes(point.negative()), count -> {}))
          .isEqualTo(product);
    }
  }

  @Test
  void multiplyAll_pointPlusOneOfLowOrder_givesTheSame() {
    byte[] scalar = Curve25519.newScalar(random);
    Point hash =
        CURVE.lift(Vectors.littleEndian(HashToCurve.encode(new byte[] {7}, new byte[] {1})));
    byte[] product = FullPoints.multiplyAll(scalar, bytes(hash), count -> {});
    for (int order : new int[] {0, 1, 3}) {
      Point sum = Objects.requireNonNull(CURVE.add(hash, lowOrder(order)));
      assertThat(sum.u()).isNotEqualTo(hash.u());
      assertThat(FullPoints.multiplyAll(scalar, bytes(sum), count -> {})).isEqualTo(product);
    }
  }

  private static byte[] many(int count) {
    List<Point> points = points();
    return bytes(Stream.generate(() -> points).flatMap(List::stream).limit(count).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 8, 9, 127, 128, 129, 300})
  void multiplyAll_anyCount_equalsOneByOneAndCountsProgress(int count) {
    byte[] points = many(count);
    byte[] before = points.clone();
    byte[] scalar = Curve25519.newScalar(random);
    byte[] kept = scalar.clone();
    AtomicLong done = new AtomicLong();
    byte[] products = FullPoints.multiplyAll(scalar, points, done::addAndGet, false);
    assertThat(done).hasValue(count);
    assertThat(points).isEqualTo(before);
    assertThat(scalar).isEqualTo(kept);
    if (Kernel.lanes() > 1) {
      assertThat(FullPoints.multiplyAll(scalar, points, more -> {}, true)).isEqualTo(products);
    }
    for (int i = 0; i < count; i++) {
      byte[] u = Arrays.copyOfRange(points, 32 * i, 32 * i + 32);
      u[31] &= 0x7f;
      byte[] product = Arrays.copyOfRange(products, 32 * i, 32 * i + 32);
      product[31] &= 0x7f;
      assertThat(product).isEqualTo(Curve25519.multiply(scalar, u));
    }
  }

  static Stream<Arguments> badPoints() {
    List<Arguments> bad = new ArrayList<>();
    for (boolean odd : new boolean[] {false, true}) {
      for (BigInteger u : LOW_ORDER) {
        bad.add(Arguments.of(u, odd, "has low order"));
      }
      for (int i = 0; i < 19; i += 3) {
        BigInteger u = P.add(BigInteger.valueOf(i));
        bad.add(Arguments.of(u, odd, "must be below 2^255 - 19"));
      }
      for (int u = 2; u < 20; u++) {
        BigInteger value = BigInteger.valueOf(u);
        if (AffineCurve.of(value) == AffineCurve.TWIST) {
          bad.add(Arguments.of(value, odd, "is not on the curve"));
        }
      }
    }
    return bad.stream();
  }

  @ParameterizedTest
  @MethodSource("badPoints")
  void multiplyAll_badPoint_isRefusedByItsIndex(BigInteger u, boolean odd, String message) {
    byte[] points = many(200);
    System.arraycopy(bytes(u, odd), 0, points, 32 * 150, 32);
    byte[] scalar = Curve25519.newScalar(random);
    assertThatThrownBy(() -> FullPoints.multiplyAll(scalar, points, count -> {}))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid point 150: " + message);
  }

  @Test
  void multiplyAll_badCallOrCutPoints_areRefused() {
    byte[] scalar = Curve25519.newScalar(random);
    assertThatThrownBy(() -> FullPoints.multiplyAll(new byte[31], many(1), count -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    for (int length : new int[] {1, 31, 33}) {
      assertThatThrownBy(
              () -> FullPoints.multiplyAll(scalar, Arrays.copyOf(many(2), length), count -> {}))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("Invalid points of " + length + " bytes");
    }
  }

  @Test
  void multiplyAll_scalarMinusOne_isRefused() {
    // The one clamped scalar under which a product and its point add up to nothing.
    BigInteger minusOne = Q.multiply(BigInteger.valueOf(5)).subtract(BigInteger.ONE);
    byte[] scalar = Vectors.littleEndian(minusOne);
    assertThat(Curve25519.scalarOf(scalar)).isEqualTo(scalar);
    assertThatThrownBy(() -> FullPoints.multiplyAll(scalar, many(3), count -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must not be -1 modulo the order");
  }
}
