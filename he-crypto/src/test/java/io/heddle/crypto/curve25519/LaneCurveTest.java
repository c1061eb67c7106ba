// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.crypto.kernel.Kernel;
import io.heddle.error.ProtocolException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lanes against published vectors and against the scalar code, in every lane. */
class LaneCurveTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] DST = "lanes".getBytes(StandardCharsets.US_ASCII);
  private final SecureRandom random = new SecureRandom();

  @BeforeEach
  void vectorsAreInUse() {
    assumeTrue(Kernel.lanes() > 1, "No vectors here");
  }

  private static byte[] multiply(byte[] scalar, byte[] points) {
    return Curve25519.multiplyAll(scalar, points, count -> {}, true);
  }

  private static byte[] oneByOne(byte[] scalar, byte[] points) {
    return Curve25519.multiplyAll(scalar, points, count -> {}, false);
  }

  private static byte[] point(byte[] points, int index) {
    return Arrays.copyOfRange(points, 32 * index, 32 * index + 32);
  }

  private static byte[] basePoints(int count) {
    byte[] points = new byte[32 * count];
    for (int i = 0; i < count; i++) {
      points[32 * i] = (byte) (9 + i);
    }
    return points;
  }

  /** A row of other points, and this one in the lane. */
  private static byte[] row(byte[] point, int lane) {
    byte[] points = basePoints(Kernel.lanes());
    System.arraycopy(point, 0, points, 32 * lane, 32);
    return points;
  }

  @ParameterizedTest
  @CsvSource({
    "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4,"
        + "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c,"
        + "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
    "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d,"
        + "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a413,"
        + "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"
  })
  void multiply_rfc7748Section5_2_givesItsProductInEveryLane(
      String scalar, String point, String product) {
    for (int lane = 0; lane < Kernel.lanes(); lane++) {
      byte[] products = multiply(HEX.parseHex(scalar), row(HEX.parseHex(point), lane));
      assertThat(HEX.formatHex(point(products, lane))).isEqualTo(product);
    }
  }

  @Test
  void multiply_wycheproof_givesEachSharedSecretInSomeLane() throws IOException {
    int cases = 0;
    for (JsonNode group : Vectors.read("x25519_test.json").get("testGroups")) {
      for (JsonNode test : group.get("tests")) {
        byte[] point = HEX.parseHex(test.get("public").asText());
        byte[] scalar = HEX.parseHex(test.get("private").asText());
        int lane = cases++ % Kernel.lanes();
        String name = "case " + test.get("tcId");
        boolean low = test.get("flags").toString().contains("LowOrderPublic");
        if (low || Vectors.littleEndian(point).compareTo(Vectors.P) >= 0) {
          String message = low ? "" : "Invalid point " + lane + ": must be below 2^255 - 19";
          assertThatThrownBy(() -> multiply(scalar, row(point, lane)), name)
              .isInstanceOf(ProtocolException.class)
              .hasMessageStartingWith("Invalid point " + lane)
              .hasMessageContaining(message);
        } else {
          byte[] products = multiply(scalar, row(point, lane));
          assertThat(point(products, lane))
              .as(name)
              .isEqualTo(HEX.parseHex(test.get("shared").asText()));
          int other = (lane + 1) % Kernel.lanes();
          assertThat(point(products, other))
              .as(name)
              .isEqualTo(oneByOne(scalar, point(basePoints(Kernel.lanes()), other)));
        }
      }
    }
    assertThat(cases).isEqualTo(518);
  }

  @Test
  void multiply_anyCountUpToThreeRows_equalsOneByOne() {
    byte[] scalar = Curve25519.newScalar(random);
    int most = 3 * Kernel.lanes() + 1;
    byte[] points = new byte[32 * most];
    random.nextBytes(points);
    for (int i = 0; i < most; i++) {
      points[32 * i + 31] &= 0x3f;
    }
    byte[] expected = oneByOne(scalar, points);
    for (int count = 0; count <= most; count++) {
      assertThat(multiply(scalar, Arrays.copyOf(points, 32 * count)))
          .isEqualTo(Arrays.copyOf(expected, 32 * count));
    }
  }

  @Test
  void multiply_severalBatches_equalsOneByOne() {
    byte[] scalar = Curve25519.newScalar(random);
    byte[] points = HashToCurve.encodeAll(messages(131), DST, false);
    assertThat(multiply(scalar, points)).isEqualTo(oneByOne(scalar, points));
  }

  /** Not where lanes are emulated: see the pom. */
  @Test
  @Tag("many-points")
  void multiplyAllAndEncodeAll_manyPoints_equalOneByOne() {
    int count = (1 << 14) + 3;
    assertThat(LaneCurve.pays(count)).isTrue();
    byte[] scalar = Curve25519.newScalar(random);
    byte[] points = HashToCurve.encodeAll(messages(count), DST);
    AtomicLong done = new AtomicLong();
    byte[] products = Curve25519.multiplyAll(scalar, points, done::addAndGet);
    assertThat(done).hasValue(count);
    for (int i = 0; i < count; i += 116) {
      assertThat(point(points, i)).isEqualTo(HashToCurve.encode(messages(i + 1).get(i), DST));
      assertThat(point(products, i)).isEqualTo(Curve25519.multiply(scalar, point(points, i)));
    }
  }

  @Test
  void multiply_badPointInAnyLaneOrBatch_isRefusedByItsIndex() {
    byte[] scalar = Curve25519.newScalar(random);
    for (int bad = 0; bad <= Kernel.lanes() + 1; bad++) {
      // The last one is in the second batch.
      int index = bad <= Kernel.lanes() ? bad : 129;
      byte[] points = basePoints(index + 3);
      Arrays.fill(points, 32 * index, 32 * index + 32, (byte) 0);
      assertThatThrownBy(() -> multiply(scalar, points))
          .isInstanceOf(ProtocolException.class)
          .hasMessage("Invalid point " + index + ": has low order");
      Arrays.fill(points, 32 * index, 32 * index + 32, (byte) 0xff);
      assertThatThrownBy(() -> multiply(scalar, points))
          .isInstanceOf(ProtocolException.class)
          .hasMessage("Invalid point " + index + ": must be below 2^255 - 19");
    }
  }

  private static List<byte[]> messages(int count) {
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(("id-" + i).getBytes(StandardCharsets.US_ASCII));
    }
    return messages;
  }

  @Test
  void encode_anyCountUpToThreeRowsAndSeveralBatches_equalsOneByOne() {
    byte[] expected = HashToCurve.encodeAll(messages(300), DST, false);
    for (int count = 0; count <= 3 * Kernel.lanes() + 1; count++) {
      assertThat(HashToCurve.encodeAll(messages(count), DST, true))
          .isEqualTo(Arrays.copyOf(expected, 32 * count));
    }
    assertThat(HashToCurve.encodeAll(messages(300), DST, true)).isEqualTo(expected);
  }

  @Test
  void encode_rfc9380File_givesEveryPointInEveryLane() throws IOException {
    JsonNode file = Vectors.read("curve25519_XMD_SHA-512_ELL2_NU_.json");
    byte[] dst = file.get("dst").asText().getBytes(StandardCharsets.US_ASCII);
    int cases = 0;
    for (JsonNode vector : file.get("vectors")) {
      byte[] message = vector.get("msg").asText().getBytes(StandardCharsets.US_ASCII);
      for (int lane = 0; lane < Kernel.lanes(); lane++) {
        List<byte[]> row = messages(Kernel.lanes());
        row.set(lane, message);
        byte[] points = HashToCurve.encodeAll(row, dst, true);
        assertThat(Vectors.littleEndian(point(points, lane)))
            .isEqualTo(Vectors.hex(vector.get("P").get("x")));
      }
      cases++;
    }
    assertThat(cases).isEqualTo(5);
  }

  @Test
  void map_smallAndLargeNumbers_equalOneByOne() {
    BigInteger p = Vectors.P;
    List<long[]> numbers = new ArrayList<>();
    for (BigInteger u :
        List.of(BigInteger.ONE, BigInteger.TWO, p.subtract(BigInteger.ONE), p.shiftRight(1))) {
      long[] limbs = Field.zero();
      Field.fromBytes(Vectors.littleEndian(u), 0, limbs);
      numbers.add(limbs);
    }
    for (int i = 0; i < 60; i++) {
      byte[] wide = new byte[48];
      random.nextBytes(wide);
      long[] limbs = Field.zero();
      Field.fromWide(wide, limbs);
      numbers.add(limbs);
    }
    long[][] u = numbers.toArray(long[][]::new);
    byte[] lanes = new byte[32 * u.length];
    byte[] scalar = new byte[32 * u.length];
    HashToCurve.mapAll(u, lanes, 0, true);
    HashToCurve.mapAll(u, scalar, 0, false);
    assertThat(lanes).isEqualTo(scalar);
  }

  @Test
  void map_numberOfALowOrderPoint_isRefusedAsABug() {
    // u = 0 gives -A, which is no x of the curve, or else 0: a point of order 2.
    long[][] u = new long[Kernel.lanes()][];
    Arrays.setAll(u, i -> Field.of(i == 1 ? 0 : 3 + i));
    assertThatThrownBy(() -> HashToCurve.mapAll(u, new byte[32 * u.length], 0, true))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> HashToCurve.mapAll(u, new byte[32 * u.length], 0, false))
        .isInstanceOf(AssertionError.class);
  }
}
