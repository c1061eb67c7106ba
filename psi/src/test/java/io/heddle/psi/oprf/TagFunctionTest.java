// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.crypto.Sha256;
import io.heddle.crypto.curve25519.Curve25519;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The constants come from a program of its own, written after RFC 7748 and RFC 9380 with integers
 * of any size, which reproduces the vectors of both.
 */
class TagFunctionTest {
  private static final HexFormat HEX = HexFormat.of();

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void tags_ofAnIndependentProgram_areGiven() {
    byte[] scalar = Curve25519.scalarOf(Sha256.of(text("key")));
    SetKey key = SetKey.of(scalar, 1_800_000_000L, 3, 10, new byte[32], 0);
    assertThat(HEX.formatHex(key.terms().commitment()))
        .isEqualTo("52acc8a0aab72bfbc8ef549b243968dbb11f984249c7186f6d2b857107762472");
    assertThat(HEX.formatHex(key.terms().id()))
        .isEqualTo("21156446e2d17f8804771800a34be8197e7b2c14dc4ebee619203ac6c436ba8e");
    TagFunction function = new TagFunction(key.terms());
    List<byte[]> ids = List.of(text(""), text("alice"), text("x".repeat(300)));
    byte[] points = function.points(ids);
    assertThat(HEX.formatHex(points))
        .isEqualTo(
            "9c9f87e88b279e52853767c172b71e9ba4473ac446a68ad070743fb9c006d57c"
                + "d1be3a7a2aa3b0f8ccbb297a005d8e749c1cd6222ea3944568e070edaf98f712"
                + "ce2d49de2bb90a159605bc7b2f02386055066e35614734105bb61a6dc9bf6274");
    byte[] products = Curve25519.multiplyAll(scalar, points, count -> {});
    assertThat(HEX.formatHex(products))
        .isEqualTo(
            "23e8123c0db8ba9abe07df888d94b808a55b5a7986934573fdbbb191e639af04"
                + "e22df1d4426353cb09178a5b6980a08e6f478216db1db5e8fc9fbcf951745f6e"
                + "fe150e2a3b7f2d53765e9a1e209d9b8e095279b61759e6288a72d31e9d6a0970");
    assertThat(HEX.formatHex(function.tags(ids, products)))
        .isEqualTo("2c0a8a660d901d79941c" + "34abc5ad311822088152" + "3ef45605fce232f76afb");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 5",
    "1, 1, 5",
    "2, 1, 6",
    "1048576, 1000000, 10",
    "1048577, 1000000, 11",
    "33554432, 2147483647, 12"
  })
  void width_ofSetAndQuestions_leaves40BitsForNoFalseMatch(int ids, int queries, int bytes) {
    assertThat(KeyTerms.width(ids, queries)).isEqualTo(bytes);
    assertThat(
            8.0 * bytes
                - Math.log(Math.max(1, ids)) / Math.log(2)
                - Math.log(queries) / Math.log(2))
        .isGreaterThanOrEqualTo(40);
  }
}
