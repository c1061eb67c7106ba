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

  @Test
  void multiply_rfc7748Section6_1_givesPublicKeysAndTheSharedSecret() {
    byte[] a = HEX.parseHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    byte[] b = HEX.parseHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    byte[] publicA =
        HEX.parseHex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    byte[] publicB =
        HEX.parseHex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    byte[] shared =
        HEX.parseHex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    assertThat(Curve25519.multiply(a, Curve25519.basePoint())).isEqualTo(publicA);
    assertThat(Curve25519.multiply(b, Curve25519.basePoint())).isEqualTo(publicB);
    assertThat(Curve25519.multiply(a, publicB)).isEqualTo(shared);
    assertThat(Curve25519.multiply(b, publicA)).isEqualTo(shared);
  }
}
