// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import static io.heddle.crypto.curve25519.AffineCurve.CURVE;
import static io.heddle.crypto.curve25519.FullPointsTest.BASE;
import static io.heddle.crypto.curve25519.FullPointsTest.P;
import static io.heddle.crypto.curve25519.FullPointsTest.Q;
import static io.heddle.crypto.curve25519.FullPointsTest.bytes;
import static io.heddle.crypto.curve25519.FullPointsTest.flat;
import static io.heddle.crypto.curve25519.FullPointsTest.lowOrder;
import static io.heddle.crypto.curve25519.FullPointsTest.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.curve25519.AdditiveBlinding.Blinded;
import io.heddle.crypto.curve25519.AffineCurve.Point;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blinding and laying open beside the chord and the tangent, and against hostile answers. */
class AdditiveBlindingTest {
  private static final byte[] DST = {1};
  private final SecureRandom random = new SecureRandom();
  private final byte[] scalar = Curve25519.newScalar(random);
  private final byte[] key = Curve25519.multiply(scalar, Curve25519.basePoint());
  private final AdditiveBlinding blinding = new AdditiveBlinding(key);

  private static byte[] hashes(int count) {
    return HashToCurve.encodeAll(
        IntStream.range(0, count).mapToObj(i -> new byte[] {(byte) i, (byte) (i >> 8)}).toList(),
        DST,
        false);
  }

  private byte[] randomScalars(int count) {
    byte[] scalars = new byte[32 * count];
    random.nextBytes(scalars);
    return scalars;
  }

  private static byte[] part(byte[] flat, int index) {
    return Arrays.copyOfRange(flat, 32 * index, 32 * index + 32);
  }

  /** At the limits of the order and of 256 bits, with each digit of the comb, and any. */
  private List<BigInteger> numbers() {
    List<BigInteger> numbers =
        new ArrayList<>(
            List.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                BigInteger.TWO,
                Q.subtract(BigInteger.ONE),
                Q,
                Q.add(BigInteger.ONE),
                Q.shiftLeft(3),
                BigInteger.TWO.pow(255),
                BigInteger.TWO.pow(256).subtract(BigInteger.ONE)));
    for (int digit = 1; digit < 16; digit++) {
      numbers.add(new BigInteger(Integer.toHexString(digit).repeat(64), 16));
    }
    for (int i = 0; i < 10; i++) {
      numbers.add(new BigInteger(256, random));
    }
    return numbers;
  }

  private static @Nullable Point multiple(FixedBase table, BigInteger number) {
    Edwards sum = new Edwards();
    sum.setNeutral();
    table.addMultiple(Vectors.littleEndian(number), 0, sum, new Addend());
    if (sum.isNeutral()) {
      return null;
    }
    byte[] point = new byte[32];
    Edwards.writeAll(EdwardsPoints.of(sum), point, 0);
    boolean odd = point[31] < 0;
    point[31] &= 0x7f;
    Point found = CURVE.lift(Vectors.littleEndian(point));
    return found.v().testBit(0) == odd ? found : found.negative();
  }

  @Test
  void fixedBase_limitsAndRandomNumbers_equalsChordAndTangent() {
    // Of prime order, and of order 8q.
    for (Point base : List.of(BASE, CURVE.lift(BigInteger.valueOf(6)))) {
      long[] u = Field.zero();
      long[] v = Field.zero();
      FullPoints.decode(bytes(base), 0, u, v);
      FixedBase table = new FixedBase(u, v);
      for (BigInteger number : numbers()) {
        BigInteger order = Q.shiftLeft(3);
        assertThat(multiple(table, number))
            .as("%x", number)
            .isEqualTo(CURVE.multiply(number.mod(order), base));
      }
    }
  }

  @Test
  void fixedBase_randomNumbers_equalsTheLadder() {
    long[] u = Field.zero();
    long[] v = Field.zero();
    FullPoints.decode(FullPoints.basePoint(), 0, u, v);
    FixedBase table = new FixedBase(u, v);
    for (int i = 0; i < 40; i++) {
      byte[] number = Curve25519.newScalar(random);
      Point product =
          Objects.requireNonNull(multiple(table, Vectors.littleEndian(number)), "neutral");
      assertThat(Vectors.littleEndian(product.u()))
          .isEqualTo(Curve25519.multiply(number, Curve25519.basePoint()));
    }
  }

  @Test
  void edwards_anyTwoPoints_addUpAsByChordAndTangent() {
    List<Point> points = new ArrayList<>(FullPointsTest.points().subList(0, 8));
    points.add(Objects.requireNonNull(CURVE.add(BASE, lowOrder(0))));
    points.add(Objects.requireNonNull(CURVE.add(BASE, lowOrder(3))));
    for (Point one : points) {
      for (Point other : Stream.concat(points.stream(), Stream.of(one.negative())).toList()) {
        Point sum = CURVE.add(one, other);
        Edwards left = edwards(one);
        left.add(addend(other));
        if (sum == null) {
          assertThat(left.isNeutral()).isTrue();
        } else if (sum.u().signum() != 0) {
          byte[] bytes = new byte[32];
          Edwards.writeAll(EdwardsPoints.of(left), bytes, 0);
          assertThat(bytes).isEqualTo(bytes(sum));
        }
      }
    }
  }

  private static Edwards edwards(Point point) {
    long[] u = Field.zero();
    long[] v = Field.zero();
    FullPoints.decode(bytes(point), 0, u, v);
    Edwards edwards = new Edwards();
    edwards.set(u, v);
    return edwards;
  }

  private static Addend addend(Point point) {
    Edwards edwards = edwards(point);
    long[] flat = new long[Addend.LONGS];
    Addend.writeAll(EdwardsPoints.of(edwards), flat, 0);
    Addend addend = new Addend();
    addend.read(flat, 0);
    return addend;
  }

  @Test
  void select_everyIndex_isTheEntryReadThere() {
    long[] flat = random.longs(3 + 16L * Addend.LONGS).toArray();
    Addend selected = new Addend();
    Addend read = new Addend();
    for (int i = 0; i < 16; i++) {
      selected.select(flat, 3, 16, i);
      read.read(flat, 3 + i * Addend.LONGS);
      assertThat(selected.plus).isEqualTo(read.plus);
      assertThat(selected.minus).isEqualTo(read.minus);
      assertThat(selected.product).isEqualTo(read.product);
    }
  }

  @Test
  void blind_limitsAndRandomNumbers_addsThatMultipleOfTheBasePoint() {
    List<BigInteger> numbers = numbers();
    byte[] hashes = hashes(numbers.size());
    Blinded blinded =
        blinding.blind(hashes, flat(numbers.stream().map(Vectors::littleEndian).toList()));
    for (int i = 0; i < numbers.size(); i++) {
      Point hash = CURVE.lift(Vectors.littleEndian(part(hashes, i)));
      Point multiple = CURVE.multiply(numbers.get(i).mod(Q), BASE);
      assertThat(part(blinded.points(), i))
          .isIn(
              bytes(Objects.requireNonNull(CURVE.add(hash, multiple))),
              bytes(Objects.requireNonNull(CURVE.add(hash.negative(), multiple))));
    }
    byte[] answers = FullPoints.multiplyAll(scalar, blinded.points(), done -> {});
    assertThat(blinded.reveal(answers, done -> {}))
        .isEqualTo(Curve25519.multiplyAll(scalar, hashes, done -> {}));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 129, 300})
  void reveal_anyCountAndKey_givesTheHashesTimesTheKey(int count) {
    for (int i = 0; i < 4; i++) {
      byte[] other = Curve25519.newScalar(random);
      byte[] hashes = hashes(count);
      Blinded blinded =
          new AdditiveBlinding(Curve25519.multiply(other, Curve25519.basePoint()))
              .blind(hashes, randomScalars(count));
      byte[] answers = FullPoints.multiplyAll(other, blinded.points(), done -> {});
      AtomicLong done = new AtomicLong();
      assertThat(blinded.reveal(answers, done::addAndGet))
          .isEqualTo(Curve25519.multiplyAll(other, hashes, more -> {}));
      assertThat(done).hasValue(count);
    }
  }

  @Test
  void blind_onePointManyTimes_looksLikeAnyPoints() {
    int count = 4000;
    byte[] hash = hashes(1);
    byte[] same = new byte[32 * count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(hash, 0, same, 32 * i, 32);
    }
    byte[] points = blinding.blind(same, randomScalars(count)).points();
    Set<String> different = new HashSet<>();
    int[] ones = new int[256];
    for (int i = 0; i < count; i++) {
      byte[] point = part(points, i);
      different.add(HexFormat.of().formatHex(point));
      for (int bit = 0; bit < 256; bit++) {
        ones[bit] += (point[bit >>> 3] >>> (bit & 7)) & 1;
      }
    }
    assertThat(different).hasSize(count);
    // Six deviations of 31.6 each way, for the sign (bit 255) and each bit of u.
    for (int number : ones) {
      assertThat(number).isBetween(2000 - 190, 2000 + 190);
    }
    // Every one is of prime order: a multiple by the order is nothing, so no bit modulo 8 shows.
    for (int i = 0; i < 20; i++) {
      byte[] u = part(points, i);
      u[31] &= 0x7f;
      assertThat(CURVE.multiplesToNothing(Q, Vectors.littleEndian(u))).isTrue();
    }
  }

  @Test
  void blind_badCalls_areRefused() {
    assertThatThrownBy(() -> blinding.blind(hashes(2), new byte[32]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid scalars of 32 bytes for points of 64");
    assertThatThrownBy(() -> blinding.blind(new byte[33], new byte[33]))
        .isInstanceOf(IllegalArgumentException.class);
    // u = 3 is on the twist; minus the base point and it add up to nothing.
    assertThatThrownBy(() -> blinding.blind(bytes(BigInteger.valueOf(3), false), randomScalars(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be on the curve");
    assertThat(
            Stream.of(BigInteger.ONE, Q.subtract(BigInteger.ONE))
                .filter(number -> addsUpToNothing(Vectors.littleEndian(number)))
                .count())
        .isEqualTo(1);
  }

  private boolean addsUpToNothing(byte[] number) {
    try {
      blinding.blind(Curve25519.basePoint(), number);
      return false;
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("has low order");
      return true;
    }
  }

  static Stream<Arguments> badAnswers() {
    return Stream.of(
        Arguments.of(bytes(BigInteger.ZERO, false), "Invalid point 3: has low order"),
        Arguments.of(bytes(BigInteger.ONE, true), "Invalid point 3: has low order"),
        Arguments.of(bytes(P.subtract(BigInteger.ONE), true), "Invalid point 3: has low order"),
        Arguments.of(bytes(lowOrder(3)), "Invalid point 3: has low order"),
        Arguments.of(bytes(P, true), "Invalid point 3: must be below 2^255 - 19"),
        Arguments.of(bytes(P.add(BigInteger.TEN), false), "Invalid point 3: must be below"),
        Arguments.of(bytes(BigInteger.valueOf(3), false), "Invalid point 3: is not on the curve"),
        Arguments.of(bytes(BigInteger.valueOf(3), true), "Invalid point 3: is not on the curve"));
  }

  @ParameterizedTest
  @MethodSource("badAnswers")
  void reveal_badAnswer_isRefusedByItsIndex(byte[] answer, String message) {
    Blinded blinded = blinding.blind(hashes(5), randomScalars(5));
    byte[] answers = FullPoints.multiplyAll(scalar, blinded.points(), done -> {});
    System.arraycopy(answer, 0, answers, 32 * 3, 32);
    assertThatThrownBy(() -> blinded.reveal(answers, done -> {}))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 31, 32, 63, 65, 96})
  void reveal_moreOrFewerAnswers_areRefused(int length) {
    Blinded blinded = blinding.blind(hashes(2), randomScalars(2));
    assertThatThrownBy(() -> blinded.reveal(new byte[length], done -> {}))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid points of " + length + " bytes: must be 64");
  }

  @Test
  void reveal_answersMadeWithTheSecret_areStillRightOrRefused() {
    BigInteger number = new BigInteger(256, random);
    Point mask =
        Objects.requireNonNull(
            CURVE.multiply(signed(scalar).multiply(number).mod(Q), BASE), "neutral");
    Blinded blinded = blinding.blind(hashes(1), Vectors.littleEndian(number));
    // A = r K leaves nothing.
    assertThatThrownBy(() -> blinded.reveal(bytes(mask), done -> {}))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid point 0: has low order");
    // A = -r K leaves -2 r K.
    Point twice = Objects.requireNonNull(CURVE.add(mask, mask));
    assertThat(blinded.reveal(bytes(mask.negative()), done -> {}))
        .isEqualTo(Vectors.littleEndian(twice.u()));
    // A = r K + T leaves T, of order 8.
    Point plus = Objects.requireNonNull(CURVE.add(mask, lowOrder(3)));
    assertThat(blinded.reveal(bytes(plus), done -> {}))
        .isEqualTo(Vectors.littleEndian(lowOrder(3).u()));
  }

  @Test
  void reveal_answerPlusAnyPoint_givesTheHashTimesTheKeyPlusThat() {
    byte[] hashes = hashes(1);
    Blinded blinded = blinding.blind(hashes, randomScalars(1));
    Point answer = point(FullPoints.multiplyAll(scalar, blinded.points(), done -> {}));
    Point product = CURVE.lift(Vectors.littleEndian(blinded.reveal(bytes(answer), done -> {})));
    for (Point other : List.of(lowOrder(0), lowOrder(1), lowOrder(3), BASE)) {
      byte[] revealed =
          blinded.reveal(bytes(Objects.requireNonNull(CURVE.add(answer, other))), done -> {});
      assertThat(Vectors.littleEndian(revealed))
          .isIn(
              Objects.requireNonNull(CURVE.add(product, other)).u(),
              Objects.requireNonNull(CURVE.add(product.negative(), other)).u());
    }
  }

  private static Point point(byte[] bytes) {
    byte[] u = bytes.clone();
    u[31] &= 0x7f;
    Point one = CURVE.lift(Vectors.littleEndian(u));
    return one.v().testBit(0) == bytes[31] < 0 ? one : one.negative();
  }

  static Stream<Arguments> badKeys() {
    Point good = point(FullPoints.basePoint());
    return Stream.of(
        Arguments.of(new byte[31], "Invalid point of 31 bytes"),
        Arguments.of(new byte[33], "Invalid point of 33 bytes"),
        Arguments.of(new byte[32], "has low order"),
        Arguments.of(bytes(lowOrder(3).u(), false), "has low order"),
        Arguments.of(bytes(P, false), "must be below 2^255 - 19"),
        Arguments.of(bytes(BigInteger.valueOf(9), true), "must be below 2^255 - 19"),
        Arguments.of(bytes(BigInteger.valueOf(3), false), "is not on the curve"),
        Arguments.of(bytes(BigInteger.valueOf(6), false), "must be a point of prime order"),
        Arguments.of(plus(good, lowOrder(0)), "must be a point of prime order"),
        Arguments.of(plus(good, lowOrder(1)), "must be a point of prime order"),
        Arguments.of(plus(good, lowOrder(3)), "must be a point of prime order"));
  }

  private static byte[] plus(Point one, Point other) {
    return Vectors.littleEndian(Objects.requireNonNull(CURVE.add(one, other)).u());
  }

  @ParameterizedTest
  @MethodSource("badKeys")
  void constructor_badKey_isRefused(byte[] bad, String message) {
    assertThatThrownBy(() -> new AdditiveBlinding(bad))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  @Test
  void toString_saysNothing() {
    assertThat(blinding.blind(hashes(2), randomScalars(2))).hasToString("Blinded[2 points]");
  }
}
