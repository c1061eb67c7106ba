// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.error.ProtocolException;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Curve25519Test {
  private static final BigInteger P = Vectors.P;
  private static final HexFormat HEX = HexFormat.of();
  private final SecureRandom random = new SecureRandom();

  @Test
  void multiply_rfc7748Section5_2_givesItsProducts() {
    assertThat(
            Curve25519.multiply(
                HEX.parseHex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                HEX.parseHex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")))
        .isEqualTo(
            HEX.parseHex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
    // The RFC's iteration from the base point, a thousand times.
    byte[] scalar = Vectors.littleEndian(BigInteger.valueOf(9));
    byte[] point = scalar;
    for (int i = 0; i < 1000; i++) {
      byte[] product = Curve25519.multiply(scalar, clearUpperBit(point));
      point = scalar;
      scalar = product;
    }
    assertThat(scalar)
        .isEqualTo(
            HEX.parseHex("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
  }

  private static byte[] clearUpperBit(byte[] point) {
    byte[] cleared = point.clone();
    cleared[31] &= 0x7f;
    return cleared;
  }

  @Test
  void multiply_wycheproof_givesEachSharedSecretOrRefusesLowOrderAndNonCanonical()
      throws IOException {
    int cases = 0;
    int lowOrder = 0;
    for (JsonNode group : Vectors.read("x25519_test.json").get("testGroups")) {
      for (JsonNode test : group.get("tests")) {
        byte[] point = HEX.parseHex(test.get("public").asText());
        byte[] scalar = HEX.parseHex(test.get("private").asText());
        String flags = test.get("flags").toString();
        String name = "case " + test.get("tcId") + flags;
        boolean low = flags.contains("LowOrderPublic");
        if (Vectors.littleEndian(point).compareTo(P) >= 0) {
          assertThatThrownBy(() -> Curve25519.multiply(scalar, point), name)
              .isInstanceOf(ProtocolException.class)
              .hasMessageContaining("must be below 2^255 - 19");
          BigInteger value = Vectors.littleEndian(clearUpperBit(point)).mod(P);
          byte[] reduced = Vectors.littleEndian(value);
          if (low) {
            assertLowOrder(scalar, reduced, name);
          } else {
            assertThat(Curve25519.multiply(scalar, reduced))
                .as(name)
                .isEqualTo(HEX.parseHex(test.get("shared").asText()));
          }
        } else if (low) {
          assertLowOrder(scalar, point, name);
        } else {
          assertThat(Curve25519.multiply(scalar, point))
              .as(name)
              .isEqualTo(HEX.parseHex(test.get("shared").asText()));
        }
        lowOrder += low ? 1 : 0;
        cases++;
      }
    }
    assertThat(cases).isEqualTo(518);
    assertThat(lowOrder).isEqualTo(31);
  }

  private static void assertLowOrder(byte[] scalar, byte[] point, String name) {
    assertThatThrownBy(() -> Curve25519.multiply(scalar, point), name)
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("has low order");
  }

  static Stream<byte[]> canonicalLowOrderPoints() {
    return Stream.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            P.subtract(BigInteger.ONE),
            new BigInteger(
                "325606250916557431795983626356110631294008115727848805560023387167927233504"),
            new BigInteger(
                "39382357235489614581723060781553021112529911719440698176882885853963445705823"))
        .map(Vectors::littleEndian);
  }

  @ParameterizedTest
  @MethodSource("canonicalLowOrderPoints")
  void multiply_lowOrderPoint_isRefused(byte[] point) {
    assertLowOrder(Curve25519.newScalar(random), point, "low order");
  }

  @ParameterizedTest
  @MethodSource("canonicalLowOrderPoints")
  void checkAllAndMultiplyEach_lowOrderPoint_areRefused(byte[] point) {
    byte[] points = Arrays.copyOf(Curve25519.basePoint(), 64);
    System.arraycopy(point, 0, points, 32, 32);
    assertThatThrownBy(() -> Curve25519.checkAll(points))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid point 1: has low order");
    byte[] scalars = new byte[64];
    random.nextBytes(scalars);
    assertThatThrownBy(() -> Curve25519.multiplyEach(scalars, points))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid point 1: has low order");
  }

  static Stream<byte[]> nonCanonicalPoints() {
    BigInteger upperBit = BigInteger.ONE.shiftLeft(255);
    return Stream.of(
            P,
            P.add(BigInteger.ONE),
            upperBit.subtract(BigInteger.ONE),
            upperBit,
            upperBit.add(BigInteger.valueOf(9)),
            upperBit.add(P),
            BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE))
        .map(Vectors::littleEndian);
  }

  @ParameterizedTest
  @MethodSource("nonCanonicalPoints")
  void multiply_nonCanonicalPoint_isRefused(byte[] point) {
    assertThatThrownBy(() -> Curve25519.multiply(Curve25519.newScalar(random), point))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("must be below");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31, 33, 64})
  void multiply_pointOfOtherLength_isRefused(int length) {
    byte[] scalar = Curve25519.newScalar(random);
    assertThatThrownBy(() -> Curve25519.multiply(scalar, new byte[length]))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void multiplyAll_badCallOrCutPoints_areRefused() {
    assertThatThrownBy(() -> Curve25519.multiplyAll(new byte[31], new byte[32], count -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Curve25519.multiplyAll(new byte[32], new byte[33], count -> {}))
        .isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 129, 300})
  void multiplyAll_anyCount_equalsOneByOneAndCountsProgress(int count) {
    byte[] points = new byte[32 * count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(Vectors.littleEndian(BigInteger.valueOf(9 + i)), 0, points, 32 * i, 32);
    }
    byte[] before = points.clone();
    byte[] scalar = Curve25519.newScalar(random);
    AtomicLong done = new AtomicLong();
    byte[] products = Curve25519.multiplyAll(scalar, points, done::addAndGet);
    assertThat(done).hasValue(count);
    assertThat(points).isEqualTo(before);
    assertThat(products).hasSameSizeAs(points);
    for (int i = 0; i < count; i += 43) {
      assertThat(Arrays.copyOfRange(products, 32 * i, 32 * i + 32))
          .isEqualTo(Curve25519.multiply(scalar, Arrays.copyOfRange(points, 32 * i, 32 * i + 32)));
    }
  }

  @Test
  void multiplyAll_oneBadPointAmongMany_isRefusedByItsIndex() {
    byte[] points = new byte[32 * 200];
    for (int i = 0; i < 200; i++) {
      points[32 * i] = 9;
    }
    points[32 * 150] = 1;
    assertThatThrownBy(
            () -> Curve25519.multiplyAll(Curve25519.newScalar(random), points, count -> {}))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid point 150: has low order");
  }

  @Test
  void multiply_twoScalarsInEitherOrder_giveTheSamePoint() {
    byte[] a = Curve25519.newScalar(random);
    byte[] b = Curve25519.newScalar(random);
    byte[] point = HashToCurve.encode(new byte[] {1, 2}, new byte[] {3});
    assertThat(Curve25519.multiply(a, Curve25519.multiply(b, point)))
        .isEqualTo(Curve25519.multiply(b, Curve25519.multiply(a, point)));
  }

  @Test
  void scalarOf_sameBytes_isTheSameClampedScalar() {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) 0xff);
    byte[] scalar = Curve25519.scalarOf(bytes);
    assertThat(scalar[0]).isEqualTo((byte) 0xf8);
    assertThat(scalar[31]).isEqualTo((byte) 0x7f);
    assertThat(Curve25519.scalarOf(new byte[32])[31]).isEqualTo((byte) 0x40);
    assertThat(Curve25519.scalarOf(bytes)).isEqualTo(scalar);
    assertThat(bytes).containsOnly(0xff);
    assertThatThrownBy(() -> Curve25519.scalarOf(new byte[31]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid scalar of 31 bytes: must be 32");
  }

  @Test
  void newScalar_manyTimes_isClampedAndFresh() {
    byte[] first = Curve25519.newScalar(random);
    byte[] second = Curve25519.newScalar(random);
    assertThat(first).isNotEqualTo(second).hasSize(32);
    for (byte[] scalar : List.of(first, second)) {
      assertThat(scalar[0] & 7).isZero();
      assertThat(scalar[31] & 0xc0).isEqualTo(0x40);
    }
  }

  private static final BigInteger Q =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  @Test
  void inverse_rfc7748Section6_1_takesPublicKeysBackToTheBasePoint() {
    for (String[] pair :
        new String[][] {
          {
            "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
          },
          {
            "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
          }
        }) {
      byte[] key = HEX.parseHex(pair[0]);
      byte[] publicKey = HEX.parseHex(pair[1]);
      assertThat(Curve25519.multiply(key, Curve25519.basePoint())).isEqualTo(publicKey);
      assertThat(Curve25519.multiply(Curve25519.inverse(key), publicKey))
          .isEqualTo(Curve25519.basePoint());
    }
  }

  @Test
  void inverse_randomScalars_isThatOfTheIntegersUpToSign() {
    for (int i = 0; i < 300; i++) {
      byte[] scalar = Curve25519.newScalar(random);
      BigInteger inverse = Vectors.littleEndian(Curve25519.inverse(scalar));
      BigInteger expected = Vectors.littleEndian(scalar).modInverse(Q);
      assertThat(inverse.mod(Q)).isIn(expected, Q.subtract(expected));
      assertThat(Curve25519.scalarOf(Vectors.littleEndian(inverse)))
          .as("is clamped already")
          .isEqualTo(Vectors.littleEndian(inverse));
    }
  }

  @Test
  void inverse_ofTheSmallestAndLargestScalars_isThatOfTheIntegersUpToSign() {
    BigInteger lowest = BigInteger.TWO.pow(254);
    BigInteger highest = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(8));
    for (BigInteger scalar :
        List.of(
            lowest,
            lowest.add(BigInteger.valueOf(8)),
            highest,
            highest.subtract(lowest.shiftRight(1)))) {
      BigInteger inverse = Vectors.littleEndian(Curve25519.inverse(Vectors.littleEndian(scalar)));
      BigInteger expected = scalar.modInverse(Q);
      assertThat(inverse.mod(Q)).isIn(expected, Q.subtract(expected));
    }
  }

  @Test
  void inverse_thatHasNoClampedForm_isRefused() {
    // 1/(8 a) = 1, so neither 8 nor 8 (q - 1), which has 256 bits, is clamped.
    BigInteger a = BigInteger.valueOf(64).modInverse(Q);
    byte[] scalar = Vectors.littleEndian(a.max(Q.subtract(a)).shiftLeft(3));
    assertThat(Curve25519.scalarOf(scalar)).isEqualTo(scalar);
    assertThatThrownBy(() -> Curve25519.inverse(scalar))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid scalar: its inverse is no clamped scalar");
    assertThatThrownBy(() -> Curve25519.inverse(new byte[31]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid scalar of 31 bytes");
  }

  @Test
  void inverse_ofWhatWasBlinded_givesTheHashesBack() {
    byte[] points =
        HashToCurve.encodeAll(
            IntStream.range(0, 300).mapToObj(i -> new byte[] {(byte) i, (byte) (i >> 8)}).toList(),
            new byte[] {1});
    byte[] scalar = Curve25519.newScalar(random);
    byte[] blinded = Curve25519.multiplyAll(scalar, points, count -> {}, false);
    byte[] inverse = Curve25519.inverse(scalar);
    assertThat(Curve25519.multiplyAll(inverse, blinded, count -> {}, false)).isEqualTo(points);
    assertThat(blinded).isNotEqualTo(points);
  }

  /** What a peer adds of low order, to learn the lowest bits of the inverse, does not come out. */
  @Test
  void inverse_ofAPointPlusOneOfOrderTwo_givesTheSame() {
    byte[] scalar = Curve25519.newScalar(random);
    byte[] hash = HashToCurve.encode(new byte[] {7}, new byte[] {1});
    byte[] blinded = Curve25519.multiply(scalar, hash);
    // (u, v) + (0, 0) has the u coordinate 1/u.
    byte[] other = Vectors.littleEndian(Vectors.littleEndian(blinded).modInverse(P));
    assertThat(Curve25519.multiply(Curve25519.inverse(scalar), other)).isEqualTo(hash);
  }
}
