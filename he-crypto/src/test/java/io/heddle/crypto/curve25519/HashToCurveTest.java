// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HashToCurveTest {
  private static final byte[] DST =
      "QUUX-V01-CS02-with-curve25519_XMD:SHA-512_ELL2_NU_".getBytes(StandardCharsets.US_ASCII);

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static BigInteger number(long[] x) {
    return Vectors.littleEndian(Field.toBytes(x));
  }

  // RFC 9380, appendix J.4.2.
  @ParameterizedTest
  @CsvSource({
    "'', 1bb913f0c9daefa0b3375378ffa534bda5526c97391952a7789eb976edfe4d08",
    "abc, 7c22950b7d900fa866334262fcaea47a441a578df43b894b4625c9b450f9a026",
    "abcdef0123456789, 31ad08a8b0deeb2a4d8b0206ca25f567ab4e042746f792f4b7973f3ae2096c52"
  })
  void encode_rfc9380Message_givesItsPoint(String message, String x) {
    assertThat(Vectors.littleEndian(HashToCurve.encode(ascii(message), DST)))
        .isEqualTo(new BigInteger(x, 16));
  }

  @Test
  void encode_rfc9380File_givesEveryFieldElementMapAndPoint() throws IOException {
    JsonNode file = Vectors.read("curve25519_XMD_SHA-512_ELL2_NU_.json");
    ExpandMessage expand = new ExpandMessage(ascii(file.get("dst").asText()));
    int cases = 0;
    for (JsonNode vector : file.get("vectors")) {
      byte[] message = ascii(vector.get("msg").asText());
      long[] u = HashToCurve.hashToField(expand, message);
      assertThat(number(u)).isEqualTo(Vectors.hex(vector.get("u").get(0)));
      long[] x = Field.zero();
      long[] z = Field.zero();
      HashToCurve.map(u, x, z);
      assertThat(number(x))
          .isEqualTo(Vectors.hex(vector.get("Q").get("x")).multiply(number(z)).mod(Vectors.P));
      assertThat(Vectors.littleEndian(HashToCurve.encode(message, ascii(file.get("dst").asText()))))
          .isEqualTo(Vectors.hex(vector.get("P").get("x")));
      cases++;
    }
    assertThat(cases).isEqualTo(5);
  }

  @Test
  void map_zeroOneAndLargest_equalTheFormulaInBigIntegers() {
    BigInteger p = Vectors.P;
    BigInteger a = BigInteger.valueOf(486662);
    for (BigInteger u :
        List.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            BigInteger.TWO,
            p.subtract(BigInteger.ONE),
            p.shiftRight(1))) {
      BigInteger x1 =
          a.negate().multiply(u.pow(2).shiftLeft(1).add(BigInteger.ONE).modInverse(p)).mod(p);
      BigInteger g = x1.pow(3).add(a.multiply(x1.pow(2))).add(x1).mod(p);
      boolean square = g.modPow(p.shiftRight(1), p).compareTo(BigInteger.ONE) <= 0;
      BigInteger expected = square ? x1 : x1.add(a).negate().mod(p);
      long[] limbs = Field.zero();
      Field.fromBytes(Vectors.littleEndian(u), 0, limbs);
      long[] x = Field.zero();
      long[] z = Field.zero();
      HashToCurve.map(limbs, x, z);
      assertThat(number(x).multiply(number(z).modInverse(p)).mod(p)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 128, 129, 257})
  void encodeAll_anyCount_equalsOneByOne(int count) {
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(ascii("id-" + i));
    }
    byte[] points = HashToCurve.encodeAll(messages, DST);
    assertThat(points).hasSize(32 * count);
    for (int i = 0; i < count; i += 32) {
      assertThat(Arrays.copyOfRange(points, 32 * i, 32 * i + 32))
          .isEqualTo(HashToCurve.encode(messages.get(i), DST));
    }
  }

  @Test
  void encode_otherTagOrMessage_givesOtherPoint() {
    byte[] point = HashToCurve.encode(ascii("abc"), DST);
    assertThat(HashToCurve.encode(ascii("abc"), ascii("other"))).isNotEqualTo(point);
    assertThat(HashToCurve.encode(ascii("abd"), DST)).isNotEqualTo(point);
  }

  @Test
  void encode_emptyTag_isRefused() {
    assertThatThrownBy(() -> HashToCurve.encode(ascii("abc"), new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
